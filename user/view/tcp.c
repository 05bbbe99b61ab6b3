// SPDX-License-Identifier: GPL-2.0
/*
 * The text of `netlane tcp`; see tcp.h. The rule: what is now and what is since
 * each connection began stand on lines of their own, and say so.
 */
#include "view/tcp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "view/columns.h"
#include "view/view.h"

#define FINDINGS_SHOWN 5

const char *const tcp_by_names[] = { "remote", "service", "cc", "zone", NULL };
const char *const tcp_order_names[] = { "trouble", "resent", "rtt", NULL };

void tcp_time_text(unsigned int us, char *buf, size_t len)
{
	if (!us)
		(void)snprintf(buf, len, "-");
	else if (us < 1000)
		(void)snprintf(buf, len, "%u us", us);
	else if (us < 1000000)
		(void)snprintf(buf, len, us < 99500 ? "%.1f ms" : "%.0f ms", us / 1000.0);
	else
		(void)snprintf(buf, len, us < 99500000 ? "%.1f s" : "%.0f s", us / 1e6);
}

/* 1.25M, with the suffixes of the other tables. */
static void number_text(double value, char *buf, size_t len)
{
	static const struct column plain = { "", "", "", NULL };

	column_format(&plain, value, buf, len);
}

static void share_text(uint64_t part, uint64_t of, char *buf, size_t len)
{
	if (of)
		(void)snprintf(buf, len, "%.0f%%", 100.0 * (double)part / (double)of);
	else
		(void)snprintf(buf, len, "-");
}

static void resent_text(const struct tcp_group *group, char *buf, size_t len)
{
	if (group->sent)
		(void)snprintf(buf, len, "%.2f%%", group->resent_ppm / 10000.0);
	else
		(void)snprintf(buf, len, "-");
}

/* ------------------------------------------------------------- the sums */

/* What there is none of is left out. */
static void part(struct text *line, const char *before, unsigned int n, const char *after)
{
	if (n)
		text_add(line, "%s%u %s", before, n, after);
}

static void now_say(struct text *out, const struct tcp_group *all, unsigned int width)
{
	struct text line = { 0 };

	text_add(&line, "%u %s", all->connections,
		 view_word(all->connections, "connection", "connections"));
	part(&line, ", ", all->closing, "of them closing");
	part(&line, " (", all->forgotten,
	     "closed by the other end over a minute ago, and not by the program here)");
	part(&line, " (", all->untold, "a remnant without a state)");
	part(&line, "; ", all->opening, "being opened");
	part(&line, ", ", all->unanswered, "of them without an answer to the first SYN");
	if (line.s)
		view_labelled(out, "now", line.s, width);
	text_free(&line);
}

static void states_say(struct text *out, const struct tcp_group *all, unsigned int width)
{
	struct text line = { 0 };

	text_add(&line, "%u Open", all->ca[TCP_IN_OPEN]);
	part(&line, ", ", all->ca[TCP_IN_DISORDER], "Disorder");
	part(&line, ", ", all->ca[TCP_IN_CWR], "CWR");
	part(&line, ", ", all->ca[TCP_IN_RECOVERY], "Recovery");
	part(&line, ", ", all->ca[TCP_IN_LOSS], "Loss");
	part(&line, "; ", all->rto_pending, "had a timeout and no answer since");
	part(&line, "; ", all->peer_zero_window, "may not send: the other end's window is 0");
	part(&line, "; ", all->own_zero_window, "whose program here does not read: window 0");
	if (line.s)
		view_labelled(out, "states", line.s, width);
	text_free(&line);
}

static void since_say(struct text *out, const struct tcp_group *all, unsigned int width)
{
	char line[640], sent[32], bytes[32], resent[32], share[32], rwnd[32], sndbuf[32], rtos[64];

	number_text((double)all->sent, sent, sizeof(sent));
	number_text((double)all->bytes_sent, bytes, sizeof(bytes));
	number_text((double)all->bytes_resent, resent, sizeof(resent));
	resent_text(all, share, sizeof(share));
	share_text(all->rwnd_us, all->busy_us, rwnd, sizeof(rwnd));
	share_text(all->sndbuf_us, all->busy_us, sndbuf, sizeof(sndbuf));
	if (all->rtos_known)
		(void)snprintf(rtos, sizeof(rtos), "%llu %s", (unsigned long long)all->rtos,
			       view_word(all->rtos, "timeout", "timeouts"));
	else
		(void)snprintf(rtos, sizeof(rtos), "timeouts not counted by this kernel");
	(void)snprintf(line, sizeof(line),
		       "each began: %s of %s segments sent again (%sB of %sB), %s; of the time "
		       "that there was something to send %s waiting for the other end's window, %s "
		       "for room in the send buffer",
		       share, sent, resent, bytes, rtos, rwnd, sndbuf);
	view_labelled(out, "since", line, width);
}

