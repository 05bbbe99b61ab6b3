// SPDX-License-Identifier: GPL-2.0
/*
 * Telling bind()'s ports from connect()'s; see bound.h. The rule: connect() looks
 * at every second port first, from the range's first on (inet_hash_connect(),
 * since 4.2), and bind() at those between (inet_csk_get_port()); each goes to the
 * other half only when its own is full.
 */
#include "observe/bound.h"

#include <stdlib.h>

#include "observe/census.h"

#define FIRST_ROOM 64 /* a power of two */
#define ODD_LEAST 8 /* fewer may be a program's own choice */
#define AGES_APART 8 /* of a TIME_WAIT's life: more than chance where both take ports at once */
#define AGES_UNCLEAR_S 0.5 /* both halves in one burst: whole seconds do not tell which was first */
#define HALF_SLACK 20 /* a half is as good as full within this part of all: 5 % */

struct bound_seen {
	unsigned int row;
	uint16_t port;
};

void bound_add(struct bound *bound, unsigned int row, unsigned int port)
{
	bool full = bound->nr >= FIRST_ROOM ? !(bound->nr & (bound->nr - 1)) : !bound->nr;
	unsigned int room = bound->nr ? 2 * bound->nr : FIRST_ROOM;
	struct bound_seen *seen;

	if (bound->incomplete)
		return;
	if (full) {
		seen = room <= BOUND_SEEN_MAX ? realloc(bound->seen, room * sizeof(*seen)) : NULL;
		bound->incomplete = !seen;
		if (!seen)
			return;
		bound->seen = seen;
	}
	bound->seen[bound->nr++] = (struct bound_seen){ row, (uint16_t)port };
}

static double odd_age_s(const struct census_row *row)
{
	return (double)row->odd_waiting_s / row->odd_waiting;
}

static double even_age_s(const struct census_row *row)
{
	return (double)(row->waiting_s - row->odd_waiting_s) / (row->time_wait - row->odd_waiting);
}

/* Both halves are full, or nearly: which was first? */
static bool was_odd_first(const struct census *census, const struct census_row *row)
{
	bool reuses = census->tw_reuse == 1 || (census->tw_reuse == 2 && row->loopback);
	unsigned int oldest = AGE_SECONDS - 1;

	if (census->tw_s && census->tw_s < oldest)
		oldest = census->tw_s - 1;
	/* connect() takes even ones again and again, and the odd ones grow old; bind() none */
	if (reuses && row->age[0] + row->age[1] > row->age[oldest])
		return false;
	return odd_age_s(row) - even_age_s(row) > AGES_UNCLEAR_S;
}

/*
 * The odd ones are more, but by what is over: connect() had taken all even ports and went
 * on with odd ones, and the even ones, which are older, end first. Then either nothing is
 * young any more, or what is left of the even ones is still clearly older.
 */
static bool is_remnant(const struct census *census, const struct census_row *row)
{
	unsigned int a, young = row->established + row->opening + row->closing;

	for (a = 0; a < AGE_SECONDS && a < census->tw_s / 2; a++)
		young += row->age[a];
	if (!young)
		return true;
	return row->odd_waiting && row->odd_waiting < row->time_wait &&
	       even_age_s(row) - odd_age_s(row) > census->tw_s / AGES_APART;
}

static bool is_bound(const struct census *census, const struct census_row *row)
{
	unsigned int n = row_ports(row), slack = n / HALF_SLACK;

	if (row->odd < ODD_LEAST)
		return false;
	if (row->odd < n - n / 2 - slack)
		return false;
	if (row->odd > n / 2 + slack)
		return !is_remnant(census, row);
	if (!row->odd_waiting || row->odd_waiting == row->time_wait)
		return 2 * row->odd > n; /* their ages cannot be compared */
	return was_odd_first(census, row);
}

void bound_find(const struct bound *bound, struct census *census)
{
	struct ports different = { 0 };
	unsigned int i, port;

	for (i = 0; i < census->nr_row; i++)
		census->row[i].bound = is_bound(census, &census->row[i]);
	census->bound = 0;
	for (i = 0; i < bound->nr && !bound->incomplete; i++)
		if (census->row[bound->seen[i].row].bound)
			ports_add(&different, bound->seen[i].port, bound->seen[i].port);
	for (port = census->first; port <= census->last; port++)
		census->bound += ports_has(&different, port);
}

void bound_free(struct bound *bound)
{
	free(bound->seen);
	*bound = (struct bound){ 0 };
}
