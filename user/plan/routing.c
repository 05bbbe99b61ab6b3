// SPDX-License-Identifier: GPL-2.0
/* Routes and rules of source routing; see routing.h. */
#include "plan/routing.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefix.h"
#include "base/text.h"
#include "plan/enis.h"
#include "plan/notes.h"

#define METADATA "100.100.100.200/32"
/* Before the main table (32766), behind what CNIs and VPNs usually have (below 6000). */
#define PRIORITY 17000u
/* Networks inside the node that a table throws back; a CNI's node may have one a pod. */
#define LOCAL_MAX 64

struct build {
	struct work *w;
	struct enis enis;
	bool *rule_wanted; /* rules of facts that stay, by index */
};

static const struct routing *routing_of(const struct build *b)
{
	return &b->w->facts->routing;
}

/* ------------------------------------------------------------- steps */

/* @nic NULL: a knob of the whole node; @e is for the name and the risk then. */
static struct step *step_add(struct build *b, const struct eni_work *e, enum knob_kind kind,
			     unsigned int table, const char *addr, const char *before,
			     const char *after)
{
	struct plan *plan = b->w->plan;
	struct step *step;

	if (!strcmp(before, after) ||
	    !work_grow(b->w, &plan->step, plan->nr_step, &b->w->step_room, sizeof(*step)))
		return NULL;
	step = &plan->step[plan->nr_step++];
	memset(step, 0, sizeof(*step));
	step->knob.kind = kind;
	step->knob.table = table;
	(void)text_copy(step->knob.addr, sizeof(step->knob.addr), addr); /* same size */
	if (e)
		(void)text_copy(step->ifname, sizeof(step->ifname), e->nic->ifname);
	step->before = strdup(before);
	step->after = strdup(after);
	if (!step->before || !step->after) {
		b->w->failed = true;
		return NULL;
	}
	return step;
}

static const char *route_now(const struct build *b, const char *ifname, unsigned int table,
			     const char *to)
{
	const struct routing *routing = routing_of(b);
	unsigned int i;

	for (i = 0; i < routing->nr_route; i++)
		if (routing->route[i].table == table && !strcmp(routing->route[i].to, to) &&
		    !strcmp(routing->route[i].ifname, ifname))
			return routing->route[i].value;
	return KNOB_ABSENT;
}

/* Planned once already: two addresses of one network need one route. */
static bool is_planned(const struct build *b, enum knob_kind kind, unsigned int table,
		       const char *addr)
{
	const struct plan *plan = b->w->plan;
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == kind && plan->step[i].knob.table == table &&
		    !strcmp(plan->step[i].knob.addr, addr))
			return true;
	return false;
}

static void nic_name(struct step *step, const struct nic *nic)
{
	(void)text_copy(step->knob.bus, sizeof(step->knob.bus), nic->bus);
	(void)text_copy(step->knob.mac, sizeof(step->knob.mac), nic->mac);
}

static void route_want(struct build *b, const struct eni_work *e, const char *to, const char *value,
		       const char *why)
{
	const char *ifname = strcmp(value, "throw") ? e->nic->ifname : "";
	struct step *step;

	if (is_planned(b, KNOB_ROUTE, e->table, to))
		return;
	step = step_add(b, e, KNOB_ROUTE, e->table, to, route_now(b, ifname, e->table, to), value);
	if (!step)
		return;
	if (*ifname)
		nic_name(step, e->nic);
	(void)text_copy(step->why, sizeof(step->why), why); /* cut still helps */
}

static void rule_want(struct build *b, const struct eni_work *e, const struct prefix *from)
{
	const struct routing *routing = routing_of(b);
	const char *before = KNOB_ABSENT;
	char value[64], addr[PREFIX_TEXT_LEN];
	struct step *step;
	unsigned int i;

	prefix_text(from, addr);
	(void)snprintf(value, sizeof(value), "lookup %u priority %u", e->table, PRIORITY);
	for (i = 0; i < routing->nr_rule; i++) {
		if (!routing->rule[i].ours || strcmp(routing->rule[i].from, addr))
			continue;
		before = routing->rule[i].value;
		b->rule_wanted[i] = true;
	}
	step = step_add(b, e, KNOB_RULE, 0, addr, before, value);
	if (!step)
		return;
	if (e->nic->login) {
		step->risk = RISK_CAN_CUT_OFF;
		step->needs_confirm = e->nw->rules.allow_risk < RISK_CAN_CUT_OFF;
	}
	(void)snprintf(step->why, sizeof(step->why),
		       "what comes from this address of %s is to leave by it, not by the default "
		       "route",
		       e->nic->ifname);
}

/* ------------------------------------------------------------- what is wanted */

