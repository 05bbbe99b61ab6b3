/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets of this network namespace, one after another, by sock_diag(7). */
#ifndef NETLANE_BASE_SOCKDIAG_H
#define NETLANE_BASE_SOCKDIAG_H

#include <linux/inet_diag.h>
#include <stddef.h>
#include <stdint.h>

/* Of <netinet/tcp.h>, which does not go together with the kernel's headers. */
enum sockdiag_state {
	SOCKDIAG_ESTABLISHED = 1,
	SOCKDIAG_SYN_SENT = 2,
	SOCKDIAG_SYN_RECV = 3,
	SOCKDIAG_FIN_WAIT1 = 4,
	SOCKDIAG_FIN_WAIT2 = 5,
	SOCKDIAG_TIME_WAIT = 6,
	SOCKDIAG_CLOSE = 7,
	SOCKDIAG_CLOSE_WAIT = 8,
	SOCKDIAG_LAST_ACK = 9,
	SOCKDIAG_LISTEN = 10,
	SOCKDIAG_CLOSING = 11,
};

#define SOCKDIAG_ALL 0xfffu
#define SOCKDIAG_BIT(state) (1u << (state))

typedef void (*sockdiag_each)(const struct inet_diag_msg *msg, void *arg);

/*
 * Calls @each for the sockets of @family (AF_INET or AF_INET6, which has the
 * mapped ones) whose state is one of the bits in @states and, unless it is 0,
 * whose own port is @port (host order). The kernel walks all its TCP sockets
 * for it: 0.4 us each. 0, -ENOENT: no inet_diag in this kernel, or -errno.
 */
int sockdiag_tcp(int family, unsigned int states, uint16_t port, sockdiag_each each, void *arg);

/* What the kernel tells beyond the message, if it is asked for INET_DIAG_INFO and so on. */
#define SOCKDIAG_EXT(attr) (1u << ((attr)-1))
struct sockdiag_more {
	const void *info; /* struct tcp_info, as much as this kernel has of it; NULL: none */
	size_t info_len;
	const char *cong; /* name of the congestion control, NULL: none */
	const uint32_t *skmeminfo; /* SK_MEMINFO_*, NULL: none */
	unsigned int nr_skmeminfo;
	const struct tcp_bbr_info *bbr; /* asked for by INET_DIAG_VEGASINFO, NULL: none */
	int v6only; /* of a listener on an IPv6 address; -1: not told */
};

typedef void (*sockdiag_each_more)(const struct inet_diag_msg *msg,
				   const struct sockdiag_more *more, void *arg);

/*
 * Like sockdiag_tcp(), with more of each: @ext are SOCKDIAG_EXT() bits. For
 * INET_DIAG_INFO the kernel locks each socket for a moment.
 */
int sockdiag_tcp_more(int family, unsigned int states, unsigned int ext, sockdiag_each_more each,
		      void *arg);

/*
 * Resets the connection that @msg, of a walk, is about, and no other: its cookie goes
 * along. 0, -ENOENT: it has ended, -EOPNOTSUPP: the kernel is built without that
 * (CONFIG_INET_DIAG_DESTROY), or -errno.
 */
int sockdiag_reset(const struct inet_diag_msg *msg);

/* The same of UDP, which is in SOCKDIAG_CLOSE unless it is connected. */
int sockdiag_udp_more(int family, unsigned int states, unsigned int ext, sockdiag_each_more each,
		      void *arg);

#endif /* NETLANE_BASE_SOCKDIAG_H */
