// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over the connections; see tcp.h. The rule: each socket is asked
 * about once, and what is kept of it is its part of the sums.
 */
#include "observe/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "observe/holders.h"
#include "observe/tcp_parts.h"

#define FIN_WAIT1 4
#define FIN_WAIT2 5
#define LAST_ACK 9
#define CLOSING 11
#define CONNECTED                                                                                \
	(SOCKDIAG_BIT(SOCKDIAG_ESTABLISHED) | SOCKDIAG_BIT(SOCKDIAG_SYN_SENT) |                  \
	 SOCKDIAG_BIT(SOCKDIAG_CLOSE_WAIT) | SOCKDIAG_BIT(FIN_WAIT1) | SOCKDIAG_BIT(FIN_WAIT2) | \
	 SOCKDIAG_BIT(LAST_ACK) | SOCKDIAG_BIT(CLOSING))
#define TOLD                                                                \
	(SOCKDIAG_EXT(INET_DIAG_INFO) | SOCKDIAG_EXT(INET_DIAG_VEGASINFO) | \
	 SOCKDIAG_EXT(INET_DIAG_CONG) | SOCKDIAG_EXT(INET_DIAG_SKMEMINFO))

struct walk {
	const struct tcp_ask *ask;
	struct tcp_view *view;
	unsigned char listened[65536 / 8];
	struct tcp_table table;
	struct tcp_table cc;
};

static void listener_take(const struct inet_diag_msg *msg, void *arg)
{
	unsigned int port = ntohs(msg->id.idiag_sport);
	struct walk *walk = arg;

	walk->listened[port / 8] |= (unsigned char)(1u << port % 8);
}

static void socket_take(const struct inet_diag_msg *msg, const struct sockdiag_more *more,
			void *arg)
{
	struct walk *walk = arg;
	struct tcp_view *view = walk->view;
	struct tcp_flow flow;

	tcp_flow_take(msg, more, &flow);
	flow.served = walk->listened[flow.local_port / 8] & 1u << flow.local_port % 8;
	tcp_group_add(&view->total, &flow);
	tcp_table_add(&walk->table, &flow);
	if (!flow.opening)
		tcp_table_add(&walk->cc, &flow);
	tcp_worst_add(view->worst, &view->nr_worst, walk->ask->nr_worst, view->order, &flow);
}

static int by_connections(const void *a, const void *b)
{
	const struct tcp_group *x = a, *y = b;
	unsigned int n = x->connections + x->opening, m = y->connections + y->opening;

	return n == m ? strcmp(x->name, y->name) : n < m ? 1 : -1;
}

/* The groups become the view's. */
static void table_keep(struct tcp_table *table, struct tcp_group **group, unsigned int *nr)
{
	if (table->nr)
		qsort(table->group, table->nr, sizeof(*table->group), by_connections);
	*group = table->group;
	*nr = table->nr;
	table->group = NULL;
	table->nr = 0;
}

static void worst_name(struct tcp_view *view)
{
	struct holder *holder = calloc(view->nr_worst + 1, sizeof(*holder));
	unsigned int i;

	for (i = 0; i < view->nr_worst; i++) {
		tcp_flow_text(&view->worst[i]);
		if (holder)
			holder[i] = (struct holder){ view->worst[i].inode, view->worst[i].by };
	}
	if (holder)
		holders_name(holder, view->nr_worst);
	free(holder);
}

static int walk_run(struct walk *walk)
{
	static const int families[] = { AF_INET, AF_INET6 };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 2 && !ret; i++)
		ret = sockdiag_tcp(families[i], SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, listener_take,
				   walk);
	walk->view->at_ns = clock_boot_ns();
	for (i = 0; i < 2 && !ret; i++)
		ret = sockdiag_tcp_more(families[i], CONNECTED, TOLD, socket_take, walk);
	if (!ret && (walk->table.failed || walk->cc.failed))
		ret = -ENOMEM;
	return ret;
}

int tcp_take(const struct tcp_ask *ask, struct tcp_view *view, struct err *err)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int ret = walk ? 0 : -ENOMEM;

	memset(view, 0, sizeof(*view));
	view->by = ask->by;
	view->order = ask->order;
	view->worst_max = ask->nr_worst;
	view->total.members = 1;
	view->worst = calloc(ask->nr_worst + 1, sizeof(*view->worst));
	if (!view->worst)
		ret = -ENOMEM;
	if (!ret) {
		walk->ask = ask;
		walk->view = view;
		ret = tcp_table_make(&walk->table, ask->by, ask->zones);
	}
	if (!ret)
		ret = tcp_table_make(&walk->cc, TCP_BY_CC, NULL);
	if (!ret)
		ret = walk_run(walk);
	if (!ret) {
		view->other = walk->table.other;
		view->cut = view->other.members;
		table_keep(&walk->table, &view->group, &view->nr_group);
		table_keep(&walk->cc, &view->cc, &view->nr_cc);
		view->nics_known = !tcp_nics_take(view);
		worst_name(view);
	}
	if (walk) {
		tcp_table_free(&walk->table);
		tcp_table_free(&walk->cc);
	}
	free(walk);
	if (ret == -ENOMEM)
		return err_set(err, ret, "out of memory");
	return ret ? err_set(err, ret, "the TCP sockets cannot be read (inet_diag): %s",
			     strerror(-ret)) :
		     0;
}

void tcp_free(struct tcp_view *view)
{
	free(view->group);
	free(view->cc);
	free(view->worst);
	free(view->nic);
	free(view->finding);
	memset(view, 0, sizeof(*view));
}
