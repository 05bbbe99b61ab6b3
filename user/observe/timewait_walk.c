// SPDX-License-Identifier: GPL-2.0
/*
 * What is alive and was not counted; see timewait.h. The rule: a row is seeded
 * with what a walk finds less what the row has, so that its counters, which are
 * the programs', need not be touched.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/sockdiag.h"
#include "observe/census.h"
#include "observe/timewait_maps.h"

#define TRIES 3 /* until nothing changed during a walk */
#define FOUND_MAX (1 + LANE_TW_OUT + LANE_TW_IN) /* the first is of what has no row of its own */
#define SLOTS 32768 /* a power of two, more than twice those */
#define DIAG_TIMER_TIMEWAIT 3 /* inet_diag_msg.idiag_timer of a TIME_WAIT or a FIN_WAIT2 like it */

static const struct lane_tw no_row;

/* ---- one walk over a namespace's sockets */

struct found {
	struct lane_tw_key key;
	bool out;
	int64_t alive;
	bool settled; /* nothing happened to it during a walk */
	struct lane_tw before; /* its row when the walk began */
};

struct walk {
	unsigned int netns;
	struct ports served; /* listened on, or outside of the range */
	struct found *found;
	unsigned int nr;
	unsigned int *slot; /* found + 1 */
};

static void key_of(const struct walk *walk, const struct inet_diag_msg *msg,
		   struct lane_tw_key *key, bool *out)
{
	const bool four = msg->idiag_family == AF_INET ||
			  IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)msg->id.idiag_src);
	const unsigned int skip = four && msg->idiag_family != AF_INET ? 3 : 0;
	const size_t len = four ? 4 : 16;

	*out = !ports_has(&walk->served, ntohs(msg->id.idiag_sport));
	memset(key, 0, sizeof(*key));
	key->netns = walk->netns;
	key->family = four ? AF_INET : AF_INET6;
	key->port = ntohs(*out ? msg->id.idiag_dport : msg->id.idiag_sport);
	memcpy(key->local, msg->id.idiag_src + skip, len);
	if (*out)
		memcpy(key->remote, msg->id.idiag_dst + skip, len);
}

static struct found *found_of(struct walk *walk, const struct lane_tw_key *key, bool out)
{
	uint64_t hash = hash_bytes(HASH_SEED, key, sizeof(*key)) + out;
	unsigned int at = (unsigned int)(hash ^ hash >> 32) & (SLOTS - 1);
	struct found *found;

	for (; walk->slot[at]; at = (at + 1) & (SLOTS - 1)) {
		found = &walk->found[walk->slot[at] - 1];
		if (found->out == out && !memcmp(&found->key, key, sizeof(*key)))
			return found;
	}
	if (walk->nr == FOUND_MAX)
		return &walk->found[0];
	found = &walk->found[walk->nr++];
	memset(found, 0, sizeof(*found));
	found->key = *key;
	found->out = out;
	walk->slot[at] = walk->nr;
	return found;
}

static void socket_take(const struct inet_diag_msg *msg, void *arg)
{
	struct walk *walk = arg;
	struct lane_tw_key key;
	struct found *found;
	bool out;

	if (msg->idiag_timer != DIAG_TIMER_TIMEWAIT)
		return;
	key_of(walk, msg, &key, &out);
	found = found_of(walk, &key, out);
	found->alive++;
}

static int sockets_walk(struct walk *walk)
{
	const unsigned int states = SOCKDIAG_BIT(SOCKDIAG_TIME_WAIT) |
				    SOCKDIAG_BIT(SOCKDIAG_FIN_WAIT2);
	unsigned int i;
	int ret;

	for (i = 0; i < walk->nr; i++)
		walk->found[i].alive = 0;
	ret = sockdiag_tcp(AF_INET, states, 0, socket_take, walk);
	return ret ? ret : sockdiag_tcp(AF_INET6, states, 0, socket_take, walk);
}

static int row_map(const struct timewait_reader *r, const struct found *found)
{
	if (!found->key.family)
		return r->programs.map[TIMEWAIT_MAP_REST];
	return r->programs.map[found->out ? TIMEWAIT_MAP_OUT : TIMEWAIT_MAP_IN];
}

/* The row of what was found; @make: it is made where there is none. */
static bool row_read(const struct timewait_reader *r, const struct found *found, bool make,
		     struct lane_tw *tw)
{
	const int map = row_map(r, found);
	const void *key = found->key.family ? (const void *)&found->key : &found->key.netns;

	if (make)
		(void)bpf_map_update_elem(map, key, &no_row, BPF_NOEXIST); /* or it is full */
	return !bpf_map_lookup_elem(map, key, tw);
}

