// SPDX-License-Identifier: GPL-2.0
/*
 * Counts open connections now and then; see growthwatch.h. The rule: the walk
 * costs what there is to walk, so how often it comes follows from what it cost.
 */
#include "cmd/growthwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/growing.h"
#include "base/netns.h"
#include "base/runfile.h"
#include "cmd/cmd.h"
#include "observe/census.h"
#include "view/growing.h"

#define NS_PER_S 1000000000ULL
#define SHARE 1000 /* of a CPU's time, at most one part of so many */
#define LOOKS_A_RISE 10 /* in GROWTH_AFTER_S, at least so many looks where they cost little */
#define AGAIN_NS (3600 * NS_PER_S) /* what is still so is said again */

/* Names whoever holds the connections of @row, and counts what its ports are. */
static void row_fill(struct census *census, const struct growth_row *row, struct growing_row *to)
{
	struct census_row *held = NULL, was;
	unsigned int i, ports = 0;

	for (i = 0; i < census->nr_row; i++) {
		if (census->row[i].remote_port != row->remote_port ||
		    strcmp(census->row[i].remote, row->remote) != 0)
			continue;
		ports += census->usable; /* toward it, from each source address */
		if (!held || census->row[i].established > held->established)
			held = &census->row[i];
	}
	memcpy(to->remote, row->remote, sizeof(to->remote));
	to->remote_port = row->remote_port;
	to->before = row->sample[0].nr;
	to->now = row->now;
	to->for_s = (unsigned int)((census->at_ns - row->sample[0].at_ns) / NS_PER_S);
	to->per_min = row->per_min;
	if (!held)
		return; /* those that others opened */
	was = census->row[0]; /* the first ones are named */
	census->row[0] = *held;
	*held = was;
	census_name(census, 1);
	memcpy(to->by, census->row[0].by, sizeof(to->by));
	if (row->per_min && ports > row->now)
		to->full_min = (ports - row->now) / row->per_min + 1;
}

/* Says what is new, has begun anew, or is an hour old. */
static void found_say(struct growth_row *row, const struct growing_row *found, uint64_t at_ns)
{
	struct text line = { 0 };

	if (row->said_ns && at_ns - row->said_ns < AGAIN_NS)
		return;
	growth_said(row, at_ns);
	view_growing_line(&line, found);
	if (line.s && !line.failed)
		say("%s\n", line.s);
	text_free(&line);
}

static void found_tell(struct growthwatch *w, struct census *census, unsigned int endless,
		       uint64_t until_ns)
{
	struct growing growing = { .until_ns = until_ns, .netns = netns_own() };
	unsigned int i;

	if (!endless) {
		runfile_remove(GROWING_FILE);
		return;
	}
	growing.row = calloc(endless, sizeof(*growing.row));
	for (i = 0; growing.row && i < w->growth.nr_row; i++) {
		struct growth_row *row = &w->growth.row[i];

		if (!row->endless)
			continue;
		row_fill(census, row, &growing.row[growing.nr_row]);
		found_say(row, &growing.row[growing.nr_row++], census->at_ns);
	}
	(void)runfile_write(GROWING_FILE, growing_fields, &growing); /* it was said */
	growing_free(&growing);
}

void growthwatch_end(void)
{
	runfile_remove(GROWING_FILE);
}

void growthwatch_look(struct growthwatch *w)
{
	unsigned int after_s = fault_value("GROWTH_AFTER_S", GROWTH_AFTER_S);
	uint64_t pause_ns = after_s * NS_PER_S / LOOKS_A_RISE, began = clock_mono_ns(), cost_ns;
	struct census census;

	if (began < w->next_ns)
		return;
	cost_ns = clock_cpu_ns();
	if (!census_take(&census, NULL)) {
		unsigned int endless = growth_look(&w->growth, &census, after_s);

		cost_ns = (clock_cpu_ns() - cost_ns) * fault_value("GROWTH_SHARE", SHARE);
		pause_ns = cost_ns > pause_ns ? cost_ns : pause_ns;
		/* a sweep may be late */
		found_tell(w, &census, endless, clock_boot_ns() + 2 * pause_ns + 60 * NS_PER_S);
	}
	census_free(&census);
	w->next_ns = began + pause_ns;
}
