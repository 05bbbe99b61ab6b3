// SPDX-License-Identifier: GPL-2.0
/*
 * Who listens; see tcp.h. The rule: the backlog is the one that the socket has,
 * not the setting it once came from; sockets of one address and port (they can
 * only be an SO_REUSEPORT group) are one row.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/prefix.h"
#include "observe/tcp.h"
#include "observe/holders.h"
#include "observe/tcp_parts.h"

#define SLOTS (2 * LISTENERS_MAX)

/* What the sockets of a row have in common: compared as bytes. */
struct key {
	unsigned char family;
	unsigned char v6only;
	uint16_t port; /* as on the wire */
	unsigned char addr[16];
	unsigned int ifindex;
};

struct walk {
	struct listeners *listeners;
	struct key *key; /* of each row */
	unsigned int *slot; /* row + 1 */
	unsigned int room;
	bool failed;
};

static unsigned int *slot_of(const struct walk *walk, const struct key *key)
{
	uint64_t hash = hash_bytes(HASH_SEED, key, sizeof(*key));
	unsigned int at = (unsigned int)(hash ^ hash >> 32) & (SLOTS - 1);

	for (; walk->slot[at]; at = (at + 1) & (SLOTS - 1))
		if (!memcmp(&walk->key[walk->slot[at] - 1], key, sizeof(*key)))
			break;
	return &walk->slot[at];
}

static bool rows_grow(struct walk *walk)
{
	unsigned int room = walk->room ? 2 * walk->room : 64;
	struct listener *rows;
	struct key *keys;

	if (walk->listeners->nr_row < walk->room)
		return true;
	keys = realloc(walk->key, room * sizeof(*keys));
	if (!keys)
		return false;
	walk->key = keys;
	rows = realloc(walk->listeners->row, room * sizeof(*rows));
	if (!rows)
		return false;
	walk->listeners->row = rows;
	walk->room = room;
	return true;
}

/* As ss writes it: "*" takes IPv6 and IPv4. */
static void listener_text(const struct key *key, char *buf, size_t len)
{
	static const unsigned char any[16];
	char text[PREFIX_TEXT_LEN];

	addr_text(key->family, key->addr, text);
	if (key->family == AF_INET)
		(void)snprintf(buf, len, "%s", text);
	else if (!key->v6only && !memcmp(key->addr, any, sizeof(any)))
		(void)snprintf(buf, len, "*");
	else
		(void)snprintf(buf, len, "[%s]", text);
}

static struct listener *row_new(struct walk *walk, const struct key *key)
{
	struct listener *row;

	if (!rows_grow(walk))
		return NULL;
	walk->key[walk->listeners->nr_row] = *key;
	row = &walk->listeners->row[walk->listeners->nr_row++];
	memset(row, 0, sizeof(*row));
	listener_text(key, row->addr, sizeof(row->addr));
	row->port = ntohs(key->port);
	if (key->ifindex && !if_indextoname(key->ifindex, row->ifname))
		(void)snprintf(row->ifname, sizeof(row->ifname), "if%u", key->ifindex);
	row->queue_min = row->backlog_min = UINT_MAX;
	return row;
}

static struct key key_of(const struct inet_diag_msg *msg, int v6only)
{
	struct key key;

	memset(&key, 0, sizeof(key));
	key.family = msg->idiag_family;
	key.v6only = v6only > 0;
	key.port = msg->id.idiag_sport;
	memcpy(key.addr, msg->id.idiag_src, key.family == AF_INET ? 4 : 16);
	key.ifindex = msg->id.idiag_if;
	return key;
}

static void socket_count(struct listener *row, unsigned int queue, unsigned int backlog,
			 uint64_t drops, unsigned int somaxconn)
{
	row->sockets++;
	row->queue += queue;
	row->queue_min = queue < row->queue_min ? queue : row->queue_min;
	row->queue_max = queue > row->queue_max ? queue : row->queue_max;
	row->backlog_min = backlog < row->backlog_min ? backlog : row->backlog_min;
	row->backlog_max = backlog > row->backlog_max ? backlog : row->backlog_max;
	row->full += queue > backlog; /* the kernel takes one more than the backlog */
	row->capped += somaxconn && backlog == somaxconn;
	row->drops += drops;
	row->drops_max = drops > row->drops_max ? drops : row->drops_max;
}

static void listener_take(const struct inet_diag_msg *msg, const struct sockdiag_more *more,
			  void *arg)
{
	struct walk *walk = arg;
	struct listeners *listeners = walk->listeners;
	struct key key = key_of(msg, more->v6only);
	unsigned int *slot = slot_of(walk, &key);
	struct listener *row = NULL;

	if (!*slot && listeners->nr_row == LISTENERS_MAX) {
		listeners->more_rows++;
		return;
	}
	if (*slot)
		row = &listeners->row[*slot - 1];
	else
		row = row_new(walk, &key);
	if (!row) {
		walk->failed = true;
		return;
	}
	if (!*slot)
		*slot = listeners->nr_row;
	socket_count(row, msg->idiag_rqueue, msg->idiag_wqueue,
		     more->nr_skmeminfo > SK_MEMINFO_DROPS ? more->skmeminfo[SK_MEMINFO_DROPS] : 0,
		     listeners->somaxconn);
	if (!row->inode)
		row->inode = msg->idiag_inode;
}

