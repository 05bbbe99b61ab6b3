/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of looking at TCP, as plain data: connections by groups (tcp_view),
 * some of them one by one (tcp_flow), and those who accept them (listeners).
 * observe reads them once, judge says what is wrong, view shows. What a number
 * covers: "now", or since each connection began; a member says which.
 */
#ifndef NETLANE_BASE_TCP_H
#define NETLANE_BASE_TCP_H

#include "base/load.h"
#include "base/prefix.h"
#include "types.h"

#define TCP_CC_LEN 16
#define TCP_NAME_LEN 64
#define TCP_BY_LEN 64 /* "nginx (pid 812)" */

/* What the kernel's congestion control is at, by the kernel's own numbers. */
#define TCP_CA_LIST(X)          \
	X(OPEN, "open")         \
	X(DISORDER, "disorder") \
	X(CWR, "cwr")           \
	X(RECOVERY, "recovery") \
	X(LOSS, "loss")

#define TCP_CA_ID(id, name) TCP_IN_##id,
enum tcp_ca { TCP_CA_LIST(TCP_CA_ID) TCP_CA_COUNT };

/* What connections are put together by. By CPU once something tells it: sock_diag does not. */
enum tcp_by { TCP_BY_REMOTE, TCP_BY_SERVICE, TCP_BY_CC, TCP_BY_ZONE };

/* Which of two flows is the worse one. */
enum tcp_order { TCP_ORDER_TROUBLE, TCP_ORDER_RESENT, TCP_ORDER_RTT };

/* What bbr says of itself. Its mode is not told. */
struct tcp_bbr {
	bool known;
	uint64_t bw; /* bytes/s, its estimate */
	unsigned int min_rtt_us;
	unsigned int pacing_gain_pct;
	unsigned int cwnd_gain_pct;
};

/* One connection. Since it began: what is sent, resent, limited. The rest is now. */
struct tcp_flow {
	struct prefix local_addr; /* whole addresses; a mapped one is IPv4 */
	struct prefix remote_addr;
	char local[PREFIX_TEXT_LEN]; /* the same as text, in the lists that are shown */
	char remote[PREFIX_TEXT_LEN];
	unsigned int local_port;
	unsigned int remote_port;
	bool served; /* somebody listens on its own port: it came in */
	bool opening; /* SYN sent, no answer yet */
	bool closing; /* one end is done, the connection is still there */
	bool close_wait; /* the other end is done, our program has not closed it */
	bool forgotten; /* ... for a minute at least, in which nothing was sent or received */
	bool told; /* the kernel gave its struct tcp_info; else nothing of what follows is known */
	char cc[TCP_CC_LEN];
	unsigned int ca; /* enum tcp_ca */
	unsigned int rtt_us; /* smoothed; 0: none measured */
	unsigned int min_rtt_us; /* 0: none */
	unsigned int rto_pending; /* timeouts in a row without an answer */
	unsigned int backoff;
	unsigned int waiting; /* bytes that are not acknowledged or not sent */
	bool peer_zero_window;
	bool own_zero_window;
	uint64_t sent; /* segments with data, or all where the kernel does not tell them apart */
	uint64_t resent; /* segments */
	uint64_t bytes_sent;
	uint64_t bytes_resent;
	bool rtos_known;
	unsigned int rtos;
	uint64_t rate; /* delivery rate, bytes/s; 0: none */
	bool app_limited; /* ... was what the program gave it, not what the path can */
	uint64_t busy_us;
	uint64_t rwnd_us; /* of busy_us: waiting for the peer's window */
	uint64_t sndbuf_us; /* of busy_us: waiting for room in the send buffer */
	bool rate_limited; /* its program set SO_MAX_PACING_RATE */
	uint64_t pacing; /* bytes/s that it would be paced at; 0: no limit */
	unsigned int drops; /* segments that its socket dropped on receive */
	struct tcp_bbr bbr;
	unsigned long inode;
	char by[TCP_BY_LEN]; /* "nginx (pid 812)", "" unknown */
};

/* The sum of flows, and what judge makes of it. */
struct tcp_group {
	char name[TCP_NAME_LEN];
	unsigned int members; /* groups in it: 1, or more in what is counted together */
	unsigned int connections; /* all that have been answered */
	unsigned int untold; /* of them: the kernel told nothing of */
	unsigned int opening;
	unsigned int unanswered; /* of them: the SYN was sent again already */
	unsigned int closing;
	unsigned int forgotten; /* of them: our program has not closed what the other end did */
	unsigned int ca[TCP_CA_COUNT];
	unsigned int rto_pending; /* connections */
	unsigned int backoff_max;
	unsigned int peer_zero_window; /* connections that have something to send */
	unsigned int own_zero_window;
	struct hist rtt; /* of connections, by their smoothed RTT: us, not ns */
	unsigned int min_rtt_us; /* 0: none */
	uint64_t sent; /* segments */
	uint64_t resent;
	uint64_t bytes_sent;
	uint64_t bytes_resent;
	unsigned int rtos_known; /* connections whose timeouts are counted by the kernel */
	uint64_t rtos;
	unsigned int free_rates; /* connections whose rate is the path's */
	uint64_t free_rate; /* their sum, bytes/s */
	uint64_t free_rate_max;
	unsigned int app_rates; /* connections whose rate is what the program gave */
	uint64_t app_rate;
	uint64_t busy_us;
	uint64_t rwnd_us;
	uint64_t sndbuf_us;
	unsigned int bbr; /* connections that run a bbr: they pace themselves */
	unsigned int bbr_told;
	uint64_t bbr_bw; /* bytes/s, sum of those */
	unsigned int bbr_min_rtt_us;
	unsigned int bbr_pacing_gain_min_pct;
	unsigned int bbr_pacing_gain_max_pct;
	unsigned int rate_limited;
	uint64_t drops;
	/* judged */
	unsigned int rtt_p50_us;
	unsigned int rtt_p99_us;
	unsigned int resent_ppm; /* of the segments sent */
};

