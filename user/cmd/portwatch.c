// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at the table of TIME_WAITs at each sweep; see portwatch.h. The rule: the
 * table is read in any case, sockets are walked only where it raises a suspicion.
 */
#include "cmd/portwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "judge/forecast.h"
#include "judge/live.h"
#include "judge/ports.h"
#include "observe/census.h"
#include "observe/timewait.h"
#include "view/timewait.h"
#include "view/view.h"

#define NS_PER_S 1000000000ULL
#define LOOK_NS (20 * NS_PER_S) /* sweeps may come in crowds */
#define SAY_NS (60 * NS_PER_S) /* of one destination, so often at most */
#define AGAIN_NS (600 * NS_PER_S) /* what is still wrong */
#define LINES_MAX 8
#define WALK_SHARE 100 /* of a CPU's time, at most one part of so many */

/* connect()s and bind()s that failed since that was last said. */
static void refused_say(struct portwatch *w, const struct timewait *tw)
{
	/* at the first look what is old may have been said by the service before this one */
	uint64_t first = tw->since_ns < LIVE_RECENT_NS ? tw->since_ns : LIVE_RECENT_NS;
	uint64_t since = w->refused_ns ? tw->at_ns - w->refused_ns : first;
	unsigned int i, nr = 0;
	char line[300];

	if (w->said_ns && tw->at_ns - w->said_ns < SAY_NS)
		return;
	for (i = 0; i < tw->nr_row; i++) {
		const struct timewait_row *row = &tw->row[i];

		if (!row->counts.refused || row->refused_ns > since || nr++ >= LINES_MAX)
			continue;
		view_timewait_refused(tw, row, line, sizeof(line));
		say("ports: %s\n", line);
	}
	if (nr > LINES_MAX)
		say("ports: and so it was for %u more %s\n", nr - LINES_MAX,
		    view_word(nr - LINES_MAX, "destination", "destinations"));
	if (nr)
		w->said_ns = tw->at_ns;
	w->refused_ns = tw->at_ns;
}

static void forecast_say(struct portwatch *w, const struct forecast *f)
{
	uint64_t now = clock_mono_ns();
	char use[64];

	(void)snprintf(use, sizeof(use), ": %u of %u in use", f->taken, f->usable);
	if (f->full_s >= 0)
		(void)snprintf(w->status, sizeof(w->status), "ports %s run out in %d s", f->what,
			       f->full_s);
	else
		(void)snprintf(w->status, sizeof(w->status), "ports %s%s", f->what, use);
	if (!strcmp(f->what, w->warned) && now - w->warned_ns < AGAIN_NS)
		return;
	say("%s%s, %u %s a second%s; netlane ports says what helps\n", w->status,
	    f->full_s >= 0 ? use : "", f->per_s, view_word(f->per_s, "connection", "connections"),
	    f->address ? ", bound before they connect" : "");
	(void)text_copy(w->warned, sizeof(w->warned), f->what); /* the same length */
	w->warned_ns = now;
}

/* Is a walk worth its time, and affordable? */
static bool walk_is_due(const struct portwatch *w, enum live_suspicion suspicion)
{
	/* that there are many in all is likely nothing, so it may cost only so much */
	return suspicion == LIVE_ROW ||
	       (suspicion == LIVE_TOGETHER && clock_mono_ns() >= w->walk_ns);
}

static void forecast_make(struct portwatch *w, const struct timewait *tw)
{
	struct ports *none = calloc(2, sizeof(*none));
	enum live_suspicion suspicion = LIVE_CALM;
	struct census census = { 0 };
	struct forecast forecast;
	uint64_t cost_ns = clock_cpu_ns();

	if (none && !census_settings("/", &none[0], &none[1], &census, NULL))
		suspicion = live_suspicious(tw, census.usable);
	free(none);
	if (suspicion != LIVE_CALM && !walk_is_due(w, suspicion))
		return; /* what the last one said stands */
	w->status[0] = '\0';
	if (suspicion != LIVE_CALM && !census_take(&census, NULL)) {
		live_join(&census, tw);
		(void)ports_judge(&census);
		w->walk_ns = clock_mono_ns() + (clock_cpu_ns() - cost_ns) * WALK_SHARE;
		if (forecast_judge(&census, &forecast))
			forecast_say(w, &forecast);
	}
	census_free(&census);
}

void portwatch_look(struct portwatch *w)
{
	uint64_t now = clock_mono_ns();
	struct timewait_reader *reader;
	struct timewait tw;
	struct err err = { 0 };

	if (w->looked_ns && now - w->looked_ns < LOOK_NS)
		return;
	w->looked_ns = now;
	if (timewait_open(&reader)) {
		w->status[0] = '\0';
		return; /* not counted, which was said where it was to begin */
	}
	(void)timewait_tend(reader, false, &err); /* what is not mended now is at the next look */
	if (!timewait_sample(reader, &tw, &err)) {
		refused_say(w, &tw);
		forecast_make(w, &tw);
	} else {
		w->status[0] = '\0';
	}
	timewait_free(&tw);
	timewait_close(reader);
}
