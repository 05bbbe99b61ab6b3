// SPDX-License-Identifier: GPL-2.0
/*
 * Policy routing as it stands: rules, which tables are taken, our own routes,
 * and the addresses of the NICs. The rule: what could not be read in full is
 * not known, so that nothing is concluded from what is missing in it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fib.h"
#include "base/files.h"
#include "facts/facts.h"
#include "facts/gather.h"

struct taking {
	const struct gather *g;
	const struct facts *facts;
	struct routing *routing;
	unsigned int last; /* table of the route before: they come table by table */
};

static int table_take(struct routing *routing, unsigned int table)
{
	unsigned int i, *more;

	if (!table || (table >= RT_TABLE_DEFAULT && table <= RT_TABLE_LOCAL))
		return 0;
	for (i = 0; i < routing->nr_table; i++)
		if (routing->table[i] == table)
			return 0;
	more = facts_more(&routing->table, &routing->nr_table, sizeof(*more));
	if (!more)
		return -ENOMEM;
	*more = table;
	return 0;
}

/* Does it lead to a network inside this node: out of no device of the cloud's? */
static bool is_local(const struct facts *facts, const struct fib_route *r)
{
	unsigned int i;

	if (r->table != RT_TABLE_MAIN || !r->oif || !r->to.len || r->cached ||
	    prefix_is_link_local(&r->to))
		return false;
	for (i = 0; i < facts->nr_nic; i++)
		if (facts->nic[i].ifindex == r->oif)
			return !facts->nic[i].bus[0];
	return true;
}

static int local_take(struct routing *routing, const struct prefix *to)
{
	char(*local)[ADDR_LEN] = facts_more(&routing->local, &routing->nr_local, sizeof(*local));

	if (!local)
		return -ENOMEM;
	prefix_text(to, *local);
	return 0;
}

static int route_take(void *arg, const struct fib_route *r)
{
	struct taking *taking = arg;
	const struct rtnl_link *link;
	struct own_route *route;
	char to[PREFIX_TEXT_LEN];

	if (is_local(taking->facts, r) && local_take(taking->routing, &r->to))
		return -ENOMEM;
	if (r->proto != FIB_PROTO) {
		if (r->table == taking->last || r->cached)
			return 0;
		taking->last = r->table;
		return table_take(taking->routing, r->table);
	}
	route = facts_more(&taking->routing->route, &taking->routing->nr_route, sizeof(*route));
	if (!route)
		return -ENOMEM;
	link = rtnl_link(&taking->g->rtnl, r->oif);
	route->table = r->table;
	(void)text_copy(route->to, sizeof(route->to), prefix_text(&r->to, to)); /* same size */
	if (link)
		(void)text_copy(route->ifname, sizeof(route->ifname), link->ifname);
	(void)text_copy(route->value, sizeof(route->value), r->text); /* ours are short */
	return 0;
}

