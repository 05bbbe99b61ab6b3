/* Nodes with several ENIs; see world.h. */
#include "tests/unit/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fib.h"
#include "base/names.h"
#include "base/prefix.h"

static void *more(void *list, unsigned int *nr, size_t size)
{
	char **at = list;

	*at = realloc(*at, (*nr + 1) * size);
	if (!*at)
		abort();
	memset(*at + *nr * size, 0, size);
	return *at + (*nr)++ * size;
}

void world_addr(struct nic *nic, const char *ip, unsigned int prefix)
{
	struct address *addr = more(&nic->addr, &nic->nr_addr, sizeof(*addr));

	(void)snprintf(addr->ip, sizeof(addr->ip), "%s", ip);
	addr->prefix = prefix;
}

void world_addr_gone(struct nic *nic, const char *ip)
{
	unsigned int i;

	for (i = 0; i < nic->nr_addr; i++)
		if (!strcmp(nic->addr[i].ip, ip))
			nic->addr[i--] = nic->addr[--nic->nr_addr];
}

void world_said(struct nic *nic, const char *ip)
{
	char(*word)[ADDR_LEN] = more(&nic->eni.ip, &nic->eni.nr_ip, sizeof(*word));

	nic->eni.known = IS_YES;
	(void)snprintf(*word, sizeof(*word), "%s", ip);
}

void world_unsaid(struct nic *nic, const char *ip)
{
	unsigned int i;

	for (i = 0; i < nic->eni.nr_ip; i++)
		if (!strcmp(nic->eni.ip[i], ip))
			memcpy(nic->eni.ip[i--], nic->eni.ip[--nic->eni.nr_ip], ADDR_LEN);
}

void world_unknown(struct nic *nic, int err)
{
	free(nic->eni.ip);
	memset(&nic->eni, 0, sizeof(nic->eni));
	nic->eni.err = err;
}

void world_table(struct facts *facts, unsigned int table)
{
	unsigned int *t = more(&facts->routing.table, &facts->routing.nr_table, sizeof(*t));

	*t = table;
}

void world_local(struct facts *facts, const char *network)
{
	char(*local)[ADDR_LEN] =
		more(&facts->routing.local, &facts->routing.nr_local, sizeof(*local));

	(void)snprintf(*local, sizeof(*local), "%s", network);
}

void world_foreign_rule(struct facts *facts, const char *from, unsigned int table)
{
	struct source_rule *r = more(&facts->routing.rule, &facts->routing.nr_rule, sizeof(*r));

	(void)snprintf(r->from, sizeof(r->from), "%s", from);
	(void)snprintf(r->value, sizeof(r->value), "lookup %u priority 500", table);
	r->table = table;
	world_table(facts, table);
}

void world_make(struct planned *p, unsigned int nr)
{
	unsigned int i;

	machine_cpus(&p->facts, 2, 1, 1);
	for (i = 0; i < nr; i++) {
		struct nic *nic = machine_nic(&p->facts, 1, 1);
		char ip[ADDR_LEN];

		(void)snprintf(nic->mac, sizeof(nic->mac), "02:00:00:00:%02x:%02x", i >> 8,
			       i & 0xff);
		nic->main_default = nic->default_route = nic->metadata_route = !i;
		(void)snprintf(ip, sizeof(ip), "10.1.%u.10", i);
		world_addr(nic, ip, 24);
		world_said(nic, ip);
		(void)snprintf(nic->eni.gateway, sizeof(nic->eni.gateway), "10.1.%u.1", i);
		(void)snprintf(nic->eni.cidr, sizeof(nic->eni.cidr), "10.1.%u.0/24", i);
	}
	p->facts.routing.known = IS_YES;
	machine_section(&p->policy, "*")->source_routing = IS_YES;
}

void world_unplug(struct facts *facts, const char *name)
{
	struct routing *routing = &facts->routing;
	char ifname[IFNAME_LEN]; /* @name may be that of the NIC that goes */
	unsigned int i;

	(void)snprintf(ifname, sizeof(ifname), "%s", name);
	for (i = 0; i < routing->nr_route; i++)
		if (!strcmp(routing->route[i].ifname, ifname))
			routing->route[i--] = routing->route[--routing->nr_route];
	for (i = 0; i < facts->nr_nic; i++) {
		if (strcmp(facts->nic[i].ifname, ifname))
			continue;
		free(facts->nic[i].queue);
		free(facts->nic[i].addr);
		free(facts->nic[i].eni.ip);
		facts->nic[i--] = facts->nic[--facts->nr_nic];
	}
}

