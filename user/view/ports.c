// SPDX-License-Identifier: GPL-2.0
/*
 * The table of `netlane ports`; see ports.h. The rule: a number of seconds is
 * never shown finer than it is known.
 */
#include "view/ports.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "view/ports_advice.h"
#include "view/view.h"

static unsigned int percent(unsigned int part, unsigned int whole)
{
	unsigned int pct = whole ? (unsigned int)lround(100.0 * part / whole) : 100;

	return pct == 100 && part < whole ? 99 : pct; /* full is full */
}

static void full_in(const struct outlook *o, char *buf, size_t len)
{
	if (outlook_taken(o) >= o->usable)
		(void)snprintf(buf, len, "now");
	else if (o->full_s_early < 0)
		(void)snprintf(buf, len, o->blind ? "?" : "-");
	else if (o->full_s_late < 0)
		(void)snprintf(buf, len, "%d s or never", o->full_s_early);
	else if (o->full_s_early == o->full_s_late)
		(void)snprintf(buf, len, "%d s", o->full_s_early);
	else
		(void)snprintf(buf, len, "%d-%d s", o->full_s_early, o->full_s_late);
}

/* The widest of what stands in a column of names. */
static void widths(const struct census *census, unsigned int nr, int *to, int *from)
{
	char buf[ADDR_LEN + 16];
	unsigned int i;
	int n;

	*to = 16;
	*from = 10;
	for (i = 0; i < nr; i++) {
		ports_to(&census->row[i], buf, sizeof(buf));
		n = (int)strlen(buf);
		*to = n > *to ? n : *to;
		n = (int)strlen(census->row[i].local);
		*from = n > *from ? n : *from;
	}
}

static void table(struct text *out, const struct census *census, unsigned int nr)
{
	char buf[ADDR_LEN + 16], full[32];
	unsigned int i;
	int to, from;

	widths(census, nr, &to, &from);
	text_add(out, "%-*s  %-*s  %6s %4s %10s %8s  %-13s  %s\n", to, "to", from, "from", "ports",
		 "used", "time-wait", "ended/s", "full in", "by");
	for (i = 0; i < nr; i++) {
		const struct census_row *row = &census->row[i];
		const struct outlook *o = &row->outlook;

		ports_to(row, buf, sizeof(buf));
		full_in(o, full, sizeof(full));
		text_add(out, "%-*s  %-*s  %6u %3u%% %10u %8u  %-13s  %s\n", to, buf, from,
			 row->local, o->in_use, percent(outlook_taken(o), o->usable),
			 row->time_wait, row->counted ? row->born_per_s : o->per_s, full,
			 row->by[0] ? row->by : "-");
	}
}

static void rest(struct text *out, const struct census *census, unsigned int nr, unsigned int width)
{
	unsigned int more = census->nr_row - nr, i, ports = 0;
	char line[200];

	for (i = nr; i < census->nr_row; i++)
		ports += census->row[i].established + census->row[i].opening +
			 census->row[i].closing + census->row[i].time_wait;
	if (more) {
		(void)snprintf(line, sizeof(line), "%u more %s with %u %s; --all shows %s", more,
			       view_word(more, "destination", "destinations"), ports,
			       view_word(ports, "port", "ports"), view_word(more, "it", "them"));
		view_wrap(out, line, 0, 2, width);
	}
	if (census->rest_rows) {
		(void)snprintf(line, sizeof(line),
			       "other: %u established and %u TIME_WAIT to destinations beyond the "
			       "%u that are kept apart",
			       census->rest.established, census->rest.time_wait, census->nr_row);
		view_wrap(out, line, 0, 2, width);
	}
}

static void settings(struct text *out, const struct census *census, unsigned int width)
{
	char line[200];

	(void)snprintf(line, sizeof(line),
		       "%u for each pair of an own address and a destination: %u-%u, but for %u "
		       "reserved and %u listened on",
		       census->usable, census->first, census->last, census->reserved,
		       census->listened);
	view_labelled(out, "ports", line, width);
	if (!census->usable)
		view_labelled(out, "", "none is left for connect(): each one fails", width);
}

