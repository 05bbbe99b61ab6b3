// SPDX-License-Identifier: GPL-2.0
/*
 * Flows added up into groups. The rule: memory is bounded by TCP_GROUPS_MAX,
 * and nothing is lost from the sums: what finds no room is in `other`.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "observe/tcp.h"
#include "observe/tcp_parts.h"

#define SLOTS (2 * TCP_GROUPS_MAX) /* a power of two, half of them empty at least */
#define NET_BITS 24
#define NET6_BITS 64

struct tcp_key tcp_key_of(enum tcp_by by, const struct zones *zones, const struct tcp_flow *flow)
{
	struct tcp_key key;

	memset(&key, 0, sizeof(key)); /* padding is hashed, too */
	switch (by) {
	case TCP_BY_REMOTE:
		key.net = flow->remote_addr;
		key.net.len = key.net.family == AF_INET ? NET_BITS : NET6_BITS;
		prefix_network(&key.net);
		break;
	case TCP_BY_SERVICE:
		key.served = flow->served;
		key.port = flow->served ? flow->local_port : flow->remote_port;
		break;
	case TCP_BY_CC:
		memcpy(key.cc, flow->cc, sizeof(key.cc));
		break;
	case TCP_BY_ZONE:
		key.number = zones ? zones_find(zones, &flow->remote_addr) : -1;
		break;
	}
	return key;
}

static void name_make(const struct tcp_table *table, const struct tcp_key *key, char *name,
		      size_t len)
{
	char net[PREFIX_TEXT_LEN];

	switch (table->by) {
	case TCP_BY_REMOTE:
		(void)snprintf(name, len, "%s", prefix_text(&key->net, net));
		break;
	case TCP_BY_SERVICE:
		(void)snprintf(name, len, key->served ? "served %u" : "to %u", key->port);
		break;
	case TCP_BY_CC:
		text_escape(name, len, key->cc[0] ? key->cc : "(not told)");
		break;
	case TCP_BY_ZONE:
		(void)snprintf(name, len, "%s",
			       key->number < 0 ? "(no zone)" :
						 table->zones->zone[key->number].name);
		break;
	}
}

/* ------------------------------------------------------------- adding */

static void least(unsigned int *min, unsigned int value)
{
	if (value && (!*min || value < *min))
		*min = value;
}

static void bbr_add(struct tcp_group *group, const struct tcp_flow *flow)
{
	/* "bbr", and what vendors add to it: bbr2, bbr3, bbr_plus */
	group->bbr += !strncmp(flow->cc, "bbr", 3);
	if (!flow->bbr.known)
		return;
	if (!group->bbr_told++)
		group->bbr_pacing_gain_min_pct = flow->bbr.pacing_gain_pct;
	group->bbr_bw += flow->bbr.bw;
	least(&group->bbr_min_rtt_us, flow->bbr.min_rtt_us);
	least(&group->bbr_pacing_gain_min_pct, flow->bbr.pacing_gain_pct);
	if (flow->bbr.pacing_gain_pct > group->bbr_pacing_gain_max_pct)
		group->bbr_pacing_gain_max_pct = flow->bbr.pacing_gain_pct;
}

static void rate_add(struct tcp_group *group, const struct tcp_flow *flow)
{
	if (!flow->rate)
		return;
	if (flow->app_limited) {
		group->app_rates++;
		group->app_rate += flow->rate;
		return;
	}
	group->free_rates++;
	group->free_rate += flow->rate;
	if (flow->rate > group->free_rate_max)
		group->free_rate_max = flow->rate;
}