/* Rows of this namespace that nothing was found for: they are to be empty. */
static int rows_known(const struct timewait_reader *r, struct walk *walk, bool out)
{
	const struct lane_tw_key *keys;
	struct rows rows;
	unsigned int i;
	int ret;

	ret = rows_read(r->programs.map[out ? TIMEWAIT_MAP_OUT : TIMEWAIT_MAP_IN],
			out ? LANE_TW_OUT : LANE_TW_IN, sizeof(*keys), sizeof(struct lane_tw),
			&rows);
	keys = rows.keys;
	for (i = 0; i < rows.nr && !ret; i++)
		if (keys[i].netns == walk->netns)
			(void)found_of(walk, &keys[i], out);
	rows_free(&rows);
	return ret;
}

static bool changed(const struct lane_tw *a, const struct lane_tw *b)
{
	return a->births != b->births || a->deaths != b->deaths;
}

static void seed_write(const struct timewait_reader *r, const struct found *found,
		       const struct lane_tw *tw)
{
	const struct lane_tw_seed seed = { found->alive - (int64_t)(tw->births - tw->deaths) };
	const int map = r->programs.map[TIMEWAIT_MAP_SEED];

	if (seed.alive)
		(void)bpf_map_update_elem(map, &found->key, &seed, BPF_ANY); /* or it is full */
	else
		(void)bpf_map_delete_elem(map, &found->key); /* there may be none */
}

/* Writes what the rows lack, and returns how many are in doubt. */
static unsigned int seeds_write(const struct timewait_reader *r, struct walk *walk)
{
	unsigned int i, doubtful = 0;
	struct lane_tw now;

	/* the first comes last: it gets what finds no row, as the programs do it */
	for (i = walk->nr; i-- > 0;) {
		struct found *found = &walk->found[i];

		if (found->settled)
			continue;
		if (!row_read(r, found, i > 0 || found->alive, &now)) {
			walk->found[0].alive += i > 0 ? found->alive : 0;
			continue;
		}
		found->settled = !changed(&found->before, &now);
		doubtful += !found->settled;
		seed_write(r, found, &now);
	}
	return doubtful;
}

/*
 * What a row lacks is what was found less what it has. Where something happened
 * to the row during the walk, that many are in doubt, and the next walk tells.
 */
static int seeds_find(const struct timewait_reader *r, struct walk *walk)
{
	unsigned int i, try, doubtful = 1;
	struct lane_tw now;
	int ret = 0;

	ret = sockets_walk(walk); /* makes known what there is */
	for (i = 1; i < walk->nr && !ret; i++)
		(void)row_read(r, &walk->found[i], true, &now);
	for (try = 0; try < TRIES && doubtful && !ret; try++) {
		for (i = 0; i < walk->nr; i++)
			if (!row_read(r, &walk->found[i], false, &walk->found[i].before))
				walk->found[i].before = no_row;
		ret = sockets_walk(walk);
		if (!ret)
			doubtful = seeds_write(r, walk);
	}
	return ret;
}

static void port_take(const struct inet_diag_msg *msg, void *arg)
{
	unsigned int port = ntohs(msg->id.idiag_sport);

	ports_add(arg, port, port);
}

/* As the programs judge it, but for what connect() marked. */
static int served_find(struct walk *walk)
{
	unsigned int first, last;
	char range[64];
	int ret;

	ret = file_read("/", range, sizeof(range), "/proc/sys/net/ipv4/ip_local_port_range");
	if (!ret && sscanf(range, "%u %u", &first, &last) != 2)
		ret = -EINVAL;
	if (ret)
		return ret;
	ports_add(&walk->served, 0, first - 1);
	ports_add(&walk->served, last + 1, 65535);
	ret = sockdiag_tcp(AF_INET, SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, port_take, &walk->served);
	return ret ? ret :
		     sockdiag_tcp(AF_INET6, SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, port_take,
				  &walk->served);
}

int net_seed(const struct timewait_reader *r, struct net *net)
{
	const struct lane_tw_key rest = { .netns = net->inode };
	struct walk *walk = calloc(1, sizeof(*walk));
	int ret = -ENOMEM;

	if (!walk)
		return ret;
	walk->netns = net->inode;
	walk->found = malloc(FOUND_MAX * sizeof(*walk->found));
	walk->slot = calloc(SLOTS, sizeof(*walk->slot));
	if (walk->found && walk->slot) {
		(void)found_of(walk, &rest, false);
		ret = served_find(walk);
	}
	if (!ret)
		ret = rows_known(r, walk, true);
	if (!ret)
		ret = rows_known(r, walk, false);
	if (!ret)
		ret = seeds_find(r, walk);
	free(walk->found);
	free(walk->slot);
	free(walk);
	return ret;
}