static int rule_take(void *arg, const struct fib_rule *r)
{
	bool ours = r->proto == FIB_PROTO && r->plain;
	struct routing *routing = ((struct taking *)arg)->routing;
	char from[PREFIX_TEXT_LEN];
	struct source_rule *rule;

	if (!ours && table_take(routing, r->table))
		return -ENOMEM;
	if (!r->from.len)
		return 0;
	rule = facts_more(&routing->rule, &routing->nr_rule, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	(void)text_copy(rule->from, sizeof(rule->from), prefix_text(&r->from, from));
	(void)text_copy(rule->value, sizeof(rule->value), r->text); /* short */
	rule->table = r->table;
	rule->ours = ours;
	return 0;
}

/* "100 name" or "0x64 name"; 0 or -EINVAL for a comment or anything else. */
static int name_parse(char *line, unsigned long *number, char **name)
{
	char *end;

	line = text_trim(line);
	*number = strtoul(line, &end, 0);
	if (end == line || (*end != ' ' && *end != '\t') || *number > UINT32_MAX)
		return -EINVAL;
	*name = text_trim(end);
	return **name && **name != '#' ? 0 : -EINVAL;
}

typedef int (*name_fn)(struct routing *routing, unsigned long number, const char *name);

static int table_named(struct routing *routing, unsigned long number, const char *name)
{
	return table_take(routing, (unsigned int)number);
}

static int proto_named(struct routing *routing, unsigned long number, const char *name)
{
	if (number == FIB_PROTO && strcmp(name, "netlane"))
		(void)text_copy(routing->proto_taken, sizeof(routing->proto_taken), name);
	return 0;
}

static int file_take(const char *root, const char *path, struct routing *routing, name_fn fn)
{
	struct text text = { 0 };
	char *line, *rest, *name;
	unsigned long number;
	int ret = 0;

	/* a file that is not there names nothing */
	if (file_slurp(root, &text, "%s", path) || !text.s) {
		text_free(&text);
		return 0;
	}
	for (line = strtok_r(text.s, "\n", &rest); line && !ret; line = strtok_r(NULL, "\n", &rest))
		if (!name_parse(line, &number, &name))
			ret = fn(routing, number, name);
	text_free(&text);
	return ret;
}

static int names_take(const char *root, const char *what, struct routing *routing, name_fn fn)
{
	static const char *const dirs[] = { "/usr/lib/iproute2", "/usr/share/iproute2",
					    "/etc/iproute2" };
	char path[PATH_MAX], **names;
	unsigned int i, j, nr;
	int ret = 0;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && !ret; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dirs[i], what);
		ret = file_take(root, path, routing, fn);
		if (files_list(root, &names, &nr, "%s/%s.d", dirs[i], what))
			continue;
		for (j = 0; j < nr && !ret; j++) {
			(void)snprintf(path, sizeof(path), "%s/%s.d/%s", dirs[i], what, names[j]);
			ret = file_take(root, path, routing, fn);
		}
		files_free(names, nr);
	}
	return ret;
}

static int addrs_take(const struct gather *g, struct nic *nic)
{
	char text[PREFIX_TEXT_LEN];
	unsigned int i;

	for (i = 0; i < g->rtnl.nr_addr; i++) {
		const struct rtnl_addr *a = &g->rtnl.addr[i];
		struct prefix ip = { .family = a->family };
		struct address *addr;

		if (a->ifindex != nic->ifindex || a->unusable)
			continue;
		memcpy(ip.addr, a->addr, prefix_full(&ip) / 8);
		addr = facts_more(&nic->addr, &nic->nr_addr, sizeof(*addr));
		if (!addr)
			return -ENOMEM;
		(void)text_copy(addr->ip, sizeof(addr->ip), prefix_addr_text(&ip, text));
		addr->prefix = a->prefix;
	}
	return 0;
}

static int kernel_take(struct taking *taking)
{
	int ret = fib_rules(AF_INET, rule_take, taking);

	if (!ret)
		ret = fib_routes(AF_INET, route_take, taking);
	if (ret || !file_exists("/", "/proc/net/if_inet6"))
		return ret; /* without IPv6 there is nothing more */
	ret = fib_rules(AF_INET6, rule_take, taking);
	taking->last = 0;
	return ret ? ret : fib_routes(AF_INET6, route_take, taking);
}

int routing_gather(const struct gather *g, struct facts *facts)
{
	struct routing *routing = &facts->routing;
	struct taking taking = { .g = g, .facts = facts, .routing = routing };
	unsigned int i;
	int ret;

	if (!(g->what & FACTS_ROUTING) || !g->live)
		return 0;
	ret = g->rtnl.err ? -g->rtnl.err : kernel_take(&taking);
	if (!ret)
		ret = names_take(g->root, "rt_tables", routing, table_named);
	if (!ret)
		ret = names_take(g->root, "rt_protos", routing, proto_named);
	for (i = 0; i < facts->nr_nic && !ret; i++)
		ret = addrs_take(g, &facts->nic[i]);
	if (ret == -ENOMEM)
		return ret;
	routing->known = ret ? IS_UNKNOWN : IS_YES;
	routing->err = -ret;
	return 0;
}