static void told_add(struct tcp_group *group, const struct tcp_flow *flow)
{
	unsigned int bucket = 0;

	group->ca[flow->ca]++;
	group->rto_pending += flow->rto_pending > 0;
	if (flow->backoff > group->backoff_max)
		group->backoff_max = flow->backoff;
	group->forgotten += flow->forgotten;
	group->peer_zero_window += flow->peer_zero_window && flow->waiting;
	group->own_zero_window += flow->own_zero_window;
	if (flow->rtt_us) {
		while (bucket < HIST_BUCKETS - 1 && flow->rtt_us >> (bucket + 1))
			bucket++;
		group->rtt.bucket[bucket]++;
	}
	least(&group->min_rtt_us, flow->min_rtt_us);
	group->sent += flow->sent;
	group->resent += flow->resent;
	group->bytes_sent += flow->bytes_sent;
	group->bytes_resent += flow->bytes_resent;
	group->rtos_known += flow->rtos_known;
	group->rtos += flow->rtos;
	group->busy_us += flow->busy_us;
	group->rwnd_us += flow->rwnd_us;
	group->sndbuf_us += flow->sndbuf_us;
	group->rate_limited += flow->rate_limited;
	rate_add(group, flow);
}

void tcp_group_add(struct tcp_group *group, const struct tcp_flow *flow)
{
	if (flow->opening) { /* no answer yet: nothing to measure */
		group->opening++;
		group->unanswered += flow->rto_pending > 0;
		return;
	}
	group->connections++;
	group->closing += flow->closing;
	group->drops += flow->drops;
	bbr_add(group, flow);
	if (flow->told)
		told_add(group, flow);
	else
		group->untold++;
}

/* ------------------------------------------------------------- the table */

int tcp_table_make(struct tcp_table *table, enum tcp_by by, const struct zones *zones)
{
	memset(table, 0, sizeof(*table));
	table->by = by;
	table->zones = zones;
	table->slot = calloc(SLOTS, sizeof(*table->slot));
	return table->slot ? 0 : -ENOMEM;
}

void tcp_table_free(struct tcp_table *table)
{
	free(table->slot);
	free(table->key);
	free(table->group);
	memset(table, 0, sizeof(*table));
}

static bool table_grow(struct tcp_table *table)
{
	unsigned int room = table->room ? 2 * table->room : 64;
	struct tcp_group *groups;
	struct tcp_key *keys;

	if (table->nr < table->room)
		return true;
	keys = realloc(table->key, room * sizeof(*keys));
	if (!keys)
		return false;
	table->key = keys;
	groups = realloc(table->group, room * sizeof(*groups));
	if (!groups)
		return false;
	table->group = groups;
	table->room = room;
	return true;
}

static struct tcp_group *group_new(struct tcp_table *table, const struct tcp_key *key)
{
	struct tcp_group *group;

	if (!table_grow(table))
		return NULL;
	table->key[table->nr] = *key;
	group = &table->group[table->nr++];
	memset(group, 0, sizeof(*group));
	group->members = 1;
	name_make(table, key, group->name, sizeof(group->name));
	return group;
}

static struct tcp_group *group_of(struct tcp_table *table, const struct tcp_key *key)
{
	uint64_t hash = hash_bytes(HASH_SEED, key, sizeof(*key));
	unsigned int at = (unsigned int)(hash ^ hash >> 32) & (SLOTS - 1);
	struct tcp_group *group;

	for (; table->slot[at]; at = (at + 1) & (SLOTS - 1))
		if (!memcmp(&table->key[table->slot[at] - 1], key, sizeof(*key)))
			return &table->group[table->slot[at] - 1];
	if (table->nr == TCP_GROUPS_MAX) {
		table->other.members = 1; /* at least: they are not told apart */
		return &table->other;
	}
	group = group_new(table, key);
	if (group)
		table->slot[at] = table->nr;
	else
		table->failed = true;
	return group;
}

void tcp_table_add(struct tcp_table *table, const struct tcp_flow *flow)
{
	struct tcp_key key = tcp_key_of(table->by, table->zones, flow);
	struct tcp_group *group = group_of(table, &key);

	if (group)
		tcp_group_add(group, flow);
}
