// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over the sockets; see census.h. The rule: one row for what shares
 * local ports, found by a hash of both addresses and the remote port; memory is
 * bounded by the number of rows, however many sockets there are.
 */
#include "observe/census.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/prefix.h"
#include "base/sockdiag.h"
#include "base/text.h"
#include "observe/bound.h"

#define SLOTS (2 * CENSUS_ROWS_MAX) /* a power of two, half of them empty at most */
#define SOURCES_MAX 256

/* What two sockets have in common that need different local ports. */
struct key {
	unsigned char family;
	unsigned char local[16];
	unsigned char remote[16];
	uint16_t remote_port; /* as on the wire */
	uint32_t ifindex; /* of a link-local remote address, which each link has for itself; else 0 */
};

struct source {
	unsigned char family;
	unsigned char local[16];
	unsigned int sockets;
	struct ports ports;
};

struct walk {
	struct census *census;
	struct ports listened;
	struct ports reserved;
	struct key *key; /* of each row */
	unsigned int *slot; /* row + 1 */
	unsigned int room; /* rows that were allocated */
	struct source *source;
	unsigned int nr_source;
	struct bound bound;
	bool failed;
};

/* Mapped addresses are IPv4's: such a socket takes IPv4's ports. */
static void addr_take(unsigned char family, const void *addr, unsigned char to[16])
{
	const struct in6_addr *six = addr;

	if (family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(six))
		memcpy(to, addr, 16);
	else
		memcpy(to, family == AF_INET ? (const char *)addr : (const char *)addr + 12, 4);
}

static bool is_link_local(unsigned char family, const unsigned char addr[16])
{
	return family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)addr);
}

static struct key key_of(const struct inet_diag_msg *msg)
{
	struct key key;

	memset(&key, 0, sizeof(key)); /* it is hashed and compared as bytes */
	key.family = msg->idiag_family;
	addr_take(msg->idiag_family, msg->id.idiag_src, key.local);
	addr_take(msg->idiag_family, msg->id.idiag_dst, key.remote);
	if (key.family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)msg->id.idiag_src))
		key.family = AF_INET;
	key.remote_port = msg->id.idiag_dport;
	if (is_link_local(key.family, key.remote))
		key.ifindex = msg->id.idiag_if;
	return key;
}

static bool is_loopback(unsigned char family, const unsigned char addr[16])
{
	return family == AF_INET ? addr[0] == 127 :
				   IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)addr);
}

/*
 * "%eth0" behind the address, as ss has it; by its number where it has no name that
 * can be shown as it is, or none any more.
 */
static void scope_add(unsigned int ifindex, char addr[ADDR_LEN])
{
	char name[IFNAME_LEN], shown[4 * IFNAME_LEN];
	size_t at = strlen(addr);

	if (if_indextoname(ifindex, name)) {
		text_escape(shown, sizeof(shown), name);
		if (!strcmp(shown, name)) {
			(void)snprintf(addr + at, ADDR_LEN - at, "%%%s", name);
			return;
		}
	}
	(void)snprintf(addr + at, ADDR_LEN - at, "%%%u", ifindex);
}

/* Room for one more row and its key. */
static bool rows_grow(struct walk *walk)
{
	unsigned int room = walk->room ? 2 * walk->room : 64;
	struct census_row *rows;
	struct key *keys;

	if (walk->census->nr_row < walk->room)
		return true;
	keys = realloc(walk->key, room * sizeof(*keys));
	if (!keys)
		return false;
	walk->key = keys;
	rows = realloc(walk->census->row, room * sizeof(*rows));
	if (!rows)
		return false;
	walk->census->row = rows;
	walk->room = room;
	return true;
}

static struct census_row *row_new(struct walk *walk, const struct key *key)
{
	struct census_row *row;

	if (!rows_grow(walk))
		return NULL;
	walk->key[walk->census->nr_row] = *key;
	row = &walk->census->row[walk->census->nr_row++];
	memset(row, 0, sizeof(*row));
	addr_text(key->family, key->local, row->local);
	addr_text(key->family, key->remote, row->remote);
	if (key->ifindex)
		scope_add(key->ifindex, row->remote);
	row->remote_port = ntohs(key->remote_port);
	row->source = SOURCE_NONE;
	row->loopback = is_loopback(key->family, key->local) &&
			is_loopback(key->family, key->remote);
	return row;
}

static struct census_row *row_of(struct walk *walk, const struct inet_diag_msg *msg)
{
	struct key key = key_of(msg);
	uint64_t hash = hash_bytes(HASH_SEED, &key, sizeof(key));
	unsigned int at = (unsigned int)(hash ^ hash >> 32) & (SLOTS - 1);
	struct census_row *row;

	for (; walk->slot[at]; at = (at + 1) & (SLOTS - 1))
		if (!memcmp(&walk->key[walk->slot[at] - 1], &key, sizeof(key)))
			return &walk->census->row[walk->slot[at] - 1];
	if (walk->census->nr_row == CENSUS_ROWS_MAX) {
		walk->census->rest_rows++;
		return &walk->census->rest;
	}
	row = row_new(walk, &key);
	if (row)
		walk->slot[at] = walk->census->nr_row;
	else
		walk->failed = true;
	return row;
}

