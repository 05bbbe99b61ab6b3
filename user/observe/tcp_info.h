/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct tcp_info of <linux/tcp.h> as Linux 6.7 has it. Ours, because the
 * machine that builds may have older headers than the one that runs. The rule:
 * a kernel gives a beginning of it, and TCP_INFO_HAS() says how much; nothing
 * is concluded from its version. Members that netlane has no use for are named
 * unused_.
 */
#ifndef NETLANE_OBSERVE_TCP_INFO_H
#define NETLANE_OBSERVE_TCP_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_INFO_APP_LIMITED 1 /* of flags */

struct tcp_info_told {
	uint8_t state;
	uint8_t ca_state;
	uint8_t retransmits;
	uint8_t probes;
	uint8_t backoff;
	uint8_t unused_options[2];
	uint8_t flags;
	uint32_t unused_rto[4];
	uint32_t unacked;
	uint32_t unused_sacked[4];
	uint32_t last_data_sent; /* ms ago */
	uint32_t unused_last_ack_sent;
	uint32_t unused_last_data_recv;
	uint32_t last_ack_recv; /* ms ago; a FIN carries one as well */
	uint32_t unused_pmtu[2];
	uint32_t rtt;
	uint32_t unused_rttvar[7];
	uint32_t total_retrans;
	uint64_t pacing_rate;
	uint64_t max_pacing_rate;
	uint64_t unused_bytes[2];
	uint32_t segs_out;
	uint32_t unused_segs_in;
	uint32_t unused_notsent;
	uint32_t min_rtt;
	uint32_t unused_data_segs_in;
	uint32_t data_segs_out;
	uint64_t delivery_rate;
	uint64_t busy_time;
	uint64_t rwnd_limited;
	uint64_t sndbuf_limited;
	uint32_t unused_delivered[2];
	uint64_t bytes_sent;
	uint64_t bytes_retrans;
	uint32_t unused_dsack[3];
	uint32_t snd_wnd;
	uint32_t rcv_wnd;
	uint32_t unused_rehash;
	uint16_t total_rto;
	uint16_t unused_rto_recoveries;
	uint32_t unused_rto_time;
};

_Static_assert(offsetof(struct tcp_info_told, last_ack_recv) == 56, "tcp_info is ABI");
_Static_assert(offsetof(struct tcp_info_told, rtt) == 68, "tcp_info is ABI");
_Static_assert(offsetof(struct tcp_info_told, total_retrans) == 100, "tcp_info is ABI");
_Static_assert(offsetof(struct tcp_info_told, min_rtt) == 148, "tcp_info is ABI");
_Static_assert(offsetof(struct tcp_info_told, delivery_rate) == 160, "tcp_info is ABI");
_Static_assert(offsetof(struct tcp_info_told, bytes_sent) == 200, "tcp_info is ABI");
_Static_assert(offsetof(struct tcp_info_told, snd_wnd) == 228, "tcp_info is ABI");
_Static_assert(offsetof(struct tcp_info_told, total_rto) == 240, "tcp_info is ABI");

#define TCP_INFO_HAS(len, member) \
	((len) >=                 \
	 offsetof(struct tcp_info_told, member) + sizeof(((struct tcp_info_told *)0)->member))

#endif /* NETLANE_OBSERVE_TCP_INFO_H */