/* ------------------------------------------------------------- half open */

static struct listener *row_find(const struct walk *walk, const struct key *key)
{
	unsigned int slot = *slot_of(walk, key);

	return slot ? &walk->listeners->row[slot - 1] : NULL;
}

/* On this address or on all; on the device that it came by, or any. */
static struct listener *listens_on(const struct walk *walk, const struct key *key)
{
	struct listener *row = NULL;
	unsigned int i;

	for (i = 0; i < 8 && !row; i++) {
		struct key wanted = *key;

		wanted.v6only = i & 1; /* it may be set for a whole address as well */
		if (i & 2)
			memset(wanted.addr, 0, sizeof(wanted.addr));
		if (i & 4)
			wanted.ifindex = 0;
		row = row_find(walk, &wanted);
	}
	return row;
}

/* Whose the request is: what came by IPv4 may be an IPv6 socket's, mapped. */
static struct listener *listener_of(const struct walk *walk, struct key key)
{
	struct listener *row = listens_on(walk, &key);

	if (row)
		return row;
	if (key.family == AF_INET) {
		memcpy(key.addr + 12, key.addr, 4);
		memset(key.addr, 0, 10);
		memset(key.addr + 10, 0xff, 2);
		key.family = AF_INET6;
	} else if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)key.addr)) {
		memcpy(key.addr, key.addr + 12, 4);
		memset(key.addr + 4, 0, 12);
		key.family = AF_INET;
	} else {
		return NULL;
	}
	return listens_on(walk, &key);
}

static void request_take(const struct inet_diag_msg *msg, const struct sockdiag_more *more,
			 void *arg)
{
	struct walk *walk = arg;
	struct listener *row = listener_of(walk, key_of(msg, 0));

	if (row)
		row->half_open++;
	else
		walk->listeners->stray_half_open++;
}

/* ------------------------------------------------------------- the walk */

/* Those in trouble first: whoever shows only some shows them. Then by port. */
static int in_order(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	if (!x->full != !y->full)
		return x->full ? -1 : 1;
	if (!x->drops != !y->drops)
		return x->drops ? -1 : 1;
	return x->port == y->port ? strcmp(x->addr, y->addr) : x->port < y->port ? -1 : 1;
}

static void rows_name(struct listeners *listeners)
{
	struct holder *holder = calloc(listeners->nr_row + 1, sizeof(*holder));
	unsigned int i;

	for (i = 0; i < listeners->nr_row && holder; i++)
		holder[i] = (struct holder){ listeners->row[i].inode, listeners->row[i].by };
	if (holder)
		holders_name(holder, listeners->nr_row);
	free(holder);
}

static int walk_run(struct walk *walk)
{
	static const int families[] = { AF_INET, AF_INET6 };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 2 && !ret; i++)
		ret = sockdiag_tcp_more(families[i], SOCKDIAG_BIT(SOCKDIAG_LISTEN),
					SOCKDIAG_EXT(INET_DIAG_SKMEMINFO), listener_take, walk);
	for (i = 0; i < 2 && !ret; i++)
		ret = sockdiag_tcp_more(families[i], SOCKDIAG_BIT(SOCKDIAG_SYN_RECV), 0,
					request_take, walk);
	return !ret && walk->failed ? -ENOMEM : ret;
}

int listeners_take(struct listeners *listeners, struct err *err)
{
	struct walk walk = { .listeners = listeners, .slot = calloc(SLOTS, sizeof(*walk.slot)) };
	int ret = walk.slot ? 0 : -ENOMEM;

	memset(listeners, 0, sizeof(*listeners));
	listeners->at_ns = clock_boot_ns();
	accept_counts_read("/", listeners);
	if (!ret)
		ret = walk_run(&walk);
	if (!ret) {
		if (listeners->nr_row)
			qsort(listeners->row, listeners->nr_row, sizeof(*listeners->row), in_order);
		rows_name(listeners);
	}
	free(walk.key);
	free(walk.slot);
	if (ret == -ENOMEM)
		return err_set(err, ret, "out of memory");
	return ret ? err_set(err, ret, "the TCP sockets cannot be read (inet_diag): %s",
			     strerror(-ret)) :
		     0;
}

void listeners_free(struct listeners *listeners)
{
	free(listeners->row);
	free(listeners->finding);
	memset(listeners, 0, sizeof(*listeners));
}
