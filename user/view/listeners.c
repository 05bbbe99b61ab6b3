// SPDX-License-Identifier: GPL-2.0
/*
 * The text of `netlane tcp --listeners`; see tcp.h. The rule: a backlog is what
 * the socket has. What its program asked for cannot be known, and is not said.
 */
#include <stdio.h>
#include <string.h>

#include "view/tcp.h"
#include "view/view.h"

#define SAID_ROWS 3 /* of which a remedy is written out */
#define NEARLY_PCT 80

static void listener_name(const struct listener *row, char *buf, size_t len)
{
	char ifname[4 * IFNAME_LEN];

	text_escape(ifname, sizeof(ifname), row->ifname);
	(void)snprintf(buf, len, "%s%s%s:%u", row->addr, *ifname ? "%" : "", ifname, row->port);
}

static void count_text(int64_t n, char *buf, size_t len)
{
	if (n < 0)
		(void)snprintf(buf, len, "not counted");
	else
		(void)snprintf(buf, len, "%lld", (long long)n);
}

static void counts_say(struct text *out, const struct listeners *l, unsigned int width)
{
	char overflows[32], drops[32], syn_drops[32], for_full[32], sent[32], good[32], bad[32];
	char line[640];

	count_text(l->counts.overflows, overflows, sizeof(overflows));
	count_text(l->counts.drops, drops, sizeof(drops));
	count_text(l->counts.syn_drops, syn_drops, sizeof(syn_drops));
	count_text(l->counts.syn_cookies_for_full, for_full, sizeof(for_full));
	count_text(l->counts.cookies_sent, sent, sizeof(sent));
	count_text(l->counts.cookies_good, good, sizeof(good));
	count_text(l->counts.cookies_bad, bad, sizeof(bad));
	(void)snprintf(line, sizeof(line),
		       "this namespace began: %s times an accept queue was full (ListenOverflows), "
		       "%s drops in all (ListenDrops); %s SYNs dropped with too many half open "
		       "(TCPReqQFullDrop), %s answered by a cookie instead; cookies %s sent, %s "
		       "came back good, %s bad",
		       overflows, drops, syn_drops, for_full, sent, good, bad);
	view_labelled(out, "since", line, width);
}

static void settings_say(struct text *out, const struct listeners *l, unsigned int width)
{
	char line[300];

	(void)snprintf(line, sizeof(line),
		       "net.core.somaxconn %u: what a listen() from now on gets at most; "
		       "tcp_syncookies %d, tcp_abort_on_overflow %d",
		       l->somaxconn, l->syncookies, l->abort_on_overflow);
	view_labelled(out, "limits", line, width);
}

/* "12", or of several sockets "0-3 (9)": the least, the most, and all. */
static void spread_text(unsigned int min, unsigned int max, unsigned int all, char *buf, size_t len)
{
	if (all == max)
		(void)snprintf(buf, len, "%u", max);
	else
		(void)snprintf(buf, len, "%u-%u (%u)", min, max, all);
}

static void row_line(struct text *out, const struct listener *row, int wide)
{
	char name[128], queue[48], backlog[48], p50[32], p99[32];

	listener_name(row, name, sizeof(name));
	tcp_time_text(row->wait_p50_us, p50, sizeof(p50));
	tcp_time_text(row->wait_p99_us, p99, sizeof(p99));
	if (row->sockets == 1)
		(void)snprintf(queue, sizeof(queue), "%u", row->queue);
	else
		spread_text(row->queue_min, row->queue_max, row->queue, queue, sizeof(queue));
	if (row->backlog_min == row->backlog_max)
		(void)snprintf(backlog, sizeof(backlog), "%u%s", row->backlog_max,
			       row->capped ? "*" : "");
	else
		(void)snprintf(backlog, sizeof(backlog), "%u-%u%s", row->backlog_min,
			       row->backlog_max, row->capped ? "*" : "");
	text_add(out, "%-*s %7u %14s %11s %9u %9llu %8s %8s  %s%s\n", wide, name, row->sockets,
		 queue, backlog, row->half_open, (unsigned long long)row->drops, p50, p99,
		 row->by[0] ? row->by : "-", row->full ? "  FULL" : "");
}

