// SPDX-License-Identifier: GPL-2.0
/*
 * Groups of connections -> findings; see tcp.h. The rule: a share of few is no
 * finding, and what is counted since a connection began is never called now.
 */
#include "judge/tcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/load.h"

#define PPM 1000000ULL

static void least(unsigned int *min, unsigned int value)
{
	if (value && (!*min || value < *min))
		*min = value;
}

static void most(unsigned int *max, unsigned int value)
{
	*max = value > *max ? value : *max;
}

static void counts_merge(struct tcp_group *to, const struct tcp_group *from)
{
	unsigned int i;

	to->members += from->members;
	to->connections += from->connections;
	to->untold += from->untold;
	to->opening += from->opening;
	to->unanswered += from->unanswered;
	to->closing += from->closing;
	to->forgotten += from->forgotten;
	for (i = 0; i < TCP_CA_COUNT; i++)
		to->ca[i] += from->ca[i];
	to->rto_pending += from->rto_pending;
	most(&to->backoff_max, from->backoff_max);
	to->peer_zero_window += from->peer_zero_window;
	to->own_zero_window += from->own_zero_window;
	for (i = 0; i < HIST_BUCKETS; i++)
		to->rtt.bucket[i] += from->rtt.bucket[i];
	least(&to->min_rtt_us, from->min_rtt_us);
	to->rate_limited += from->rate_limited;
	to->drops += from->drops;
}

static void bbr_merge(struct tcp_group *to, const struct tcp_group *from)
{
	to->bbr += from->bbr;
	to->bbr_told += from->bbr_told;
	to->bbr_bw += from->bbr_bw;
	least(&to->bbr_min_rtt_us, from->bbr_min_rtt_us);
	least(&to->bbr_pacing_gain_min_pct, from->bbr_pacing_gain_min_pct);
	most(&to->bbr_pacing_gain_max_pct, from->bbr_pacing_gain_max_pct);
}

static void group_merge(struct tcp_group *to, const struct tcp_group *from)
{
	counts_merge(to, from);
	bbr_merge(to, from);
	to->sent += from->sent;
	to->resent += from->resent;
	to->bytes_sent += from->bytes_sent;
	to->bytes_resent += from->bytes_resent;
	to->rtos_known += from->rtos_known;
	to->rtos += from->rtos;
	to->free_rates += from->free_rates;
	to->free_rate += from->free_rate;
	if (from->free_rate_max > to->free_rate_max)
		to->free_rate_max = from->free_rate_max;
	to->app_rates += from->app_rates;
	to->app_rate += from->app_rate;
	to->busy_us += from->busy_us;
	to->rwnd_us += from->rwnd_us;
	to->sndbuf_us += from->sndbuf_us;
}

static void group_judge(struct tcp_group *group)
{
	group->rtt_p50_us = (unsigned int)hist_quantile_ns(&group->rtt, 500);
	group->rtt_p99_us = (unsigned int)hist_quantile_ns(&group->rtt, 990);
	/* a SYN that was sent again is no segment with data: never more than all */
	group->resent_ppm = !group->sent ? 0 :
			    group->resent >= group->sent ?
					   (unsigned int)PPM :
					   (unsigned int)(group->resent * PPM / group->sent);
}

/* ------------------------------------------------------------- findings */

static int finding_add(struct tcp_finding **list, unsigned int *nr, enum tcp_finding_kind kind,
		       const char *where, unsigned int part, unsigned int of)
{
	struct tcp_finding *finding;

	if (!(*nr & (*nr - 1))) { /* 0, or a power of two: full */
		finding = realloc(*list, (*nr ? 2 * *nr : 1) * sizeof(*finding));
		if (!finding)
			return -ENOMEM;
		*list = finding;
	}
	finding = &(*list)[(*nr)++];
	memset(finding, 0, sizeof(*finding));
	finding->kind = kind;
	(void)snprintf(finding->where, sizeof(finding->where), "%s", where); /* as long */
	finding->nr = part;
	finding->of = of;
	return 0;
}

static bool is_much(uint64_t part, uint64_t of, unsigned int pct, unsigned int min)
{
	return part >= min && part * 100 >= of * pct;
}

static unsigned int clamped(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (unsigned int)n;
}

static int group_find(struct tcp_view *view, const struct tcp_group *group)
{
	struct tcp_finding **list = &view->finding;
	unsigned int *nr = &view->nr_finding;
	int ret = 0;

	if (is_much(group->ca[TCP_IN_LOSS], group->connections, TCP_LOSS_PCT, TCP_LOSS_MIN))
		ret = finding_add(list, nr, TCP_FINDING_LOSS, group->name, group->ca[TCP_IN_LOSS],
				  group->connections);
	if (!ret && group->sent >= TCP_RESENT_MIN &&
	    is_much(group->resent, group->sent, TCP_RESENT_PCT, 1))
		ret = finding_add(list, nr, TCP_FINDING_RESENT, group->name, clamped(group->resent),
				  clamped(group->sent));
	if (!ret &&
	    is_much(group->unanswered, group->opening, TCP_UNANSWERED_PCT, TCP_UNANSWERED_MIN))
		ret = finding_add(list, nr, TCP_FINDING_UNANSWERED, group->name, group->unanswered,
				  group->opening);
	if (!ret &&
	    is_much(group->peer_zero_window, group->connections, TCP_WINDOW_PCT, TCP_WINDOW_MIN))
		ret = finding_add(list, nr, TCP_FINDING_WINDOW, group->name,
				  group->peer_zero_window, group->connections);
	if (!ret &&
	    is_much(group->forgotten, group->connections, TCP_FORGOTTEN_PCT, TCP_FORGOTTEN_MIN))
		ret = finding_add(list, nr, TCP_FINDING_FORGOTTEN, group->name, group->forgotten,
				  group->connections);
	return ret;
}

int tcp_judge(struct tcp_view *view)
{
	unsigned int i;
	int ret = 0;

	group_judge(&view->total);
	group_judge(&view->other);
	for (i = 0; i < view->nr_cc; i++)
		group_judge(&view->cc[i]);
	for (i = 0; i < view->nr_group && !ret; i++) {
		group_judge(&view->group[i]);
		ret = group_find(view, &view->group[i]);
	}
	return ret ? ret : (int)view->nr_finding;
}

void tcp_fold(struct tcp_view *view, unsigned int nr)
{
	unsigned int i;

	for (i = nr; i < view->nr_group; i++)
		group_merge(&view->other, &view->group[i]);
	view->nr_group = nr < view->nr_group ? nr : view->nr_group;
	group_judge(&view->other);
}

int listeners_judge(struct listeners *listeners)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < listeners->nr_row && !ret; i++) {
		const struct listener *row = &listeners->row[i];
		char where[TCP_NAME_LEN];

		if (!row->full)
			continue;
		(void)snprintf(where, sizeof(where), "%s:%u", row->addr, row->port);
		ret = finding_add(&listeners->finding, &listeners->nr_finding, TCP_FINDING_QUEUE,
				  where, row->full, row->sockets);
	}
	return ret ? ret : (int)listeners->nr_finding;
}
