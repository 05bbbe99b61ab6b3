// SPDX-License-Identifier: GPL-2.0
/*
 * One reading of what is counted; see timewait.h. The rule: a few system calls,
 * however many sockets there are.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/prefix.h"
#include "base/text.h"
#include "observe/timewait_maps.h"

#define NS_PER_S 1000000000ULL
#define LASTS_NS (60 * NS_PER_S) /* a TIME_WAIT, for an estimate */

_Static_assert(TIMEWAIT_SPANS == LANE_TW_SLOTS, "a span is a slot of the ring");

long sockstat_alive(void)
{
	char buf[1024];
	const char *at;
	long alive;

	if (file_read("/", buf, sizeof(buf), "/proc/thread-self/net/sockstat"))
		return -1;
	at = strstr(buf, "TCP: ");
	at = at ? strstr(at, " tw ") : NULL;
	return at && sscanf(at, " tw %ld", &alive) == 1 ? alive : -1;
}

/* ---- one row */

static void counts_add(struct timewait_counts *to, const struct timewait_counts *from)
{
	to->births += from->births;
	to->fin_wait2 += from->fin_wait2;
	to->deaths += from->deaths;
	to->early += from->early;
	to->reused += from->reused;
	to->overflows += from->overflows;
	to->refused += from->refused;
}

static struct timewait_counts counts_of(const struct lane_tw *tw)
{
	return (struct timewait_counts){ .births = tw->births,
					 .fin_wait2 = tw->fin_wait2,
					 .deaths = tw->deaths,
					 .early = tw->early,
					 .reused = tw->reused,
					 .overflows = tw->overflows,
					 .refused = tw->refused };
}

static bool is_zero(const __u32 words[4])
{
	return !(words[0] | words[1] | words[2] | words[3]);
}

static bool is_loopback(unsigned int family, const __u32 addr[4])
{
	return family == AF_INET ? *(const unsigned char *)addr == 127 :
				   IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)addr);
}

static void row_key(struct timewait_row *row, const struct lane_tw_key *key, bool out)
{
	row->netns = key->netns;
	row->port = key->port;
	row->kind = !out			       ? TIMEWAIT_SERVED :
		    is_zero(key->remote) && !key->port ? TIMEWAIT_BOUND :
							 TIMEWAIT_OPENED;
	addr_text(key->family, key->local, row->local);
	if (row->kind == TIMEWAIT_OPENED)
		addr_text(key->family, key->remote, row->remote);
	row->loopback = is_loopback(key->family, key->local) &&
			(row->kind != TIMEWAIT_OPENED || is_loopback(key->family, key->remote));
}

/* Births by span, the newest first: each slot knows how many there were before it. */
static void row_spans(const struct timewait *sample, struct timewait_row *row,
		      const struct lane_tw *tw)
{
	__u32 epoch = (__u32)(sample->at_ns >> LANE_TW_SHIFT), next = (__u32)tw->births;
	unsigned int i;

	for (i = 0; i < LANE_TW_SLOTS; i++) {
		const struct lane_tw_slot *slot = &tw->slot[(epoch - i) % LANE_TW_SLOTS];

		row->born[i] = 0;
		if (slot->epoch != epoch - i || !tw->births)
			continue;
		/* a birth may come between the two readings */
		if ((int)(next - slot->before) > 0)
			row->born[i] = next - slot->before;
		next = slot->before;
	}
}

/* Those of the last minute, of the oldest span as large a part as is of it. */
static uint64_t alive_by_age(const struct timewait *sample, const struct timewait_row *row)
{
	uint64_t left = LASTS_NS, span = sample->newest_ns;
	double alive = 0;
	unsigned int i;

	for (i = 0; i < TIMEWAIT_SPANS && left; i++, span = sample->span_ns) {
		uint64_t part = span < left ? span : left;

		alive += span ? (double)row->born[i] * (double)part / (double)span : row->born[i];
		left -= part;
	}
	return (uint64_t)(alive + 0.5);
}