/* What is to be said of one: full or nearly, and what would help. */
static bool row_say(struct text *out, const struct listeners *l, const struct listener *row,
		    unsigned int width)
{
	char name[128], line[500];
	bool nearly = (uint64_t)row->queue_max * 100 >= (uint64_t)row->backlog_max * NEARLY_PCT &&
		      row->queue_max > 1;

	if (!row->full && !nearly && !row->drops)
		return false;
	listener_name(row, name, sizeof(name));
	if (row->full)
		(void)snprintf(line, sizeof(line),
			       "%s: the accept queue is full on %u of %u %s: connections are "
			       "dropped until its program accepts",
			       name, row->full, row->sockets,
			       view_word(row->sockets, "socket", "sockets"));
	else if (nearly)
		(void)snprintf(line, sizeof(line),
			       "%s: %u wait for accept() on one socket, which takes %u", name,
			       row->queue_max, row->backlog_max + 1);
	else
		(void)snprintf(line, sizeof(line),
			       "%s: dropped %llu %s since it listens (a full queue, or a segment "
			       "that fits no connection); it has room now",
			       name, (unsigned long long)row->drops,
			       view_word(row->drops, "time", "times"));
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
	text_add(out, "  - ");
	view_wrap(out,
		  "accept faster: more workers, or less work between two accept(); a longer queue "
		  "bears a burst, and only makes a steady overload wait",
		  4, 4, width);
	if (row->capped)
		(void)snprintf(
			line, sizeof(line),
			"backlog %u is just net.core.somaxconn, which caps it: raise that, and "
			"the program's own backlog if it asks for no more; either counts from "
			"its next listen() on, so restart it, or have it listen again",
			l->somaxconn);
	else
		(void)snprintf(line, sizeof(line),
			       "backlog %u is less than net.core.somaxconn (%u): its program asked "
			       "for no more, or somaxconn was lower when it called listen(); the "
			       "program's setting and another listen() (a restart) change it",
			       row->backlog_max, l->somaxconn);
	text_add(out, "  - ");
	view_wrap(out, line, 4, 4, width);
	return true;
}

static unsigned int urgency(const struct listener *row)
{
	return row->full ? 2 : row->drops ? 1 : row->queue ? 1 : 0;
}

void view_listeners(struct text *out, const struct listeners *l, unsigned int nr,
		    unsigned int width)
{
	unsigned int i, said = 0, level;
	char name[128];
	int wide = 16, n;
	bool capped = false;

	settings_say(out, l, width);
	counts_say(out, l, width);
	text_add(out, "\n");
	nr = nr < l->nr_row ? nr : l->nr_row;
	for (i = 0; i < nr; i++) {
		listener_name(&l->row[i], name, sizeof(name));
		n = (int)strlen(name);
		wide = n > wide ? n : wide;
		capped |= l->row[i].capped > 0;
	}
	if (!nr)
		text_add(out, "nobody listens\n");
	else
		text_add(out, "%-*s %7s %14s %11s %9s %9s %8s %8s  %s\n", wide, "listens on",
			 "sockets", "queue now", "backlog", "half open", "drops", "wait p50", "p99",
			 "by");
	for (i = 0; i < nr; i++)
		row_line(out, &l->row[i], wide);
	if (capped)
		text_add(out, "* as much as net.core.somaxconn allows: capped there, or asked for "
			      "just that\n");
	if (l->nr_row > nr) {
		view_count(out, l->nr_row - nr, "more listener; --all shows it",
			   "more listeners; --all shows them");
		text_add(out, "\n");
	}
	if (l->more_rows)
		text_add(out, "%u more %s, beyond the %u addresses that are looked at\n",
			 l->more_rows, view_word(l->more_rows, "socket listens", "sockets listen"),
			 l->nr_row);
	if (l->stray_half_open)
		text_add(out, "%u half-open %s of no listener that is there now\n",
			 l->stray_half_open,
			 view_word(l->stray_half_open, "connection is", "connections are"));
	for (level = 2; level >= 1; level--)
		for (i = 0; i < l->nr_row && said < SAID_ROWS; i++)
			if (urgency(&l->row[i]) == level)
				said += row_say(out, l, &l->row[i], width);
}
