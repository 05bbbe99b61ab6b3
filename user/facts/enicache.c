// SPDX-License-Identifier: GPL-2.0
/*
 * When the metadata service is asked for the ENIs: on an ECS node, and for each
 * NIC with a device. The rule: what it said, also that it failed, holds for some
 * seconds, not the same on each node, since it throttles those who ask often.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/runfile.h"
#include "facts/enis.h"
#include "facts/facts.h"
#include "facts/gather.h"
#include "facts/metadata.h"

#define PRODUCT "Alibaba Cloud ECS"
#define CACHE "enis" /* in /run/netlane */
#define FRESH_MS 4000
#define JITTER_MS 2000
#define ASK_MS 4000
#define ASK_NIC_MS 100 /* more for each */

struct cached {
	char mac[MAC_LEN];
	struct eni eni;
};

struct cache {
	uint64_t until_boot_ms;
	struct cached *nic;
	unsigned int nr_nic;
};

static const struct field cached_fields[] = {
	F_STR(cached, mac),
	F_OBJECT(cached, eni, eni_fields),
	F_END,
};

static const struct field cache_fields[] = {
	F_U64(cache, until_boot_ms),
	F_LIST(cache, nic, nr_nic, cached_fields),
	F_END,
};

static bool is_asked(const struct nic *nic)
{
	return nic->bus[0] && nic->mac[0];
}

static void cache_write(struct cache *cache)
{
	cache->until_boot_ms =
		clock_boot_ns() / 1000000 + FRESH_MS + clock_mono_ns() / 1000 % JITTER_MS;
	(void)runfile_write(CACHE, cache_fields, cache); /* or it is asked again next time */
}

/* True when it holds all that is wanted and is still fresh. */
static bool cache_read(const struct facts *facts, struct cache *cache)
{
	uint64_t now = clock_boot_ns() / 1000000;
	unsigned int i, at = 0;
	bool ok = runfile_read(CACHE, cache_fields, cache);

	ok = ok && now < cache->until_boot_ms && cache->until_boot_ms - now <= FRESH_MS + JITTER_MS;
	for (i = 0; i < facts->nr_nic && ok; i++)
		if (is_asked(&facts->nic[i]))
			ok = at < cache->nr_nic && !strcmp(cache->nic[at++].mac, facts->nic[i].mac);
	return ok && at == cache->nr_nic;
}

static int ask(const struct facts *facts, struct cache *cache)
{
	char(*mac)[MAC_LEN] = calloc(facts->nr_nic + 1, sizeof(*mac));
	struct eni *eni = calloc(facts->nr_nic + 1, sizeof(*eni));
	unsigned int i, nr = 0;

	cache->nic = calloc(facts->nr_nic + 1, sizeof(*cache->nic));
	if (!mac || !eni || !cache->nic) {
		free(mac);
		free(eni);
		return -ENOMEM;
	}
	for (i = 0; i < facts->nr_nic; i++)
		if (is_asked(&facts->nic[i]))
			memcpy(mac[nr++], facts->nic[i].mac, MAC_LEN);
	enis_ask(METADATA_BASE, ASK_MS + nr * ASK_NIC_MS, (const char(*)[MAC_LEN])mac, eni, nr);
	for (i = 0; i < nr; i++) {
		memcpy(cache->nic[i].mac, mac[i], MAC_LEN);
		cache->nic[i].eni = eni[i];
	}
	cache->nr_nic = nr;
	free(mac);
	free(eni);
	return 0;
}

int enis_gather(const struct gather *g, struct facts *facts)
{
	struct cache cache = { 0 };
	unsigned int i, at = 0;
	int ret = 0;

	if (!(g->what & FACTS_ROUTING) || !g->live || strcmp(facts->node.product, PRODUCT))
		return 0;
	if (!cache_read(facts, &cache)) {
		fields_free(cache_fields, &cache);
		memset(&cache, 0, sizeof(cache));
		ret = ask(facts, &cache);
		if (!ret)
			cache_write(&cache);
	}
	for (i = 0; i < facts->nr_nic && !ret; i++) {
		if (!is_asked(&facts->nic[i]))
			continue;
		facts->nic[i].eni = cache.nic[at].eni; /* handed over */
		memset(&cache.nic[at++].eni, 0, sizeof(struct eni));
	}
	fields_free(cache_fields, &cache);
	return ret;
}
