// SPDX-License-Identifier: GPL-2.0
/*
 * A socket as sock_diag tells it -> struct tcp_flow. The rule: what this
 * kernel's struct tcp_info is too short for is left unknown, never taken as 0.
 */
#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"
#include "observe/tcp_info.h"
#include "observe/tcp_parts.h"

#define NO_LIMIT UINT64_MAX
#define NO_RTT UINT32_MAX
#define FORGOTTEN_MS 60000
#define GAIN_UNIT 256 /* of bbr's gains */

void tcp_addr_take(unsigned char family, const void *addr, struct prefix *to)
{
	const struct in6_addr *six = addr;

	memset(to, 0, sizeof(*to)); /* it is hashed as bytes */
	if (family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(six)) {
		to->family = AF_INET6;
		memcpy(to->addr, addr, 16);
	} else {
		to->family = AF_INET;
		memcpy(to->addr, family == AF_INET ? (const char *)addr : (const char *)addr + 12,
		       4);
	}
	to->len = prefix_full(to);
}

static void bbr_take(const struct tcp_bbr_info *bbr, struct tcp_bbr *to)
{
	to->known = true;
	to->bw = (uint64_t)bbr->bbr_bw_hi << 32 | bbr->bbr_bw_lo;
	to->min_rtt_us = bbr->bbr_min_rtt == NO_RTT ? 0 : bbr->bbr_min_rtt;
	to->pacing_gain_pct = (bbr->bbr_pacing_gain * 100 + GAIN_UNIT / 2) / GAIN_UNIT;
	to->cwnd_gain_pct = (bbr->bbr_cwnd_gain * 100 + GAIN_UNIT / 2) / GAIN_UNIT;
}

/* What was sent and lost, and how fast, since it began. */
static void sent_take(const struct tcp_info_told *info, size_t len, struct tcp_flow *flow)
{
	flow->resent = info->total_retrans;
	flow->sent = TCP_INFO_HAS(len, data_segs_out) ? info->data_segs_out : info->segs_out;
	flow->bytes_sent = info->bytes_sent;
	flow->bytes_resent = info->bytes_retrans;
	flow->rtos_known = TCP_INFO_HAS(len, total_rto);
	flow->rtos = info->total_rto;
	flow->rate = info->delivery_rate;
	flow->app_limited = info->flags & TCP_INFO_APP_LIMITED;
	flow->busy_us = info->busy_time;
	flow->rwnd_us = info->rwnd_limited;
	flow->sndbuf_us = info->sndbuf_limited;
}

static void info_take(const struct tcp_info_told *info, size_t len, struct tcp_flow *flow)
{
	flow->told = true;
	flow->ca = info->ca_state < TCP_CA_COUNT ? info->ca_state : TCP_IN_OPEN;
	flow->rtt_us = info->rtt;
	flow->min_rtt_us = info->min_rtt == NO_RTT ? 0 : info->min_rtt;
	flow->rto_pending = info->retransmits;
	flow->backoff = info->backoff;
	/* before the handshake is done a window of 0 means nothing */
	flow->peer_zero_window = !flow->opening && TCP_INFO_HAS(len, snd_wnd) && !info->snd_wnd;
	flow->own_zero_window = !flow->opening && !flow->closing && TCP_INFO_HAS(len, rcv_wnd) &&
				!info->rcv_wnd;
	/* a program that has closed it has no inode any more; half an answer may still be sent */
	flow->forgotten = flow->close_wait && flow->inode && info->last_ack_recv >= FORGOTTEN_MS &&
			  info->last_data_sent >= FORGOTTEN_MS;
	sent_take(info, len, flow);
	flow->rate_limited = TCP_INFO_HAS(len, max_pacing_rate) &&
			     info->max_pacing_rate != NO_LIMIT;
	flow->pacing = info->pacing_rate == NO_LIMIT ? 0 : info->pacing_rate;
}

void tcp_flow_take(const struct inet_diag_msg *msg, const struct sockdiag_more *more,
		   struct tcp_flow *flow)
{
	struct tcp_info_told info;
	size_t len = more->info_len < sizeof(info) ? more->info_len : sizeof(info);

	memset(flow, 0, sizeof(*flow));
	tcp_addr_take(msg->idiag_family, msg->id.idiag_src, &flow->local_addr);
	tcp_addr_take(msg->idiag_family, msg->id.idiag_dst, &flow->remote_addr);
	flow->local_port = ntohs(msg->id.idiag_sport);
	flow->remote_port = ntohs(msg->id.idiag_dport);
	flow->inode = msg->idiag_inode;
	flow->waiting = msg->idiag_wqueue;
	flow->opening = msg->idiag_state == SOCKDIAG_SYN_SENT;
	flow->close_wait = msg->idiag_state == SOCKDIAG_CLOSE_WAIT;
	flow->closing = !flow->opening && msg->idiag_state != SOCKDIAG_ESTABLISHED;
	if (more->cong)
		(void)text_copy(flow->cc, sizeof(flow->cc),
				more->cong); /* as long as the kernel's */
	if (more->nr_skmeminfo > SK_MEMINFO_DROPS)
		flow->drops = more->skmeminfo[SK_MEMINFO_DROPS];
	if (more->bbr)
		bbr_take(more->bbr, &flow->bbr);
	if (!more->info)
		return;
	memset(&info, 0, sizeof(info));
	memcpy(&info, more->info, len);
	info_take(&info, len, flow);
}

void tcp_flow_text(struct tcp_flow *flow)
{
	(void)prefix_addr_text(&flow->local_addr, flow->local);
	(void)prefix_addr_text(&flow->remote_addr, flow->remote);
}
