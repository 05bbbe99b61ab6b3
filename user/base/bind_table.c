// SPDX-License-Identifier: GPL-2.0
/* Bindings as lookup tables; see bind_table.h. */
#include "base/bind_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bindings.h"
#include "base/hash.h"
#include "base/prefix.h"

#define PORTS 65536
#define PAGES_MAX 65535 /* a set knows them by 16 bits */
#define INDEX_SIZE 4096 /* a power of two */

/* What one section claims for one prefix. */
struct claim {
	struct prefix prefix;
	unsigned int binding;
};

/* Pages by the hash of their content: the last one of each chain, and before each the next. */
struct page_index {
	unsigned int last[INDEX_SIZE]; /* the page's number and 1 */
	unsigned int *before;
};

/* Shorter prefixes first, equal ones beside each other. */
static int claim_order(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order;

	if (x->prefix.len != y->prefix.len)
		return x->prefix.len < y->prefix.len ? -1 : 1;
	order = memcmp(x->prefix.addr, y->prefix.addr, sizeof(x->prefix.addr));
	return order ? order : x->binding < y->binding ? -1 : x->binding > y->binding;
}

/* A new place at the end of a list whose room doubles; NULL: no memory. */
static void *list_more(void *list, unsigned int *nr, size_t size)
{
	char **at = list, *grown;

	if (!(*nr & (*nr - 1))) { /* 0, or a power of two */
		grown = realloc(*at, (*nr ? 2 * (size_t)*nr : 1) * size);
		if (!grown)
			return NULL;
		*at = grown;
	}
	memset(*at + *nr * size, 0, size);
	return *at + (*nr)++ * size;
}

/* The number of a page with that content. -errno. */
static int page_of(struct bind_table *table, const struct bind_page *content)
{
	struct page_index *index = table->index;
	unsigned int at = hash_bytes(HASH_SEED, content, sizeof(*content)) & (INDEX_SIZE - 1), i;
	unsigned int nr = table->nr_page, *before;
	struct bind_page *page;

	for (i = index->last[at]; i; i = index->before[i - 1])
		if (!memcmp(&table->page[i - 1], content, sizeof(*content)))
			return (int)i - 1;
	if (nr == PAGES_MAX)
		return -E2BIG;
	before = list_more(&index->before, &nr, sizeof(*before));
	page = list_more(&table->page, &table->nr_page, sizeof(*page));
	if (!before || !page)
		return -ENOMEM;
	*page = *content;
	*before = index->last[at];
	index->last[at] = table->nr_page;
	return (int)table->nr_page - 1;
}

static void set_spread(const struct bind_table *table, unsigned int set, __u16 *port)
{
	unsigned int i;

	for (i = 0; i < BIND_PAGE; i++)
		memcpy(port + i * BIND_PAGE, &table->page[table->set[set].page[i]],
		       sizeof(struct bind_page));
}

/* The number of a set with those ports. -errno. */
static int set_of(struct bind_table *table, const __u16 *port)
{
	struct bind_set content, *set;
	unsigned int i;

	for (i = 0; i < BIND_PAGE; i++) {
		int page = page_of(table, (const void *)(port + i * BIND_PAGE));

		if (page < 0)
			return page;
		content.page[i] = (__u16)page;
	}
	for (i = 0; i < table->nr_set; i++)
		if (!memcmp(&table->set[i], &content, sizeof(content)))
			return (int)i;
	set = list_more(&table->set, &table->nr_set, sizeof(*set));
	if (!set)
		return -ENOMEM;
	*set = content;
	return (int)table->nr_set - 1;
}

/* ------------------------------------------------------------- precedence */

struct painted {
	struct port_range range;
	unsigned int binding;
};

static int wider_first(const void *a, const void *b)
{
	const struct painted *x = a, *y = b;
	unsigned int i = x->range.to - x->range.from, j = y->range.to - y->range.from;

	return i == j ? 0 : i > j ? -1 : 1;
}

/* The claims for one prefix: wide ranges first, so that narrower ones come to lie above. */
static int claims_paint(const struct binding *binding, const struct claim *claim, unsigned int nr,
			__u16 *port)
{
	unsigned int i, j, nr_painted = 0, p;
	struct painted *painted = NULL, *one;

	for (i = 0; i < nr; i++)
		for (j = 0; j < binding[claim[i].binding].nr_ports; j++) {
			one = list_more(&painted, &nr_painted, sizeof(*one));
			if (!one) {
				free(painted);
				return -ENOMEM;
			}
			one->range = binding[claim[i].binding].ports[j];
			one->binding = claim[i].binding;
		}
	if (nr_painted)
		qsort(painted, nr_painted, sizeof(*painted), wider_first);
	for (i = 0; i < nr_painted; i++)
		for (p = painted[i].range.from; p <= painted[i].range.to; p++)
			port[p] = (__u16)(painted[i].binding + 1);
	free(painted);
	return 0;
}

