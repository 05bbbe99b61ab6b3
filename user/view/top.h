/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The screen of top as text: what stands in each line of a terminal of a given
 * size. Knows nothing of the terminal itself, so that tests can read it.
 */
#ifndef NETLANE_VIEW_TOP_H
#define NETLANE_VIEW_TOP_H

#include <stdbool.h>

#include "base/text.h"
#include "view/columns.h"

#define TOP_HISTORY 120 /* readings that a sparkline may go back */

/* What a row carried, reading by reading. */
struct top_past {
	char ifname[IFNAME_LEN];
	int queue;
	int cpu;
	unsigned int nr;
	double pps[TOP_HISTORY]; /* the last one at (nr - 1) % TOP_HISTORY */
};

struct top {
	enum load_by by;
	const struct column *sort; /* NULL: as they stand, or outliers first if they do not fit */
	bool reverse;
	bool paused;
	bool help;
	bool utf8;
	unsigned int first; /* row at the top, for scrolling */
	unsigned int width; /* of the terminal, columns */
	unsigned int height; /* lines */
	unsigned int seconds; /* between readings */
	struct top_past *past;
	unsigned int nr_past;
};

/* Remembers a reading for the sparklines. Out of memory: without some of them. */
void top_remember(struct top *top, const struct load *load);
void top_free(struct top *top);
/*
 * @height lines at most, none wider than @width. Line 0 is the title, line 4
 * the header of the columns. @title, @now and @accepts are one line each.
 */
void top_draw(struct text *out, struct top *top, const struct load *load, const char *title,
	      const char *now, const char *accepts);

#endif /* NETLANE_VIEW_TOP_H */
