// SPDX-License-Identifier: GPL-2.0
/*
 * Connections to some local ports; see left.h. The rule: one walk by sock_diag,
 * and what is reset is named by the tuple and cookie that the walk has shown.
 */
#include "observe/left.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sockdiag.h"
#include "observe/holders.h"

_Static_assert(sizeof(((struct left_port *)0)->by) == HOLDER_LEN, "a name fits");

#define STATES                                                                  \
	(SOCKDIAG_BIT(SOCKDIAG_ESTABLISHED) | SOCKDIAG_BIT(SOCKDIAG_SYN_RECV) | \
	 SOCKDIAG_BIT(SOCKDIAG_FIN_WAIT1) | SOCKDIAG_BIT(SOCKDIAG_CLOSE_WAIT) | \
	 SOCKDIAG_BIT(SOCKDIAG_LAST_ACK) | SOCKDIAG_BIT(SOCKDIAG_CLOSING))

/* Sockets as they are met, before who holds them is known. */
struct met {
	const struct portset *ports;
	struct inet_diag_msg *msg;
	unsigned int nr, room;
	bool failed; /* memory ran out */
};

static void meet(const struct inet_diag_msg *msg, void *arg)
{
	struct met *met = arg;
	struct inet_diag_msg *more;

	if (!portset_has(met->ports, ntohs(msg->id.idiag_sport)) || met->failed)
		return;
	if (met->nr == met->room) {
		met->room = met->room ? 2 * met->room : 256;
		more = realloc(met->msg, met->room * sizeof(*more));
		met->failed = !more;
		if (!more)
			return;
		met->msg = more;
	}
	met->msg[met->nr++] = *msg;
}

/* The kernel's walk has the mapped ones among those of IPv6. */
static int meet_all(struct met *met, struct err *err)
{
	static const int families[] = { AF_INET, AF_INET6 };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 2 && !ret; i++)
		ret = sockdiag_tcp(families[i], STATES, 0, meet, met);
	if (!ret && met->failed)
		ret = -ENOMEM;
	if (!ret)
		return 0;
	free(met->msg);
	met->msg = NULL;
	return err_set(err, ret, "the connections that are left cannot be read: %s",
		       ret == -ENOENT ? "this kernel has no inet_diag" : strerror(-ret));
}

static int by_port(const void *a, const void *b)
{
	const struct inet_diag_msg *x = a, *y = b;
	int px = ntohs(x->id.idiag_sport), py = ntohs(y->id.idiag_sport);

	return px - py;
}

static void count_one(struct left_port *port, const struct inet_diag_msg *msg)
{
	if (msg->idiag_state == SOCKDIAG_SYN_RECV)
		port->half++;
	else if (msg->idiag_inode)
		port->open++;
	else if (msg->idiag_state == SOCKDIAG_ESTABLISHED ||
		 msg->idiag_state == SOCKDIAG_CLOSE_WAIT)
		port->queued++;
	else
		port->closing++;
}

/* A port's connections are held by few: so many of them are a fair sample of who. */
#define NAMED_MAX 500

/* Who holds most of the port's sockets, of which @by has the names. */
static void most_held(struct left_port *port, char (*by)[HOLDER_LEN], unsigned int nr)
{
	unsigned int i, j, n;

	for (i = 0; i < nr; i++) {
		if (!by[i][0] || !strcmp(by[i], port->by))
			continue;
		for (n = 0, j = i; j < nr; j++)
			n += !strcmp(by[j], by[i]);
		if (n <= port->by_nr)
			continue;
		port->by_nr = n;
		memcpy(port->by, by[i], sizeof(port->by));
	}
}

static unsigned int on_port(const struct left_port *port)
{
	return port->open + port->queued + port->half + port->closing;
}

/* One walk through /proc for the ports' samples. */
static int ports_name(struct left *left, const struct met *met)
{
	struct holder *holder = calloc(met->nr + 1, sizeof(*holder));
	char(*by)[HOLDER_LEN] = calloc(met->nr + 1, sizeof(*by));
	unsigned int i, k, at = 0, nr_holder = 0;
	int ret = holder && by ? 0 : -ENOMEM;

	for (i = 0; i < left->nr_port && !ret; at += on_port(&left->port[i++]))
		for (k = 0; k < on_port(&left->port[i]) && k < NAMED_MAX; k++) {
			if (!met->msg[at + k].idiag_inode)
				continue;
			holder[nr_holder].inode = met->msg[at + k].idiag_inode;
			holder[nr_holder++].by = by[at + k];
		}
	if (nr_holder)
		holders_name(holder, nr_holder);
	for (i = 0, at = 0; i < left->nr_port && !ret; at += on_port(&left->port[i++])) {
		k = on_port(&left->port[i]);
		most_held(&left->port[i], &by[at], k < NAMED_MAX ? k : NAMED_MAX);
	}
	free(holder);
	free(by);
	return ret;
}

int left_read(const struct portset *ports, bool named, struct left *left, struct err *err)
{
	struct met met = { .ports = ports };
	struct left_port *port = NULL;
	unsigned int i;
	int ret;

	memset(left, 0, sizeof(*left));
	ret = meet_all(&met, err);
	if (ret)
		return ret;
	left->all = met.nr;
	if (met.nr)
		qsort(met.msg, met.nr, sizeof(*met.msg), by_port);
	left->port = calloc(met.nr + 1, sizeof(*left->port));
	ret = left->port ? 0 : -ENOMEM;
	for (i = 0; i < met.nr && !ret; i++) {
		unsigned int number = ntohs(met.msg[i].id.idiag_sport);

		if (!port || port->port != number) {
			port = &left->port[left->nr_port++];
			port->port = number;
		}
		count_one(port, &met.msg[i]);
	}
	if (!ret && named)
		ret = ports_name(left, &met);
	free(met.msg);
	if (!ret)
		return 0;
	left_free(left);
	return err_set(err, ret, "out of memory");
}

void left_free(struct left *left)
{
	free(left->port);
	memset(left, 0, sizeof(*left));
}

int left_reset(const struct portset *ports, unsigned int *nr, struct err *err)
{
	struct met met = { .ports = ports };
	unsigned int i;
	int ret = meet_all(&met, err);

	*nr = 0;
	for (i = 0; i < met.nr && !ret; i++) {
		ret = sockdiag_reset(&met.msg[i]);
		*nr += !ret;
		if (ret == -ENOENT) /* it ended in the meantime */
			ret = 0;
		if (ret)
			(void)err_set(
				err, ret, "connections cannot be reset: %s",
				ret == -EOPNOTSUPP ?
					"this kernel is built without CONFIG_INET_DIAG_DESTROY" :
					strerror(-ret));
	}
	free(met.msg);
	return ret;
}
