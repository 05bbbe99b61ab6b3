// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that a binding can lead to: TCP that listens, UDP that is not connected.
 * The rule: of several listeners on a port it is the one that the kernel's own
 * lookup would prefer for an address of nobody: that of the wildcard address, and
 * of the packet's own family before one that serves both.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/bind_parts.h"
#include "base/bindings.h"
#include "base/sockdiag.h"
#include "bpf/abi_lookup.h"

#define SOCKETS_MAX 65536

/* While the kernel tells: each socket with what it listens on. */
struct told {
	struct endpoint endpoint;
	uint64_t inode;
	uint64_t cookie;
};

struct telling {
	struct told *told;
	unsigned int nr;
	unsigned int room;
	bool udp;
	int ret;
};

static void socket_take(const struct inet_diag_msg *msg, const struct sockdiag_more *more,
			void *arg)
{
	static const unsigned char any[16];
	struct telling *t = arg;
	struct told *told, *grown;

	/* what is bound to a device is not for the packets of another */
	if (t->ret || msg->id.idiag_dport || msg->id.idiag_if || !msg->id.idiag_sport)
		return;
	if (t->nr == SOCKETS_MAX) {
		t->ret = -E2BIG;
		return;
	}
	if (t->nr == t->room) {
		grown = realloc(t->told, (t->room * 2 + 64) * sizeof(*grown));
		if (!grown) {
			t->ret = -ENOMEM;
			return;
		}
		t->told = grown;
		t->room = t->room * 2 + 64;
	}
	told = &t->told[t->nr++];
	memset(told, 0, sizeof(*told));
	told->inode = msg->idiag_inode;
	told->cookie = (uint64_t)msg->id.idiag_cookie[1] << 32 | msg->id.idiag_cookie[0];
	told->endpoint.port = ntohs(msg->id.idiag_sport);
	told->endpoint.udp = t->udp;
	told->endpoint.six = msg->idiag_family == AF_INET6;
	told->endpoint.dual = told->endpoint.six && !more->v6only &&
			      !memcmp(msg->id.idiag_src, any, sizeof(any));
	group_listen_text(msg->idiag_family, msg->id.idiag_src, told->endpoint.port,
			  !told->endpoint.dual, told->endpoint.listen,
			  sizeof(told->endpoint.listen));
}

static int in_order(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int order = x->endpoint.udp - y->endpoint.udp;

	if (!order)
		order = (x->endpoint.port > y->endpoint.port) -
			(x->endpoint.port < y->endpoint.port);
	if (!order)
		order = strcmp(x->endpoint.listen, y->endpoint.listen);
	return order ? order : (x->inode > y->inode) - (x->inode < y->inode);
}

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return a->udp == b->udp && a->port == b->port && !strcmp(a->listen, b->listen);
}

static int sockets_make(const struct telling *t, struct bind_sockets *sockets)
{
	unsigned int i;

	if (t->nr)
		qsort(t->told, t->nr, sizeof(*t->told), in_order);
	sockets->endpoint = calloc(t->nr + 1, sizeof(*sockets->endpoint));
	sockets->socket = calloc(t->nr + 1, sizeof(*sockets->socket));
	if (!sockets->endpoint || !sockets->socket)
		return -ENOMEM;
	for (i = 0; i < t->nr; i++) {
		if (!i || !same_endpoint(&t->told[i - 1].endpoint, &t->told[i].endpoint))
			sockets->endpoint[sockets->nr_endpoint++] = t->told[i].endpoint;
		sockets->endpoint[sockets->nr_endpoint - 1].sockets++;
		sockets->socket[sockets->nr_socket++] = (struct bind_socket){
			.inode = t->told[i].inode,
			.cookie = t->told[i].cookie,
			.endpoint = sockets->nr_endpoint - 1,
		};
	}
	return 0;
}

int bind_sockets_read(struct bind_sockets *sockets, struct err *err)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct telling t = { 0 };
	unsigned int i;
	int ret = 0;

	memset(sockets, 0, sizeof(*sockets));
	for (i = 0; i < 2 && !ret; i++) {
		t.udp = false;
		ret = sockdiag_tcp_more(families[i], SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, socket_take,
					&t);
		t.udp = true;
		if (!ret)
			ret = sockdiag_udp_more(families[i], SOCKDIAG_BIT(SOCKDIAG_CLOSE), 0,
						socket_take, &t);
		if (ret == -ENOENT) /* a kernel without it for UDP: then nobody is seen there */
			ret = 0;
	}
	if (!ret)
		ret = t.ret;
	if (!ret)
		ret = sockets_make(&t, sockets);
	free(t.told);
	if (!ret)
		return 0;
	bind_sockets_free(sockets);
	return err_set(err, ret, "what listens here cannot be read (sock_diag): %s",
		       strerror(-ret));
}

void bind_sockets_free(struct bind_sockets *sockets)
{
	free(sockets->endpoint);
	free(sockets->socket);
	memset(sockets, 0, sizeof(*sockets));
}

/* ------------------------------------------------------------- which it is */

bool endpoint_takes(const struct endpoint *endpoint, const char *to, bool udp, bool six)
{
	if (endpoint->udp != udp || (six ? !endpoint->six : endpoint->six && !endpoint->dual))
		return false;
	return strchr(to, ':') ? !strcmp(endpoint->listen, to) : endpoint->port == binding_port(to);
}

/* Of those on a port: lower is preferred. */
static unsigned int rank(const struct endpoint *endpoint, bool six)
{
	const char *listen = endpoint->listen;

	if (!six && !strncmp(listen, "0.0.0.0:", strlen("0.0.0.0:")))
		return 0;
	if (listen[0] == '*' || !strncmp(listen, "[::]:", strlen("[::]:")))
		return 1;
	return 2;
}

int endpoint_find(const struct endpoint *endpoint, unsigned int nr, const char *to, bool udp,
		  bool six)
{
	unsigned int i;
	int found = -1;

	for (i = 0; i < nr; i++)
		if (endpoint_takes(&endpoint[i], to, udp, six) &&
		    (found < 0 || rank(&endpoint[i], six) < rank(&endpoint[found], six)))
			found = (int)i;
	return found;
}

unsigned int bind_sockets_of(const struct bind_sockets *sockets, const char *to, bool udp, bool six,
			     const struct bind_socket **found)
{
	int endpoint = endpoint_find(sockets->endpoint, sockets->nr_endpoint, to, udp, six);
	unsigned int i, nr = 0;

	for (i = 0; i < sockets->nr_socket && endpoint >= 0 && nr < BIND_WIDTH; i++)
		if (sockets->socket[i].endpoint == (unsigned int)endpoint)
			found[nr++] = &sockets->socket[i];
	return nr;
}
