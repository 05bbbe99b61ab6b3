/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TCP connections of this network namespace by one walk: in groups, and the
 * worst of them by themselves; and those who accept. Changes nothing and needs
 * no root; only naming a process does.
 */
#ifndef NETLANE_OBSERVE_TCP_H
#define NETLANE_OBSERVE_TCP_H

#include "base/err.h"
#include "base/tcp.h"
#include "base/zones.h"

/* Groups that are kept apart; what is beyond is counted in tcp_view.other. */
#define TCP_GROUPS_MAX 16384
#define TCP_WORST_MAX 1000
/* Addresses with a port that are kept apart, sockets that listen on them not counted. */
#define LISTENERS_MAX 16384

struct tcp_ask {
	enum tcp_by by;
	enum tcp_order order;
	unsigned int nr_worst; /* at most TCP_WORST_MAX */
	const struct zones *zones; /* for TCP_BY_ZONE */
};

/* Fills @view (any content is overwritten). 0 or -errno; tcp_free() in any case. */
int tcp_take(const struct tcp_ask *ask, struct tcp_view *view, struct err *err);
void tcp_free(struct tcp_view *view);

/* The same for those who listen. */
int listeners_take(struct listeners *listeners, struct err *err);
void listeners_free(struct listeners *listeners);

#endif /* NETLANE_OBSERVE_TCP_H */
