// SPDX-License-Identifier: GPL-2.0
/*
 * Counted rows beside walked ones; see live.h. The rule: what was counted adds
 * to what a walk found, and corrects nothing of it.
 */
#include "judge/live.h"

#include <stdlib.h>
#include <string.h>

/* Half of the ports in TIME_WAIT, or a rate that comes to that. */
#define SUSPICIOUS_PART 2
#define TIME_WAIT_S 60

static bool is_own(const struct timewait *tw, const struct timewait_row *row)
{
	const struct timewait_net *own = timewait_own(tw);

	return own && row->netns == own->netns;
}

static int compare(const char *remote, unsigned int port, const char *local,
		   const struct timewait_row *row)
{
	int ret = strcmp(remote, row->remote);

	if (!ret)
		ret = strcmp(local, row->local);
	if (!ret && port != row->port)
		ret = port < row->port ? -1 : 1;
	return ret;
}

static int by_ends(const void *a, const void *b)
{
	const struct timewait_row *x = *(const struct timewait_row *const *)a;

	return compare(x->remote, x->port, x->local, *(const struct timewait_row *const *)b);
}

static int row_finds(const void *wanted, const void *one)
{
	const struct census_row *row = wanted;

	return compare(row->remote, row->remote_port, row->local,
		       *(const struct timewait_row *const *)one);
}

void live_join(struct census *census, const struct timewait *tw)
{
	const struct timewait_row **rows, **found;
	unsigned int i, nr = 0;

	if (tw->estimate)
		return; /* the walk's own rate is better */
	rows = calloc(tw->nr_row + 1, sizeof(*rows));
	if (!rows)
		return; /* it is an addition */
	for (i = 0; i < tw->nr_row; i++)
		if (tw->row[i].kind == TIMEWAIT_OPENED && is_own(tw, &tw->row[i]))
			rows[nr++] = &tw->row[i];
	qsort(rows, nr, sizeof(*rows), by_ends);
	for (i = 0; i < census->nr_row; i++) {
		struct census_row *row = &census->row[i];

		found = bsearch(row, rows, nr, sizeof(*rows), row_finds);
		if (!found)
			continue;
		row->counted = true;
		row->born_per_s = (*found)->per_s;
		row->reused = (*found)->counts.reused;
		row->overflows = (*found)->counts.overflows;
	}
	free(rows);
}

unsigned int live_refused(const struct timewait *tw)
{
	unsigned int i, nr = 0;

	for (i = 0; i < tw->nr_row; i++)
		nr += tw->row[i].counts.refused && tw->row[i].refused_ns < LIVE_RECENT_NS &&
		      is_own(tw, &tw->row[i]);
	return nr;
}

/* @alive in TIME_WAIT, and @per_s more each second, come to that much. */
static bool is_much(uint64_t alive, uint64_t per_s, unsigned int usable)
{
	return alive >= usable / SUSPICIOUS_PART || per_s * TIME_WAIT_S >= usable / SUSPICIOUS_PART;
}

enum live_suspicion live_suspicious(const struct timewait *tw, unsigned int usable)
{
	uint64_t alive = 0, per_s = 0;
	unsigned int i;

	for (i = 0; i < tw->nr_row; i++) {
		const struct timewait_row *row = &tw->row[i];

		/* what found no row of its own may be many small destinations */
		if ((row->kind != TIMEWAIT_OPENED && row->kind != TIMEWAIT_OTHER) ||
		    !is_own(tw, row))
			continue;
		if (row->kind == TIMEWAIT_OPENED && is_much(row->alive, row->per_s, usable))
			return LIVE_ROW;
		alive += row->alive;
		per_s += row->per_s;
	}
	return is_much(alive, per_s, usable) ? LIVE_TOGETHER : LIVE_CALM;
}
