/* SPDX-License-Identifier: GPL-2.0 */
/* What tcp.c and listeners.c are made of, for themselves and for tests. */
#ifndef NETLANE_OBSERVE_TCP_PARTS_H
#define NETLANE_OBSERVE_TCP_PARTS_H

#include "base/sockdiag.h"
#include "base/tcp.h"
#include "base/zones.h"

/* One socket as the kernel tells it -> a flow; not its text, and not served. */
void tcp_flow_take(const struct inet_diag_msg *msg, const struct sockdiag_more *more,
		   struct tcp_flow *flow);
/* An address of a message; a mapped one becomes IPv4's. */
void tcp_addr_take(unsigned char family, const void *addr, struct prefix *to);
/* Its addresses as text. */
void tcp_flow_text(struct tcp_flow *flow);

/* What flows of one group have in common: hashed and compared as bytes. */
struct tcp_key {
	struct prefix net;
	unsigned int port;
	int number; /* a zone, a CPU */
	bool served;
	char cc[TCP_CC_LEN];
};

struct tcp_key tcp_key_of(enum tcp_by by, const struct zones *zones, const struct tcp_flow *flow);

/* A table of groups with a hash: bounded, what is beyond goes to @other. */
struct tcp_table {
	enum tcp_by by;
	const struct zones *zones;
	struct tcp_group *group;
	struct tcp_key *key; /* of each group */
	unsigned int nr, room;
	unsigned int *slot; /* group + 1 */
	struct tcp_group other;
	bool failed; /* memory ran out */
};

int tcp_table_make(struct tcp_table *table, enum tcp_by by, const struct zones *zones);
void tcp_table_add(struct tcp_table *table, const struct tcp_flow *flow);
void tcp_table_free(struct tcp_table *table);
void tcp_group_add(struct tcp_group *group, const struct tcp_flow *flow);

/* Puts @flow among the worst, sorted, if it belongs there; *@nr grows up to @max. */
void tcp_worst_add(struct tcp_flow *worst, unsigned int *nr, unsigned int max, enum tcp_order order,
		   const struct tcp_flow *flow);

/* Which NICs are up and whether fq is on them. 0 or -errno. */
int tcp_nics_take(struct tcp_view *view);

/* /proc/net/netstat and three settings, below @root. */
void accept_counts_read(const char *root, struct listeners *listeners);

#endif /* NETLANE_OBSERVE_TCP_PARTS_H */