static uint64_t since(const struct timewait *sample, uint64_t ns)
{
	return ns && ns < sample->at_ns ? sample->at_ns - ns : 0;
}

static void row_fill(const struct timewait *sample, struct timewait_row *row,
		     const struct lane_tw *tw, int64_t seed)
{
	uint64_t window = sample->newest_ns + sample->span_ns;
	int64_t alive = (int64_t)(tw->births - tw->deaths) + seed;

	row->counts = counts_of(tw);
	row_spans(sample, row, tw);
	if (window > sample->since_ns)
		window = sample->since_ns;
	if (window)
		row->per_s = (unsigned int)(((double)row->born[0] + row->born[1]) * NS_PER_S /
						    (double)window +
					    0.5);
	row->alive = sample->estimate ? alive_by_age(sample, row) : alive > 0 ? (uint64_t)alive : 0;
	row->refused_ns = since(sample, tw->refused_ns);
	row->last_ns = since(sample, tw->last_ns);
}

/* ---- namespaces */

static struct timewait_net *net_of(struct timewait *sample, unsigned int netns)
{
	struct timewait_net *net = sample->net;
	unsigned int i;

	for (i = 0; i < sample->nr_net; i++)
		if (net[i].netns == netns)
			return &net[i];
	net = realloc(net, (sample->nr_net + 1) * sizeof(*net));
	if (!net)
		return NULL;
	sample->net = net;
	net += sample->nr_net++;
	memset(net, 0, sizeof(*net));
	net->netns = netns;
	return net;
}

static int net_count(struct timewait *sample, unsigned int netns, uint64_t alive,
		     const struct timewait_counts *counts)
{
	struct timewait_net *net = net_of(sample, netns);

	if (!net)
		return -ENOMEM;
	net->alive += alive;
	counts_add(&net->counts, counts);
	return 0;
}

/* ---- all of it */

static int64_t seed_of(const struct rows *seeds, int map, const struct lane_tw_key *key)
{
	struct lane_tw_seed seed;

	return seeds->nr && !bpf_map_lookup_elem(map, key, &seed) ? seed.alive : 0;
}

static int side_read(const struct timewait_reader *r, bool out, const struct rows *seeds,
		     struct timewait *sample)
{
	const int map = r->programs.map[out ? TIMEWAIT_MAP_OUT : TIMEWAIT_MAP_IN];
	const struct lane_tw_key *keys;
	const struct lane_tw *values;
	struct rows rows;
	unsigned int i;
	int ret;

	ret = rows_read(map, out ? LANE_TW_OUT : LANE_TW_IN, sizeof(*keys), sizeof(*values), &rows);
	keys = rows.keys;
	values = rows.values;
	for (i = 0; i < rows.nr && !ret; i++) {
		struct timewait_row *row = &sample->row[sample->nr_row++];

		memset(row, 0, sizeof(*row));
		row_key(row, &keys[i], out);
		row_fill(sample, row, &values[i],
			 seed_of(seeds, r->programs.map[TIMEWAIT_MAP_SEED], &keys[i]));
		ret = net_count(sample, row->netns, row->alive, &row->counts);
	}
	rows_free(&rows);
	return ret;
}

/* What found no row is a row of its namespace, what rows had counted that are gone is its sum's. */
static int nets_read(const struct timewait_reader *r, bool past, const struct rows *seeds,
		     struct timewait *sample)
{
	struct rows rows;
	unsigned int i;
	int ret;

	ret = rows_read(r->programs.map[past ? TIMEWAIT_MAP_PAST : TIMEWAIT_MAP_REST], LANE_TW_NETS,
			sizeof(__u32), sizeof(struct lane_tw), &rows);
	for (i = 0; i < rows.nr && !ret; i++) {
		const struct lane_tw *tw = (const struct lane_tw *)rows.values + i;
		const struct lane_tw_key key = { .netns = ((const __u32 *)rows.keys)[i] };
		struct timewait_row row = { .kind = TIMEWAIT_OTHER, .netns = key.netns };

		if (past) {
			struct timewait_counts counts = counts_of(tw);

			ret = net_count(sample, key.netns, 0, &counts);
			continue;
		}
		row_fill(sample, &row, tw,
			 seed_of(seeds, r->programs.map[TIMEWAIT_MAP_SEED], &key));
		ret = net_count(sample, row.netns, row.alive, &row.counts);
		sample->row[sample->nr_row++] = row;
	}
	rows_free(&rows);
	return ret;
}