/* The @i-th address of the kernel, if the service says it as well and it is not on two NICs. */
static bool addr_counts(const struct build *b, const struct eni_work *e, unsigned int i, int family,
			struct prefix *ip)
{
	const struct address *addr = &e->nic->addr[i];

	return !prefix_parse(addr->ip, ip) && ip->family == family && !prefix_is_link_local(ip) &&
	       addr->prefix && enis_has(&e->nic->eni, addr->ip) &&
	       enis_nic_of(b->w->facts, addr->ip) == e->nic;
}

/* The network of an address: the kernel's, or the vSwitch's where the kernel has none. */
static bool network_of(const struct eni_work *e, unsigned int i, const struct prefix *ip,
		       struct prefix *net)
{
	const char *cidr = ip->family == AF_INET ? e->nic->eni.cidr : e->nic->eni.cidr6;

	*net = *ip;
	net->len = e->nic->addr[i].prefix;
	if (net->len >= prefix_full(ip) && (prefix_parse(cidr, net) || !prefix_contains(net, ip)))
		return false;
	prefix_network(net);
	return true;
}

/* Is @text the network of one of the addresses that count? */
static bool is_own_network(const struct build *b, const struct eni_work *e, const char *text,
			   int family)
{
	char to[PREFIX_TEXT_LEN];
	struct prefix ip, net;
	unsigned int i;

	for (i = 0; i < e->nic->nr_addr; i++)
		if (addr_counts(b, e, i, family, &ip) && network_of(e, i, &ip, &net) &&
		    !strcmp(prefix_text(&net, to), text))
			return true;
	return false;
}

/* What a table must not take away: the metadata service, and what is inside this node. */
static void throws_want(struct build *b, const struct eni_work *e, int family)
{
	const struct routing *routing = routing_of(b);
	struct prefix local;
	unsigned int i;

	if (family == AF_INET)
		route_want(b, e, METADATA, "throw",
			   "the metadata service stays reachable as without this table");
	if (routing->nr_local > LOCAL_MAX)
		note_add(b->w,
			 "%s: the main table has %u networks inside this node; what comes from its "
			 "addresses reaches %u of them",
			 e->nic->ifname, routing->nr_local, LOCAL_MAX);
	for (i = 0; i < routing->nr_local && i < LOCAL_MAX; i++)
		if (!prefix_parse(routing->local[i], &local) && local.family == family &&
		    !is_own_network(b, e, routing->local[i], family))
			route_want(b, e, routing->local[i], "throw",
				   "a network inside this node is reached as without this table");
}

static void family_want(struct build *b, const struct eni_work *e, int family)
{
	const struct eni *eni = &e->nic->eni;
	const char *gateway = family == AF_INET ? eni->gateway : eni->gateway6;
	char to[PREFIX_TEXT_LEN], via[PREFIX_TEXT_LEN + 8];
	struct prefix ip, net, gw;
	unsigned int i, nr = 0;
	bool near;

	if (eni->known != IS_YES || prefix_parse(gateway, &gw))
		return; /* the ENI has none of this family */
	near = family == AF_INET6 && prefix_is_link_local(&gw);
	for (i = 0; i < e->nic->nr_addr; i++) {
		if (!addr_counts(b, e, i, family, &ip) || !network_of(e, i, &ip, &net))
			continue;
		near |= prefix_contains(&net, &gw);
		nr++;
	}
	if (nr && !near)
		note_add(b->w, "%s: its gateway %s is in no network that it has", e->nic->ifname,
			 gateway);
	if (!nr || !near)
		return;
	throws_want(b, e, family);
	for (i = 0; i < e->nic->nr_addr; i++)
		if (addr_counts(b, e, i, family, &ip) && network_of(e, i, &ip, &net))
			route_want(b, e, prefix_text(&net, to), "link",
				   "neighbours of this NIC are reached by it");
	(void)snprintf(via, sizeof(via), "via %s", gateway);
	route_want(b, e, family == AF_INET ? "0.0.0.0/0" : "::/0", via,
		   "a table of its own, with the gateway that the metadata service names");
	for (i = 0; i < e->nic->nr_addr; i++)
		if (addr_counts(b, e, i, family, &ip) && network_of(e, i, &ip, &net))
			rule_want(b, e, &ip);
}

/* ------------------------------------------------------------- what goes */

static const struct eni_work *eni_of_table(const struct build *b, unsigned int table)
{
	unsigned int i;

	for (i = 0; i < b->enis.nr; i++)
		if (b->enis.eni[i].table == table)
			return &b->enis.eni[i];
	return NULL;
}

/* A NIC that is there, but not asked for any more: what it has stays until down. */
static bool is_of_another(const struct build *b, unsigned int table)
{
	const struct routing *routing = routing_of(b);
	unsigned int i;

	for (i = 0; i < routing->nr_route; i++)
		if (routing->route[i].table == table && routing->route[i].ifname[0] &&
		    !eni_of_table(b, table))
			return true;
	return false;
}

