// SPDX-License-Identifier: GPL-2.0
/*
 * The table of `netlane ports --live`; see timewait.h. The rule: what is an
 * estimate is called one wherever it is shown.
 */
#include "view/timewait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fields.h"
#include "view/view.h"

#define NS_PER_S 1000000000ULL
#define REFUSALS_SHOWN 8

static const char *const kind_names[] = { "opened", "served", "bound", "other", NULL };

static void end_text(const struct timewait_row *row, const char *ip, bool port, char *buf,
		     size_t len)
{
	if (!port)
		(void)snprintf(buf, len, "%s", ip);
	else
		(void)snprintf(buf, len, strchr(ip, ':') ? "[%s]:%u" : "%s:%u", ip, row->port);
}

/* What the row is of: "10.0.3.7:6379" from an address, or who is served. */
static void row_names(const struct timewait_row *row, char *to, char *from, size_t len)
{
	(void)snprintf(from, len, "-");
	switch (row->kind) {
	case TIMEWAIT_OPENED:
		end_text(row, row->remote, true, to, len);
		end_text(row, row->local, false, from, len);
		break;
	case TIMEWAIT_SERVED:
		(void)snprintf(to, len, "(served)");
		end_text(row, row->local, true, from, len);
		break;
	case TIMEWAIT_BOUND:
		(void)snprintf(to, len, "(bind)");
		end_text(row, row->local, false, from, len);
		break;
	default:
		(void)snprintf(to, len, "(other)");
	}
}

static void widths(const struct timewait *tw, unsigned int nr, int *to, int *from)
{
	char a[ADDR_LEN + 16], b[ADDR_LEN + 16];
	unsigned int i;

	*to = 16;
	*from = 10;
	for (i = 0; i < nr; i++) {
		row_names(&tw->row[i], a, b, sizeof(a));
		*to = (int)strlen(a) > *to ? (int)strlen(a) : *to;
		*from = (int)strlen(b) > *from ? (int)strlen(b) : *from;
	}
}

static void table(struct text *out, const struct timewait *tw, unsigned int nr)
{
	const struct timewait_net *own = timewait_own(tw);
	char to[ADDR_LEN + 16], from[ADDR_LEN + 16];
	unsigned int i;
	int to_len, from_len;

	widths(tw, nr, &to_len, &from_len);
	text_add(out, "%-*s  %-*s  %10s %8s %8s %10s %8s  %s\n", to_len, "to", from_len, "from",
		 tw->estimate ? "~time-wait" : "time-wait", tw->estimate ? "~born/s" : "born/s",
		 "reused", "no-port", "no-room", "where");
	for (i = 0; i < nr; i++) {
		const struct timewait_row *row = &tw->row[i];

		row_names(row, to, from, sizeof(to));
		text_add(out, "%-*s  %-*s  %10llu %8u ", to_len, to, from_len, from,
			 (unsigned long long)row->alive, row->per_s);
		if (tw->estimate)
			text_add(out, "%8s %10llu %8s", "?",
				 (unsigned long long)row->counts.refused, "?");
		else
			text_add(out, "%8llu %10llu %8llu", (unsigned long long)row->counts.reused,
				 (unsigned long long)row->counts.refused,
				 (unsigned long long)row->counts.overflows);
		if (own && row->netns == own->netns)
			text_add(out, "  -\n");
		else
			text_add(out, "  net:[%u]\n", row->netns);
	}
}

void view_timewait_refused(const struct timewait *tw, const struct timewait_row *row, char *buf,
			   size_t len)
{
	const struct timewait_net *own = timewait_own(tw);
	char to[ADDR_LEN + 16], from[ADDR_LEN + 16], net[32] = "", times[48] = "once,";

	row_names(row, to, from, sizeof(to));
	if (!own || row->netns != own->netns)
		(void)snprintf(net, sizeof(net), " in net:[%u]", row->netns);
	if (row->counts.refused != 1)
		(void)snprintf(times, sizeof(times), "%llu times, the last time",
			       (unsigned long long)row->counts.refused);
	(void)snprintf(buf, len, "%s from %s%s: %s found no port %s %llu s ago", to, from, net,
		       row->kind == TIMEWAIT_BOUND ? "bind()" : "connect()", times,
		       (unsigned long long)(row->refused_ns / NS_PER_S));
}

static void refusals(struct text *out, const struct timewait *tw, unsigned int width)
{
	unsigned int i, nr = 0;
	char line[300];

	for (i = 0; i < tw->nr_row; i++) {
		if (!tw->row[i].counts.refused || nr++ >= REFUSALS_SHOWN)
			continue;
		view_timewait_refused(tw, &tw->row[i], line, sizeof(line));
		view_wrap(out, line, 0, 2, width);
	}
	if (nr > REFUSALS_SHOWN)
		text_add(out, "and so it was for %u more %s\n", nr - REFUSALS_SHOWN,
			 view_word(nr - REFUSALS_SHOWN, "destination", "destinations"));
}

static bool net_is_idle(const struct timewait_net *net)
{
	return !net->alive && !net->counts.refused;
}

