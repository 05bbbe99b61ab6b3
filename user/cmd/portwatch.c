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

/* The one that runs out first, or NULL. */
static const struct census_row *worst_of(const struct census *census)
{
	const struct census_row *worst = NULL;
	unsigned int i;

	for (i = 0; i < census->nr_row; i++) {
		const struct census_row *row = &census->row[i];

		if (row->outlook.tight &&
		    (!worst || (unsigned int)row->outlook.full_s_early <
				       (unsigned int)worst->outlook.full_s_early))
			worst = row; /* -1, never, is the largest */
	}
	return worst;
}

static void forecast_say(struct portwatch *w, const struct census_row *row)
{
	const struct outlook *o = &row->outlook;
	unsigned int per_s = row->counted ? row->born_per_s : o->per_s;
	uint64_t now = clock_mono_ns();
	char to[sizeof(w->warned)];

	(void)snprintf(to, sizeof(to), strchr(row->remote, ':') ? "[%s]:%u" : "%s:%u", row->remote,
		       row->remote_port);
	if (o->full_s_early >= 0)
		(void)snprintf(w->status, sizeof(w->status), "ports to %s run out in %d s", to,
			       o->full_s_early);
	else
		(void)snprintf(w->status, sizeof(w->status), "ports to %s: %u of %u in use", to,
			       outlook_taken(o), o->usable);
	if (!strcmp(to, w->warned) && now - w->warned_ns < AGAIN_NS)
		return;
	say("%s: %u of %u in use, %u %s a second; netlane ports says what helps\n", w->status,
	    outlook_taken(o), o->usable, per_s, view_word(per_s, "connection", "connections"));
	(void)text_copy(w->warned, sizeof(w->warned), to); /* the same length */
	w->warned_ns = now;
}

static void forecast(struct portwatch *w, const struct timewait *tw)
{
	struct ports *none = calloc(2, sizeof(*none));
	struct census census = { 0 };
	const struct census_row *worst;

	w->status[0] = '\0';
	if (none && !census_settings("/", &none[0], &none[1], &census, NULL) &&
	    live_suspicious(tw, census.usable) && !census_take(&census, NULL)) {
		live_join(&census, tw);
		(void)ports_judge(&census);
		worst = worst_of(&census);
		if (worst)
			forecast_say(w, worst);
	}
	census_free(&census);
	free(none);
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
	w->status[0] = '\0';
	if (timewait_open(&reader))
		return; /* not counted, which was said where it was to begin */
	(void)timewait_tend(reader, false, &err); /* what is not mended now is at the next look */
	if (!timewait_sample(reader, &tw, &err)) {
		refused_say(w, &tw);
		forecast(w, &tw);
	}
	timewait_free(&tw);
	timewait_close(reader);
}