static void cc_say(struct text *out, const struct tcp_view *view, unsigned int width)
{
	struct text line = { 0 };
	unsigned int i;

	for (i = 0; i < view->nr_cc; i++)
		text_add(&line, "%s%u %s", i ? ", " : "", view->cc[i].connections,
			 view->cc[i].name);
	if (line.s)
		view_labelled(out, "control", line.s, width);
	text_free(&line);
}

static void fq_say(struct text *line, const struct tcp_view *view)
{
	unsigned int i, all = 0, some = 0, said_of = 0;

	for (i = 0; i < view->nr_nic; i++) {
		all += view->nic[i].fq;
		some += view->nic[i].some_fq;
	}
	if (!view->nics_known)
		text_add(line, "whether a NIC has fq could not be read");
	else if (!view->nr_nic)
		text_add(line, "there is no NIC but loopback");
	else if (!some)
		text_add(line, "no NIC has fq%s",
			 view->total.bbr + view->total.rate_limited < view->total.connections ?
				 ", so nothing paces the others" :
				 "");
	else if (all == view->nr_nic)
		text_add(line, "fq on every NIC paces all that leave by it");
	else
		text_add(line, "fq paces what leaves by");
	for (i = 0; i < view->nr_nic && some && all != view->nr_nic; i++) {
		char name[4 * IFNAME_LEN];

		if (!view->nic[i].some_fq)
			continue;
		text_escape(name, sizeof(name), view->nic[i].ifname);
		text_add(line, "%s %s%s", said_of++ ? "," : "", name,
			 view->nic[i].fq ? "" : " (not all of its queues)");
	}
}

static void paced_say(struct text *out, const struct tcp_view *view, unsigned int width)
{
	const struct tcp_group *all = &view->total;
	struct text line = { 0 };

	text_add(&line, "%u by bbr itself, %u by a limit that their program set; ", all->bbr,
		 all->rate_limited);
	fq_say(&line, view);
	if (line.s)
		view_labelled(out, "paced", line.s, width);
	text_free(&line);
	if (all->bbr_told) {
		char bw[32], rtt[32], words[200];

		number_text(8.0 * (double)all->bbr_bw / all->bbr_told, bw, sizeof(bw));
		tcp_time_text(all->bbr_min_rtt_us, rtt, sizeof(rtt));
		(void)snprintf(words, sizeof(words),
			       "says of %u: %sbit/s in the mean, least RTT %s, pacing gain %u to "
			       "%u %%",
			       all->bbr_told, bw, rtt, all->bbr_pacing_gain_min_pct,
			       all->bbr_pacing_gain_max_pct);
		view_labelled(out, "bbr", words, width);
	}
}

/* ------------------------------------------------------------- the groups */

static void group_line(struct text *out, const char *name, int wide, const struct tcp_group *group)
{
	char p50[32], p99[32], min[32], resent[32], rate[32] = "-", rwnd[32], sndbuf[32];

	tcp_time_text(group->rtt_p50_us, p50, sizeof(p50));
	tcp_time_text(group->rtt_p99_us, p99, sizeof(p99));
	tcp_time_text(group->min_rtt_us, min, sizeof(min));
	resent_text(group, resent, sizeof(resent));
	if (group->free_rates)
		number_text(8.0 * (double)group->free_rate / group->free_rates, rate, sizeof(rate));
	share_text(group->rwnd_us, group->busy_us, rwnd, sizeof(rwnd));
	share_text(group->sndbuf_us, group->busy_us, sndbuf, sizeof(sndbuf));
	text_add(out, "%-*s %7u %5u %8s %8s %8s %7s %5u %5u %6s %5s %6s\n", wide, name,
		 group->connections, group->opening, p50, p99, min, resent, group->ca[TCP_IN_LOSS],
		 group->peer_zero_window, rate, rwnd, sndbuf);
}

static void groups(struct text *out, const struct tcp_view *view)
{
	char other[64] = "";
	unsigned int i;
	int wide = 14;

	if (view->other.members)
		(void)snprintf(other, sizeof(other), "other (%s%u)", view->cut ? "at least " : "",
			       view->other.members);
	for (i = 0; i < view->nr_group; i++)
		if ((int)strlen(view->group[i].name) > wide)
			wide = (int)strlen(view->group[i].name);
	if ((int)strlen(other) > wide)
		wide = (int)strlen(other);
	text_add(out, "%-*s %7s %5s %8s %8s %8s %7s %5s %5s %6s %5s %6s\n", wide,
		 tcp_by_names[view->by], "conns", "syn", "rtt p50", "p99", "least", "resent",
		 "loss", "win 0", "bit/s", "rwnd", "sndbuf");
	for (i = 0; i < view->nr_group; i++)
		group_line(out, view->group[i].name, wide, &view->group[i]);
	if (view->other.members)
		group_line(out, other, wide, &view->other);
}

/* ------------------------------------------------------------- the worst */

static void end_text(const char *addr, unsigned int port, char *buf, size_t len)
{
	(void)snprintf(buf, len, strchr(addr, ':') ? "[%s]:%u" : "%s:%u", addr, port);
}