/* @row NULL: one of those that have none of their own. */
static void source_count(struct walk *walk, const struct inet_diag_msg *msg, struct census_row *row)
{
	struct key key = key_of(msg);
	struct source *source = walk->source;
	unsigned int i, port = ntohs(msg->id.idiag_sport);

	for (i = 0; i < walk->nr_source; i++, source++)
		if (source->family == key.family && !memcmp(source->local, key.local, 16))
			break;
	if (i == walk->nr_source) {
		if (i == SOURCES_MAX)
			return; /* then nothing is said of it */
		walk->nr_source++;
		source->family = key.family;
		memcpy(source->local, key.local, 16);
	}
	source->sockets++;
	ports_add(&source->ports, port, port);
	if (!row)
		return;
	row->source = i;
	bound_add(&walk->bound, (unsigned int)(row - walk->census->row), port);
}

static void row_count(struct census_row *row, const struct inet_diag_msg *msg, unsigned int tw_s,
		      bool odd)
{
	unsigned int left_s = (msg->idiag_expires + 999) / 1000, age;

	row->odd += odd;
	switch (msg->idiag_state) {
	case SOCKDIAG_ESTABLISHED:
		row->established++;
		break;
	case SOCKDIAG_SYN_SENT:
		row->opening++;
		row->unanswered += msg->idiag_retrans > 0;
		break;
	case SOCKDIAG_TIME_WAIT:
		row->time_wait++;
		age = left_s < tw_s ? tw_s - left_s : 0;
		row->age[age < AGE_SECONDS ? age : AGE_SECONDS - 1]++;
		row->waiting_s += age;
		row->odd_waiting += odd;
		row->odd_waiting_s += odd ? age : 0;
		break;
	default:
		row->closing++;
	}
	if (msg->idiag_inode && row->nr_inode < HOLDERS_MAX)
		row->inode[row->nr_inode++] = msg->idiag_inode;
}

static void socket_take(const struct inet_diag_msg *msg, void *arg)
{
	struct walk *walk = arg;
	struct census *census = walk->census;
	bool time_wait = msg->idiag_state == SOCKDIAG_TIME_WAIT;
	unsigned int port = ntohs(msg->id.idiag_sport);
	struct census_row *row;

	if (ports_has(&walk->listened, port)) {
		census->served++;
		census->served_time_wait += time_wait;
	} else if (port < census->first || port > census->last ||
		   ports_has(&walk->reserved, port)) {
		census->fixed++;
		census->fixed_time_wait += time_wait;
	} else {
		row = row_of(walk, msg);
		if (row)
			row_count(row, msg, census->tw_s, (port - census->first) & 1);
		source_count(walk, msg, row == &census->rest ? NULL : row);
	}
}

static void listener_take(const struct inet_diag_msg *msg, void *arg)
{
	unsigned int port = ntohs(msg->id.idiag_sport);

	ports_add(arg, port, port);
}

static int by_ports(const void *a, const void *b)
{
	unsigned int n = row_ports(a), m = row_ports(b);

	return n == m ? 0 : n < m ? 1 : -1;
}

static int sources_keep(struct walk *walk)
{
	struct census *census = walk->census;
	unsigned int i, port;

	census->source = calloc(walk->nr_source + 1, sizeof(*census->source));
	if (!census->source)
		return -ENOMEM;
	for (i = 0; i < walk->nr_source; i++) {
		struct census_source *source = &census->source[census->nr_source++];

		addr_text(walk->source[i].family, walk->source[i].local, source->local);
		source->sockets = walk->source[i].sockets;
		for (port = census->first; port <= census->last; port++)
			source->ports += ports_has(&walk->source[i].ports, port);
	}
	return 0;
}

static int walk_run(struct walk *walk, struct err *err)
{
	struct census *census = walk->census;
	const unsigned int all = SOCKDIAG_ALL & ~SOCKDIAG_BIT(SOCKDIAG_LISTEN);
	int ret;

	ret = sockdiag_tcp(AF_INET, SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, listener_take,
			   &walk->listened);
	if (!ret)
		ret = sockdiag_tcp(AF_INET6, SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, listener_take,
				   &walk->listened);
	if (ret)
		return err_set(err, ret, "the TCP sockets cannot be read (inet_diag): %s",
			       strerror(-ret));
	ret = census_settings("/", &walk->listened, &walk->reserved, census, err);
	if (ret)
		return ret;
	census->at_ns = clock_boot_ns();
	ret = sockdiag_tcp(AF_INET, all, 0, socket_take, walk);
	if (!ret)
		ret = sockdiag_tcp(AF_INET6, all, 0, socket_take, walk);
	if (ret)
		return err_set(err, ret, "the TCP sockets cannot be read (inet_diag): %s",
			       strerror(-ret));
	bound_find(&walk->bound, census);
	return walk->failed || sources_keep(walk) ? err_set(err, -ENOMEM, "out of memory") : 0;
}

int census_take(struct census *census, struct err *err)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int ret = -ENOMEM;

	memset(census, 0, sizeof(*census));
	if (!walk)
		return err_set(err, ret, "out of memory");
	walk->census = census;
	walk->slot = calloc(SLOTS, sizeof(*walk->slot));
	/* 2 MiB, of which only what is written becomes memory */
	walk->source = calloc(SOURCES_MAX, sizeof(*walk->source));
	if (walk->slot && walk->source)
		ret = walk_run(walk, err);
	else
		(void)err_set(err, ret, "out of memory");
	if (!ret && census->nr_row)
		qsort(census->row, census->nr_row, sizeof(*census->row), by_ports);
	free(walk->key);
	free(walk->slot);
	free(walk->source);
	bound_free(&walk->bound);
	free(walk);
	return ret;
}

void census_free(struct census *census)
{
	free(census->row);
	free(census->source);
	memset(census, 0, sizeof(*census));
}