static int by_alive(const void *a, const void *b)
{
	const struct timewait_row *x = a, *y = b;

	if (x->alive != y->alive)
		return x->alive < y->alive ? 1 : -1;
	return x->counts.births == y->counts.births ? 0 :
	       x->counts.births < y->counts.births  ? 1 :
						      -1;
}

static int own_net(struct timewait *sample)
{
	struct timewait_net *net = net_of(sample, netns_own());
	long alive = sockstat_alive();

	if (!net)
		return -ENOMEM;
	net->own = true;
	net->sockstat = alive > 0 ? (unsigned int)alive : 0;
	return 0;
}

int timewait_sample(struct timewait_reader *reader, struct timewait *sample, struct err *err)
{
	struct rows seeds = { 0 };
	int ret = 0;

	memset(sample, 0, sizeof(*sample));
	sample->row = malloc((LANE_TW_OUT + LANE_TW_IN + LANE_TW_NETS) * sizeof(*sample->row));
	if (!sample->row)
		return err_set(err, -ENOMEM, "out of memory");
	sample->estimate = !reader->exact;
	sample->span_ns = 1ULL << LANE_TW_SHIFT;
	sample->at_ns = clock_mono_ns();
	sample->since_ns = clock_boot_ns() - reader->programs.info.loaded_ns;
	sample->newest_ns = sample->at_ns & (sample->span_ns - 1);
	if (reader->exact) /* an estimate goes by age */
		ret = rows_read(reader->programs.map[TIMEWAIT_MAP_SEED], LANE_TW_OUT + LANE_TW_IN,
				sizeof(struct lane_tw_key), sizeof(struct lane_tw_seed), &seeds);
	if (!ret)
		ret = own_net(sample);
	if (!ret)
		ret = side_read(reader, true, &seeds, sample);
	if (!ret)
		ret = side_read(reader, false, &seeds, sample);
	if (!ret)
		ret = nets_read(reader, false, &seeds, sample);
	if (!ret)
		ret = nets_read(reader, true, &seeds, sample);
	rows_free(&seeds);
	if (ret)
		return err_set(err, ret, "the BPF maps cannot be read: %s", strerror(-ret));
	qsort(sample->row, sample->nr_row, sizeof(*sample->row), by_alive);
	return 0;
}

void timewait_free(struct timewait *sample)
{
	free(sample->row);
	free(sample->net);
	memset(sample, 0, sizeof(*sample));
}

/* ---- who is in a namespace */

void timewait_name(struct timewait *sample)
{
	unsigned int i, j, nr, inode, unnamed = sample->nr_net;
	char **pids, link[64], comm[32], shown[40];

	if (files_list("/", &pids, &nr, "/proc"))
		return;
	for (i = 0; i < nr && unnamed; i++) {
		if (file_link("/", link, sizeof(link), "/proc/%s/ns/net", pids[i]) ||
		    sscanf(link, "net:[%u]", &inode) != 1)
			continue;
		for (j = 0; j < sample->nr_net; j++)
			if (sample->net[j].netns == inode && !sample->net[j].by[0])
				break;
		if (j == sample->nr_net ||
		    file_read("/", comm, sizeof(comm), "/proc/%s/comm", pids[i]))
			continue;
		text_escape(shown, sizeof(shown), comm);
		(void)snprintf(sample->net[j].by, sizeof(sample->net[j].by), "%.40s (pid %.12s)",
			       shown, pids[i]);
		(void)sscanf(pids[i], "%u", &sample->net[j].pid);
		unnamed--;
	}
	files_free(pids, nr);
}