static void served(struct text *out, const struct census *census, unsigned int width)
{
	char line[200];

	if (census->served) {
		(void)snprintf(line, sizeof(line),
			       "%u %s came in, %u in TIME_WAIT: memory, bounded by "
			       "tcp_max_tw_buckets = %u, and no port of the above",
			       census->served,
			       view_word(census->served, "connection", "connections"),
			       census->served_time_wait, census->tw_max);
		view_labelled(out, "served", line, width);
	}
	if (census->fixed) {
		(void)snprintf(line, sizeof(line),
			       "%u on %s that connect() does not choose, %u in TIME_WAIT",
			       census->fixed, view_word(census->fixed, "a port", "ports"),
			       census->fixed_time_wait);
		view_labelled(out, "fixed", line, width);
	}
}

void view_ports(struct text *out, const struct census *census, unsigned int nr, unsigned int width)
{
	unsigned int i, said = 0;

	settings(out, census, width);
	served(out, census, width);
	text_add(out, "\n");
	nr = nr < census->nr_row ? nr : census->nr_row;
	if (!nr)
		text_add(out, "no connection was opened here\n");
	else
		table(out, census, nr);
	rest(out, census, nr, width);
	for (i = 0; i < census->nr_row && said < ADVICE_ROWS; i++) {
		if (!census->row[i].outlook.tight)
			continue;
		advice_row(out, census, &census->row[i], width);
		said++;
	}
	for (i = 0, said = 0; i < census->nr_row && said < ADVICE_ROWS; i++) {
		if (!census->row[i].nat_suspected)
			continue;
		advice_unanswered(out, &census->row[i], width);
		said++;
	}
	for (i = 0, said = 0; i < census->nr_source && said < ADVICE_ROWS; i++)
		if (census->source[i].bound) {
			advice_source(out, census, &census->source[i], width);
			said++;
		}
}

/* ------------------------------------------------------------- JSON */

static const struct field outlook_fields[] = {
	F_UINT(outlook, in_use),      F_UINT(outlook, others),
	F_UINT(outlook, usable),      F_UINT(outlook, per_s),
	F_UINT(outlook, levels_at),   F_BOOL(outlook, reuse),
	F_INT(outlook, full_s_early), F_INT(outlook, full_s_late),
	F_BOOL(outlook, tight),	      F_END,
};

static const struct field row_fields[] = {
	F_STR(census_row, local),
	F_STR(census_row, remote),
	F_UINT(census_row, remote_port),
	F_BOOL(census_row, loopback),
	F_UINT(census_row, established),
	F_UINT(census_row, opening),
	F_UINT(census_row, unanswered),
	F_BOOL(census_row, nat_suspected),
	F_UINT(census_row, closing),
	F_UINT(census_row, time_wait),
	F_BOOL(census_row, counted),
	F_UINT(census_row, born_per_s),
	F_U64(census_row, reused),
	F_U64(census_row, overflows),
	F_STR(census_row, by),
	F_BOOL(census_row, bound),
	F_OBJECT(census_row, outlook, outlook_fields),
	F_OBJECT(census_row, with_reuse, outlook_fields),
	F_END,
};

/* What is counted together has no outlook. */
static const struct field rest_fields[] = {
	F_UINT(census_row, established),
	F_UINT(census_row, opening),
	F_UINT(census_row, closing),
	F_UINT(census_row, time_wait),
	F_END,
};

static const struct field source_fields[] = {
	F_STR(census_source, local),  F_UINT(census_source, sockets), F_UINT(census_source, ports),
	F_UINT(census_source, bound), F_BOOL(census_source, tight),   F_END,
};

static const struct field census_fields[] = {
	F_U64(census, at_ns),
	F_UINT(census, first),
	F_UINT(census, last),
	F_UINT(census, reserved),
	F_UINT(census, listened),
	F_UINT(census, usable),
	F_INT(census, tw_reuse),
	F_UINT(census, tw_reuse_ms),
	F_BOOL(census, timestamps),
	F_UINT(census, tw_s),
	F_UINT(census, tw_max),
	F_UINT(census, served),
	F_UINT(census, served_time_wait),
	F_UINT(census, fixed),
	F_UINT(census, fixed_time_wait),
	F_UINT(census, rest_rows),
	F_OBJECT(census, rest, rest_fields),
	F_LIST(census, source, nr_source, source_fields),
	F_LIST(census, row, nr_row, row_fields),
	F_UINT(census, more_rows),
	F_END,
};

struct json_object *view_ports_json(const struct census *census)
{
	return fields_to_json(census_fields, census);
}