static void net_prefix(const struct bind_net *net, struct prefix *prefix)
{
	*prefix = (struct prefix){ .family = net->family, .len = net->bits - BIND_NET_HEAD };
	memcpy(prefix->addr, net->addr, sizeof(prefix->addr));
}

/* What the longest of the shorter prefixes has; they were made before. */
static void inherit(const struct bind_table *table, unsigned int first, const struct prefix *prefix,
		    __u16 *port)
{
	struct prefix outer;
	unsigned int i;

	for (i = table->nr_net; i > first; i--) {
		net_prefix(&table->net[i - 1].net, &outer);
		if (!prefix_contains(&outer, prefix))
			continue;
		set_spread(table, table->net[i - 1].set, port);
		return;
	}
	memset(port, 0, PORTS * sizeof(*port));
}

static int net_add(struct bind_table *table, const struct prefix *prefix, bool udp,
		   const __u16 *port)
{
	struct bind_table_net *net;
	int set = set_of(table, port);

	if (set < 0)
		return set;
	net = list_more(&table->net, &table->nr_net, sizeof(*net));
	if (!net)
		return -ENOMEM;
	net->net.bits = BIND_NET_HEAD + prefix->len;
	net->net.family = (__u8)prefix->family;
	net->net.protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
	memcpy(net->net.addr, prefix->addr, sizeof(prefix->addr));
	net->set = (unsigned int)set;
	return 0;
}

/* All claims of one protocol and family; heap. */
static int claims_list(const struct binding *binding, unsigned int nr, bool udp, bool six,
		       struct claim **claim, unsigned int *nr_claim)
{
	unsigned int i, j;
	struct claim *one;

	*claim = NULL;
	*nr_claim = 0;
	for (i = 0; i < nr; i++) {
		if (!binding_has(&binding[i], udp, six))
			continue;
		for (j = 0; j < binding[i].nr_prefix; j++) {
			if (!!strchr(binding[i].prefix[j], ':') != six)
				continue;
			one = list_more(claim, nr_claim, sizeof(*one));
			if (!one)
				return -ENOMEM;
			one->binding = i;
			if (prefix_parse(binding[i].prefix[j], &one->prefix))
				return -EINVAL;
		}
	}
	if (*nr_claim)
		qsort(*claim, *nr_claim, sizeof(**claim), claim_order);
	return 0;
}

static int part_make(const struct binding *binding, unsigned int nr, bool udp, bool six,
		     __u16 *port, struct bind_table *table)
{
	unsigned int i, end, nr_claim, first = table->nr_net;
	struct claim *claim;
	int ret = claims_list(binding, nr, udp, six, &claim, &nr_claim);

	for (i = 0; i < nr_claim && !ret; i = end) {
		for (end = i + 1; end < nr_claim; end++)
			if (claim[end].prefix.len != claim[i].prefix.len ||
			    memcmp(claim[end].prefix.addr, claim[i].prefix.addr,
				   sizeof(claim[i].prefix.addr)))
				break;
		inherit(table, first, &claim[i].prefix, port);
		ret = claims_paint(binding, &claim[i], end - i, port);
		if (!ret)
			ret = net_add(table, &claim[i].prefix, udp, port);
	}
	free(claim);
	return ret;
}

int bind_table_make(const struct binding *binding, unsigned int nr, struct bind_table *table,
		    struct err *err)
{
	static const struct bind_page empty;
	__u16 *port = calloc(PORTS, sizeof(*port));
	struct page_index *index = calloc(1, sizeof(*index));
	unsigned int part;
	int ret = port && index ? 0 : -ENOMEM;

	memset(table, 0, sizeof(*table));
	table->index = index;
	if (!ret && nr > BIND_MAX)
		ret = -E2BIG;
	if (!ret && page_of(table, &empty) < 0)
		ret = -ENOMEM;
	for (part = 0; part < 4 && !ret; part++)
		ret = part_make(binding, nr, part & 1, part & 2, port, table);
	free(port);
	if (index)
		free(index->before);
	free(index);
	table->index = NULL;
	if (!ret)
		return 0;
	bind_table_free(table);
	if (ret == -E2BIG)
		return err_set(err, ret, "more bindings, or more different ones, than fit");
	return err_set(err, ret, ret == -ENOMEM ? "out of memory" : "a prefix cannot be read");
}

void bind_table_free(struct bind_table *table)
{
	free(table->net);
	free(table->set);
	free(table->page);
	memset(table, 0, sizeof(*table));
}