/* What is wrong enough to be a finding of --check. */
#define TCP_FINDING_LIST(X)             \
	X(LOSS, "loss")                 \
	X(RESENT, "resent")             \
	X(UNANSWERED, "unanswered-syn") \
	X(WINDOW, "zero-window")        \
	X(FORGOTTEN, "close-wait")      \
	X(QUEUE, "accept-queue-full")

#define TCP_FINDING_ID(id, name) TCP_FINDING_##id,
enum tcp_finding_kind { TCP_FINDING_LIST(TCP_FINDING_ID) TCP_FINDING_COUNT };

struct tcp_finding {
	enum tcp_finding_kind kind;
	char where[TCP_NAME_LEN];
	unsigned int nr; /* so many connections (segments, places in the queue) */
	unsigned int of;
};

/* A NIC, for what paces there. */
struct tcp_nic {
	char ifname[IFNAME_LEN];
	bool fq; /* every queue of it has fq */
	bool some_fq;
};

struct tcp_view {
	uint64_t at_ns; /* CLOCK_BOOTTIME of the walk's begin */
	enum tcp_by by;
	struct tcp_group total;
	struct tcp_group *group; /* most connections first */
	unsigned int nr_group;
	struct tcp_group other; /* of what is not kept apart or not shown; members 0: none */
	bool cut; /* there were more groups than are kept apart: other.members is a least */
	struct tcp_group *cc; /* by congestion control, whatever @by is */
	unsigned int nr_cc;
	enum tcp_order order;
	struct tcp_flow *worst;
	unsigned int nr_worst;
	unsigned int worst_max; /* so many were asked for */
	bool nics_known;
	struct tcp_nic *nic; /* but for loopback; those that are up */
	unsigned int nr_nic;
	struct tcp_finding *finding;
	unsigned int nr_finding;
};

/* ------------------------------------------------------------- listeners */

/* All sockets that listen on one address and port: one, or an SO_REUSEPORT group. */
struct listener {
	char addr[PREFIX_TEXT_LEN + 2]; /* "10.0.0.1", "0.0.0.0", "[::]", "*": IPv6 and IPv4 */
	unsigned int port;
	char ifname[IFNAME_LEN]; /* that it is bound to, "" none */
	unsigned int sockets; /* more than one: SO_REUSEPORT */
	unsigned int queue; /* now, all sockets: connections that wait for accept() */
	unsigned int queue_min; /* of one socket */
	unsigned int queue_max;
	unsigned int backlog_min; /* of one socket, as it truly is */
	unsigned int backlog_max;
	unsigned int full; /* sockets whose queue takes no more */
	unsigned int capped; /* sockets whose backlog is just somaxconn */
	unsigned int half_open; /* SYN received, the handshake is not done */
	uint64_t drops; /* sk_drops of all sockets, since each listens */
	uint64_t drops_max; /* of one socket */
	/* since the counting began, of its port, all addresses together; 0: not counted */
	uint64_t accepted;
	unsigned int wait_p50_us; /* from the end of the handshake to accept() */
	unsigned int wait_p99_us;
	unsigned long inode;
	char by[TCP_BY_LEN];
};

/* Counters of this network namespace since it began; -1: this kernel has none. */
struct accept_counts {
	int64_t overflows; /* ListenOverflows */
	int64_t drops; /* ListenDrops */
	int64_t syn_drops; /* TCPReqQFullDrop */
	int64_t syn_cookies_for_full; /* TCPReqQFullDoCookies */
	int64_t cookies_sent; /* SyncookiesSent */
	int64_t cookies_good; /* SyncookiesRecv */
	int64_t cookies_bad; /* SyncookiesFailed */
};

struct listeners {
	uint64_t at_ns;
	struct listener *row; /* full ones first, then with drops, then by port */
	unsigned int nr_row;
	unsigned int more_rows; /* beyond what is kept apart: not looked at */
	unsigned int stray_half_open; /* to a port and address that nobody listens on any more */
	unsigned int somaxconn; /* net.core.somaxconn, 0: not read */
	int syncookies; /* net.ipv4.tcp_syncookies, -1: not read */
	int abort_on_overflow; /* net.ipv4.tcp_abort_on_overflow, -1: not read */
	struct accept_counts counts;
	struct tcp_finding *finding;
	unsigned int nr_finding;
};

#endif /* NETLANE_BASE_TCP_H */
