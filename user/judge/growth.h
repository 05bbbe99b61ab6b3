/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Censuses of connections over time -> which of them only ever grow: a program
 * that opens and does not close. Pure; the memory of it is the caller's.
 */
#ifndef NETLANE_JUDGE_GROWTH_H
#define NETLANE_JUDGE_GROWTH_H

#include "base/census.h"

#define GROWTH_ROWS 64 /* destinations that are followed at once: those with the most open */
#define GROWTH_SAMPLES 16 /* of each, over as long as it has risen */
#define GROWTH_AFTER_S 600 /* what rose for less may be a start, or a morning */
#define GROWTH_LEAST 50 /* connections more than in the beginning, and half as many again */

struct growth_sample {
	uint64_t at_ns;
	unsigned int nr;
};

/* Connections that are open toward one destination, since they last fell. */
struct growth_row {
	char remote[ADDR_LEN]; /* "" and port 0: those that others opened to this node */
	unsigned int remote_port;
	struct growth_sample sample[GROWTH_SAMPLES]; /* the first one is where the rise began */
	unsigned int nr_sample;
	unsigned int stride; /* looks from one sample to the next */
	unsigned int skipped; /* looks since the last sample */
	unsigned int peak;
	unsigned int now;
	uint64_t seen_ns; /* the last look that had it */
	bool endless; /* it rises, as long as it is followed, and still does */
	unsigned int per_min; /* over the later half of the rise */
	uint64_t said_ns; /* when the caller last spoke of it, 0: not of this rise */
	unsigned int said_until; /* with fewer than that open, that rise is over */
};

/* All-zero is nothing seen yet. */
struct growth {
	struct growth_row row[GROWTH_ROWS];
	unsigned int nr_row;
};

/*
 * Takes in what @census has open, at its time. What rose for @after_s seconds
 * at least, without falling back by a tenth of the rise, and was still rising
 * in the last quarter, is endless. Returns how many are.
 */
unsigned int growth_look(struct growth *g, const struct census *census, unsigned int after_s);
/* The caller has spoken of @row; forgotten when half of what rose is gone. */
void growth_said(struct growth_row *row, uint64_t at_ns);

#endif /* NETLANE_JUDGE_GROWTH_H */
