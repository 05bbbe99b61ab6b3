// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that only grow; see growth.h. The rule: a plateau, a saw and a
 * morning's rise are no leak, so a fall begins anew and a rise must still go on.
 */
#include "judge/growth.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1000000000ULL
#define SAMPLES_LEAST (GROWTH_SAMPLES / 2)
#define FOLLOW_LEAST 32 /* connections; fewer are nobody's trouble yet */

static void begin(struct growth_row *row, uint64_t at_ns, unsigned int nr)
{
	row->sample[0] = (struct growth_sample){ at_ns, nr };
	row->nr_sample = 1;
	row->stride = 1;
	row->skipped = 0;
	row->peak = nr;
	row->endless = false;
	row->per_min = 0;
}

/* Where there is no room, every other one goes, and the next are twice as far apart. */
static void sample_add(struct growth_row *row, uint64_t at_ns, unsigned int nr)
{
	unsigned int i;

	if (++row->skipped < row->stride)
		return;
	row->skipped = 0;
	if (row->nr_sample == GROWTH_SAMPLES) {
		for (i = 1; i < GROWTH_SAMPLES / 2; i++)
			row->sample[i] = row->sample[2 * i];
		row->nr_sample = GROWTH_SAMPLES / 2;
		row->stride *= 2;
	}
	row->sample[row->nr_sample++] = (struct growth_sample){ at_ns, nr };
}

/* The last sample that is at least @part / 4 of the whole time ago. */
static const struct growth_sample *sample_before(const struct growth_row *row, uint64_t at_ns,
						 unsigned int part)
{
	uint64_t until = at_ns - (at_ns - row->sample[0].at_ns) / 4 * part;
	const struct growth_sample *found = &row->sample[0];
	unsigned int i;

	for (i = 1; i < row->nr_sample && row->sample[i].at_ns <= until; i++)
		found = &row->sample[i];
	return found;
}

static void row_judge(struct growth_row *row, uint64_t at_ns, unsigned int after_s)
{
	const struct growth_sample *first = &row->sample[0], *half = sample_before(row, at_ns, 2);
	const struct growth_sample *late = sample_before(row, at_ns, 1);
	unsigned int more = row->now > first->nr ? row->now - first->nr : 0;

	row->endless = at_ns - first->at_ns >= after_s * NS_PER_S &&
		       row->nr_sample >= SAMPLES_LEAST && more >= GROWTH_LEAST &&
		       more >= first->nr / 2 && row->now > late->nr &&
		       row->now - late->nr >= more / 10;
	row->per_min = 0;
	if (row->endless && at_ns > half->at_ns && row->now > half->nr)
		row->per_min = (unsigned int)((row->now - half->nr) * 60 * NS_PER_S /
					      (at_ns - half->at_ns));
}

/* A new one takes the place of the smallest, unless that is a finding. */
static struct growth_row *row_make(struct growth *g, unsigned int nr)
{
	struct growth_row *least = NULL;
	unsigned int i;

	if (g->nr_row < GROWTH_ROWS)
		return &g->row[g->nr_row++];
	for (i = 0; i < g->nr_row; i++)
		if (!g->row[i].endless && (!least || g->row[i].now < least->now))
			least = &g->row[i];
	return least && least->now < nr ? least : NULL;
}

static struct growth_row *row_find(struct growth *g, const char *remote, unsigned int port)
{
	unsigned int i;

	for (i = 0; i < g->nr_row; i++)
		if (g->row[i].remote_port == port && !strcmp(g->row[i].remote, remote))
			return &g->row[i];
	return NULL;
}

static void count(struct growth *g, const char *remote, unsigned int port, unsigned int nr,
		  uint64_t at_ns)
{
	struct growth_row *row = row_find(g, remote, port);

	if (!row && nr >= FOLLOW_LEAST) {
		row = row_make(g, nr);
		if (!row)
			return;
		memset(row, 0, sizeof(*row));
		memcpy(row->remote, remote, strlen(remote) + 1); /* both ADDR_LEN */
		row->remote_port = port;
	}
	if (!row)
		return;
	row->now = nr;
	row->seen_ns = at_ns;
}

static unsigned int open_of(const struct census_row *row)
{
	return row->established + row->closing;
}

static int by_destination(const void *a, const void *b)
{
	const struct census_row *x = *(const struct census_row *const *)a;
	const struct census_row *y = *(const struct census_row *const *)b;

	if (x->remote_port != y->remote_port)
		return x->remote_port < y->remote_port ? -1 : 1;
	return strcmp(x->remote, y->remote);
}

/* A destination may have many rows in a census, one for each address of ours. */
static void count_all(struct growth *g, const struct census *census)
{
	const struct census_row **rows = calloc(census->nr_row + 1, sizeof(*rows));
	unsigned int i, nr = 0, sum = 0;

	if (!rows)
		return; /* then they are followed anew from the next look on */
	for (i = 0; i < census->nr_row; i++)
		if (open_of(&census->row[i]))
			rows[nr++] = &census->row[i];
	qsort(rows, nr, sizeof(*rows), by_destination);
	for (i = 0; i < nr; i++) {
		sum += open_of(rows[i]);
		if (i + 1 < nr && !by_destination(&rows[i], &rows[i + 1]))
			continue;
		count(g, rows[i]->remote, rows[i]->remote_port, sum, census->at_ns);
		sum = 0;
	}
	free(rows);
	count(g, "", 0, census->served - census->served_time_wait, census->at_ns);
}

unsigned int growth_look(struct growth *g, const struct census *census, unsigned int after_s)
{
	unsigned int i, nr = 0, endless = 0;

	count_all(g, census);
	for (i = 0; i < g->nr_row; i++) {
		struct growth_row *row = &g->row[i];

		if (row->seen_ns != census->at_ns)
			continue; /* all of it is closed */
		if (!row->nr_sample ||
		    row->now + (row->peak - row->sample[0].nr) / 10 + 2 < row->peak)
			begin(row, census->at_ns, row->now);
		else
			sample_add(row, census->at_ns, row->now);
		row->peak = row->now > row->peak ? row->now : row->peak;
		if (row->now < row->said_until)
			row->said_ns = row->said_until = 0;
		row_judge(row, census->at_ns, after_s);
		endless += row->endless;
		if (nr != i)
			g->row[nr] = *row;
		nr++;
	}
	g->nr_row = nr;
	return endless;
}

void growth_said(struct growth_row *row, uint64_t at_ns)
{
	row->said_ns = at_ns;
	row->said_until = row->sample[0].nr + (row->now - row->sample[0].nr) / 2;
}