static void route_apply(struct routing *routing, const struct step *s)
{
	const char *ifname = s->knob.bus[0] ? s->ifname : "";
	struct own_route *r;
	unsigned int i;

	for (i = 0; i < routing->nr_route; i++) {
		r = &routing->route[i];
		if (r->table == s->knob.table && !strcmp(r->to, s->knob.addr) &&
		    !strcmp(r->ifname, ifname))
			break;
	}
	CLAIM(!strcmp(s->before, i < routing->nr_route ? routing->route[i].value : KNOB_ABSENT),
	      "route %s table %u: before is %s", s->knob.addr, s->knob.table, s->before);
	if (!strcmp(s->after, KNOB_ABSENT)) {
		routing->route[i] = routing->route[--routing->nr_route];
		return;
	}
	if (i == routing->nr_route)
		(void)more(&routing->route, &routing->nr_route, sizeof(*r));
	r = &routing->route[i];
	r->table = s->knob.table;
	(void)snprintf(r->to, sizeof(r->to), "%s", s->knob.addr);
	(void)snprintf(r->ifname, sizeof(r->ifname), "%s", ifname);
	(void)snprintf(r->value, sizeof(r->value), "%s", s->after);
}

static void rule_apply(struct routing *routing, const struct step *s)
{
	struct fib_rule parsed = { 0 };
	struct source_rule *r;
	unsigned int i;

	for (i = 0; i < routing->nr_rule; i++)
		if (routing->rule[i].ours && !strcmp(routing->rule[i].from, s->knob.addr))
			break;
	CLAIM(!strcmp(s->before, i < routing->nr_rule ? routing->rule[i].value : KNOB_ABSENT),
	      "rule from %s: before is %s", s->knob.addr, s->before);
	if (!strcmp(s->after, KNOB_ABSENT)) {
		routing->rule[i] = routing->rule[--routing->nr_rule];
		return;
	}
	if (i == routing->nr_rule)
		(void)more(&routing->rule, &routing->nr_rule, sizeof(*r));
	assert_int_equal(fib_rule_parse(s->after, &parsed), 0);
	r = &routing->rule[i];
	r->ours = true;
	r->table = parsed.table;
	(void)snprintf(r->from, sizeof(r->from), "%s", s->knob.addr);
	(void)snprintf(r->value, sizeof(r->value), "%s", s->after);
}

void world_apply(struct facts *facts, const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++) {
		if (plan->step[i].knob.kind == KNOB_ROUTE)
			route_apply(&facts->routing, &plan->step[i]);
		else if (plan->step[i].knob.kind == KNOB_RULE)
			rule_apply(&facts->routing, &plan->step[i]);
	}
}

unsigned int world_steps(const struct plan *plan)
{
	unsigned int i, nr = 0;

	for (i = 0; i < plan->nr_step; i++)
		nr += plan->step[i].knob.kind == KNOB_ROUTE || plan->step[i].knob.kind == KNOB_RULE;
	return nr;
}

unsigned int world_table_of(const struct facts *facts, const char *ip)
{
	char from[ADDR_LEN];
	unsigned int i;

	(void)snprintf(from, sizeof(from), "%s/%d", ip, strchr(ip, ':') ? 128 : 32);
	for (i = 0; i < facts->routing.nr_rule; i++)
		if (facts->routing.rule[i].ours && !strcmp(facts->routing.rule[i].from, from))
			return facts->routing.rule[i].table;
	return 0;
}

bool world_has_route(const struct facts *facts, unsigned int table, const char *to,
		     const char *value)
{
	unsigned int i;

	for (i = 0; i < facts->routing.nr_route; i++)
		if (facts->routing.route[i].table == table &&
		    !strcmp(facts->routing.route[i].to, to) &&
		    !strcmp(facts->routing.route[i].value, value))
			return true;
	return false;
}

void world_settled(struct planned *p, const char *name)
{
	unsigned int i;

	planned_build(p);
	for (i = 0; i < p->plan.nr_step; i++) {
		const struct step *s = &p->plan.step[i];

		CLAIM(s->knob.kind != KNOB_ROUTE && s->knob.kind != KNOB_RULE,
		      "%s: a step is left: %s table %u: %s -> %s", name, s->knob.addr,
		      s->knob.table, s->before, s->after);
	}
}
