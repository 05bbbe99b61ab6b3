// SPDX-License-Identifier: GPL-2.0
/*
 * The worst connections, as many as are asked for. The rule: only one that has
 * something the matter (or an RTT, when that is the order) is among them.
 */
#include <string.h>

#include "observe/tcp_parts.h"

/* Of so few segments a share says nothing: it is taken as of that many. */
#define SENT_MIN 10
#define PPM 1000000ULL

/* Timeouts in a row first, then a window that is shut, then what recovers. */
static unsigned int trouble(const struct tcp_flow *flow)
{
	if (flow->rto_pending)
		return 100 + flow->rto_pending;
	if (flow->ca == TCP_IN_LOSS)
		return 100;
	if (flow->peer_zero_window && flow->waiting)
		return 50;
	return flow->ca == TCP_IN_RECOVERY ? 10 : 0;
}

static uint64_t resent_ppm(const struct tcp_flow *flow)
{
	return flow->resent * PPM / (flow->sent > SENT_MIN ? flow->sent : SENT_MIN);
}

static bool belongs(enum tcp_order order, const struct tcp_flow *flow)
{
	if (order == TCP_ORDER_RTT)
		return flow->rtt_us;
	return flow->resent || (order == TCP_ORDER_TROUBLE && trouble(flow));
}

static bool is_worse(enum tcp_order order, const struct tcp_flow *a, const struct tcp_flow *b)
{
	if (order == TCP_ORDER_TROUBLE && trouble(a) != trouble(b))
		return trouble(a) > trouble(b);
	if (order != TCP_ORDER_RTT && resent_ppm(a) != resent_ppm(b))
		return resent_ppm(a) > resent_ppm(b);
	return a->rtt_us > b->rtt_us;
}

void tcp_worst_add(struct tcp_flow *worst, unsigned int *nr, unsigned int max, enum tcp_order order,
		   const struct tcp_flow *flow)
{
	unsigned int at;

	if (!max || !belongs(order, flow))
		return;
	if (*nr == max) {
		if (!is_worse(order, flow, &worst[max - 1]))
			return;
		(*nr)--;
	}
	for (at = *nr; at && is_worse(order, flow, &worst[at - 1]); at--)
		;
	memmove(&worst[at + 1], &worst[at], (*nr - at) * sizeof(*worst));
	worst[at] = *flow;
	(*nr)++;
}