static const char *state_of(const struct tcp_flow *flow)
{
	static const char *const words[] = { "Open", "Disorder", "CWR", "Recovery", "Loss" };

	if (flow->opening)
		return "SYN sent";
	if (flow->peer_zero_window && flow->waiting)
		return "window 0";
	return flow->told ? words[flow->ca] : "-";
}

static void flow_line(struct text *out, const struct tcp_flow *flow, int wide)
{
	char ends[2 * PREFIX_TEXT_LEN + 32], from[PREFIX_TEXT_LEN + 8], to[PREFIX_TEXT_LEN + 8];
	char rtt[32], resent[32], cc[4 * TCP_CC_LEN];

	end_text(flow->local, flow->local_port, from, sizeof(from));
	end_text(flow->remote, flow->remote_port, to, sizeof(to));
	(void)snprintf(ends, sizeof(ends), "%s %s %s", from, flow->served ? "<" : ">", to);
	tcp_time_text(flow->rtt_us, rtt, sizeof(rtt));
	(void)snprintf(resent, sizeof(resent), "%llu/%llu", (unsigned long long)flow->resent,
		       (unsigned long long)flow->sent);
	text_escape(cc, sizeof(cc), flow->cc);
	text_add(out, "%-*s  %-8s %8s %13s %4u %9u  %-7s  %s\n", wide, ends, state_of(flow), rtt,
		 resent, flow->rto_pending, flow->waiting, cc, flow->by[0] ? flow->by : "-");
}

static void worst(struct text *out, const struct tcp_view *view)
{
	static const char *const orders[] = { "timeouts, zero windows, retransmits",
					      "share of segments sent again", "RTT" };
	unsigned int i;
	int wide = 35; /* the header's */

	if (!view->worst_max)
		return;
	text_add(out, "\n");
	if (!view->nr_worst) {
		text_add(out, "none of them has %s\n",
			 view->order == TCP_ORDER_RTT	 ? "an RTT" :
			 view->order == TCP_ORDER_RESENT ? "sent a segment again" :
							   "a timeout, a zero window or a "
							   "retransmit");
		return;
	}
	for (i = 0; i < view->nr_worst; i++) {
		const struct tcp_flow *f = &view->worst[i];
		int n = (int)(strlen(f->local) + strlen(f->remote)) + 15 +
			(strchr(f->local, ':') ? 4 : 0);

		wide = n > wide ? n : wide;
	}
	text_add(out, "%-*s  %-8s %8s %13s %4s %9s  %-7s  %s\n", wide,
		 "the worst (> opened here, < served)", "state", "rtt", "resent/sent", "rto",
		 "waiting B", "control", "by");
	for (i = 0; i < view->nr_worst; i++)
		flow_line(out, &view->worst[i], wide);
	text_add(out, "sorted by %s\n", orders[view->order]);
}

void tcp_finding_text(const struct tcp_finding *finding, char *buf, size_t len)
{
	static const char *const words[] = {
		[TCP_FINDING_LOSS] = "connections are in Loss: a timeout, and what was lost is "
				     "not made up for yet",
		[TCP_FINDING_RESENT] = "segments had to be sent again since the connections began",
		[TCP_FINDING_UNANSWERED] = "SYNs were sent again and have no answer: the other "
					   "end, or something before it, drops them",
		[TCP_FINDING_WINDOW] = "connections may not send (window 0): the program at the "
				       "other end does not read",
		[TCP_FINDING_FORGOTTEN] = "connections were closed by the other end over a minute "
					  "ago, and the program here has not closed them: it "
					  "leaks them",
	};

	if (finding->kind == TCP_FINDING_QUEUE) /* of one already; so few are no other finding */
		(void)snprintf(buf, len,
			       "%s: the accept queue is full on %u of %u %s: the program does not "
			       "accept fast enough",
			       finding->where, finding->nr, finding->of,
			       view_word(finding->of, "socket", "sockets"));
	else
		(void)snprintf(buf, len, "%s: %u of %u %s", finding->where, finding->nr,
			       finding->of, words[finding->kind]);
}

static void findings(struct text *out, const struct tcp_view *view, unsigned int width)
{
	char line[300];
	unsigned int i;

	if (view->nr_finding)
		text_add(out, "\n");
	for (i = 0; i < view->nr_finding && i < FINDINGS_SHOWN; i++) {
		tcp_finding_text(&view->finding[i], line, sizeof(line));
		text_add(out, "! ");
		view_wrap(out, line, 2, 2, width);
	}
	if (view->nr_finding > FINDINGS_SHOWN)
		text_add(out, "! and %u more; --json has all\n", view->nr_finding - FINDINGS_SHOWN);
}

void view_tcp(struct text *out, const struct tcp_view *view, unsigned int width)
{
	now_say(out, &view->total, width);
	if (!view->total.connections && !view->total.opening)
		return;
	states_say(out, &view->total, width);
	since_say(out, &view->total, width);
	cc_say(out, view, width);
	paced_say(out, view, width);
	text_add(out, "\n");
	groups(out, view);
	findings(out, view, width);
	worst(out, view);
}