/* What was counted elsewhere, and how to see it: a walk is of one namespace. */
static void others(struct text *out, const struct timewait *tw, unsigned int width)
{
	unsigned int i;

	for (i = 0; i < tw->nr_net; i++) {
		const struct timewait_net *net = &tw->net[i];
		char line[300], way[100];

		if (net->own || net_is_idle(net))
			continue;
		if (net->pid)
			(void)snprintf(way, sizeof(way), "'nsenter -t %u -n netlane ports'",
				       net->pid);
		else
			(void)snprintf(way, sizeof(way),
				       "'ip netns exec NAME netlane ports', where it has a name,");
		(void)snprintf(line, sizeof(line),
			       "net:[%u], another network namespace, has %s%llu in TIME_WAIT and "
			       "%s in it: %s shows its ports",
			       net->netns, tw->estimate ? "about " : "",
			       (unsigned long long)net->alive,
			       net->by[0] ? net->by : "no process that can be seen", way);
		view_wrap(out, line, 0, 2, width);
	}
}

static void nets(struct text *out, const struct timewait *tw)
{
	unsigned int i;

	for (i = 0; i < tw->nr_net; i++) {
		const struct timewait_net *net = &tw->net[i];

		if (!net->own && net_is_idle(net))
			continue;
		text_add(out, "%s%u%s  %s%llu in TIME_WAIT", net->own ? "here    " : "net:[",
			 net->netns, net->own ? "" : "]", tw->estimate ? "about " : "",
			 (unsigned long long)net->alive);
		if (net->own)
			text_add(out, " (sockstat: %u)", net->sockstat);
		if (net->by[0])
			text_add(out, "  %s", net->by);
		text_add(out, "\n");
	}
}

void view_timewait(struct text *out, const struct timewait *tw, unsigned int nr, unsigned int width)
{
	if (tw->estimate)
		view_wrap(out,
			  "an estimate: this kernel lets its functions not be hooked, so that "
			  "only changes of state are seen, and ages are worked out from births",
			  0, 0, width);
	nets(out, tw);
	text_add(out, "\n");
	nr = nr < tw->nr_row ? nr : tw->nr_row;
	if (nr) {
		table(out, tw, nr);
	} else {
		char line[100];

		(void)snprintf(line, sizeof(line), "no TIME_WAIT since counting began, %llu s ago",
			       (unsigned long long)(tw->since_ns / NS_PER_S));
		view_wrap(out, line, 0, 2, width);
	}
	if (nr < tw->nr_row) {
		view_count(out, tw->nr_row - nr, "more row; --all shows it",
			   "more rows; --all shows them");
		text_add(out, "\n");
	}
	refusals(out, tw, width);
}

void view_timewait_notes(struct text *out, const struct timewait *tw, unsigned int width)
{
	struct text notes = { 0 };

	refusals(&notes, tw, width);
	others(&notes, tw, width);
	if (notes.len)
		text_add(out, "\n%s", notes.s);
	text_free(&notes);
}

/* ------------------------------------------------------------- JSON */

static const struct field counts_fields[] = {
	F_U64(timewait_counts, births),	 F_U64(timewait_counts, fin_wait2),
	F_U64(timewait_counts, deaths),	 F_U64(timewait_counts, early),
	F_U64(timewait_counts, reused),	 F_U64(timewait_counts, overflows),
	F_U64(timewait_counts, refused), F_END,
};

static const struct field row_fields[] = {
	F_ENUM(timewait_row, kind, kind_names),
	F_UINT(timewait_row, netns),
	F_STR(timewait_row, local),
	F_STR(timewait_row, remote),
	F_UINT(timewait_row, port),
	F_BOOL(timewait_row, loopback),
	F_U64(timewait_row, alive),
	F_OBJECT(timewait_row, counts, counts_fields),
	F_UINT(timewait_row, per_s),
	F_U64(timewait_row, refused_ns),
	F_U64(timewait_row, last_ns),
	F_END,
};

static const struct field net_fields[] = {
	F_UINT(timewait_net, netns),	F_BOOL(timewait_net, own),
	F_U64(timewait_net, alive),	F_OBJECT(timewait_net, counts, counts_fields),
	F_UINT(timewait_net, sockstat), F_STR(timewait_net, by),
	F_UINT(timewait_net, pid),	F_END,
};

static const struct field timewait_fields[] = {
	F_BOOL(timewait, estimate),
	F_U64(timewait, at_ns),
	F_U64(timewait, since_ns),
	F_LIST(timewait, net, nr_net, net_fields),
	F_LIST(timewait, row, nr_row, row_fields),
	F_END,
};

struct json_object *view_timewait_json(const struct timewait *tw)
{
	return fields_to_json(timewait_fields, tw);
}

struct json_object *view_timewait_notes_json(const struct timewait *tw)
{
	struct timewait_row *rows = calloc(tw->nr_row + 1, sizeof(*rows));
	struct timewait brief = *tw;
	struct json_object *json;
	unsigned int i;

	if (!rows)
		return NULL;
	brief.row = rows;
	brief.nr_row = 0;
	for (i = 0; i < tw->nr_row; i++)
		if (tw->row[i].counts.refused)
			rows[brief.nr_row++] = tw->row[i];
	json = view_timewait_json(&brief);
	free(rows);
	return json;
}