/*
 * May what leads to @table be removed for @ip ("": for any), as far as the NIC
 * and the service go? A table without a NIC is that of one that is gone, unless
 * some NIC may just have lost its routes (its link was down): one without a
 * table, of which it is not known that it has not this address.
 */
static bool may_go(const struct build *b, unsigned int table, const char *ip)
{
	const struct eni_work *e = eni_of_table(b, table);
	bool gone = true;
	unsigned int i;

	if (e)
		return e->sound && !enis_has(&e->nic->eni, ip);
	if (is_of_another(b, table))
		return false;
	for (i = 0; i < b->enis.nr; i++) {
		e = &b->enis.eni[i];
		gone &= e->had_table || (e->sound && !enis_has(&e->nic->eni, ip));
	}
	return gone;
}

static void rules_drop(struct build *b)
{
	const struct routing *routing = routing_of(b);
	char ip[PREFIX_TEXT_LEN];
	struct prefix from;
	struct step *step;
	unsigned int i;

	for (i = 0; i < routing->nr_rule; i++) {
		const struct source_rule *rule = &routing->rule[i];

		if (!rule->ours || b->rule_wanted[i] || prefix_parse(rule->from, &from))
			continue;
		prefix_addr_text(&from, ip);
		if (enis_nic_of(b->w->facts, ip) || !may_go(b, rule->table, ip)) {
			b->rule_wanted[i] = true; /* it stays */
			continue;
		}
		step = step_add(b, eni_of_table(b, rule->table), KNOB_RULE, 0, rule->from,
				rule->value, KNOB_ABSENT);
		if (step)
			(void)snprintf(step->why, sizeof(step->why), "the address is gone");
	}
}

/* Does a rule that stays or comes lead to @table? */
static bool is_led_to(const struct build *b, unsigned int table, int family)
{
	const struct routing *routing = routing_of(b);
	const struct plan *plan = b->w->plan;
	struct prefix from;
	char end[32];
	unsigned int i;

	for (i = 0; i < routing->nr_rule; i++)
		if (b->rule_wanted[i] && routing->rule[i].table == table &&
		    !prefix_parse(routing->rule[i].from, &from) && from.family == family)
			return true;
	(void)snprintf(end, sizeof(end), "lookup %u ", table);
	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_RULE &&
		    !strncmp(plan->step[i].after, end, strlen(end)) &&
		    !prefix_parse(plan->step[i].knob.addr, &from) && from.family == family)
			return true;
	return false;
}

static void routes_drop(struct build *b)
{
	const struct routing *routing = routing_of(b);
	struct prefix to;
	struct step *step;
	unsigned int i;

	for (i = 0; i < routing->nr_route; i++) {
		const struct own_route *route = &routing->route[i];
		const struct eni_work *e = eni_of_table(b, route->table);

		if (prefix_parse(route->to, &to) || is_led_to(b, route->table, to.family) ||
		    !may_go(b, route->table, "") || (route->ifname[0] && !e))
			continue;
		step = step_add(b, e, KNOB_ROUTE, route->table, route->to, route->value,
				KNOB_ABSENT);
		if (!step)
			continue;
		if (route->ifname[0])
			nic_name(step, e->nic);
		(void)snprintf(step->why, sizeof(step->why),
			       "no rule leads to this table any more");
	}
}

void routing_build(struct work *w)
{
	const struct routing *routing = &w->facts->routing;
	struct build b = { .w = w };
	unsigned int i;

	if (!enis_asked(w->policy))
		return;
	if (routing->known != IS_YES) {
		note_add(
			w,
			"source_routing = yes, but the rules and routes of this node are not known "
			"(errno %d)",
			routing->err);
		return;
	}
	if (routing->proto_taken[0]) {
		note_add(w,
			 "source_routing = yes, but '%.20s' has the number by which netlane knows "
			 "its routes (rt_protos): none is set",
			 routing->proto_taken);
		return;
	}
	b.rule_wanted = calloc(routing->nr_rule + 1, sizeof(*b.rule_wanted));
	w->failed |= !b.rule_wanted;
	if (!w->failed)
		enis_choose(w, &b.enis);
	for (i = 0; i < b.enis.nr && !w->failed; i++) {
		const struct eni_work *e = &b.enis.eni[i];

		if (!e->sound || !e->table)
			continue;
		family_want(&b, e, AF_INET);
		family_want(&b, e, AF_INET6);
	}
	if (!w->failed)
		rules_drop(&b);
	if (!w->failed)
		routes_drop(&b);
	free(b.enis.eni);
	free(b.rule_wanted);
}
