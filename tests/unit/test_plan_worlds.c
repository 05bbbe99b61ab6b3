/*
 * The rules of source routing as properties, over worlds by chance: whatever
 * the kernel has and the metadata service says, in whatever order.
 *
 * The rule: a failure names the world; a seed is a world.
 */
#include "tests/unit/world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "facts/facts.h"
#include "plan/plan.h"

#define WORLDS 3000

static void address_random(struct rng *rng, struct facts *facts, struct nic *nic)
{
	char ip[ADDR_LEN];
	unsigned int n = rng_below(rng, facts->nr_nic);

	(void)snprintf(ip, sizeof(ip), rng_once_in(rng, 4) ? "fd00:1%u::%u" : "10.1.%u.%u", n,
		       10 + rng_below(rng, 4));
	switch (rng_below(rng, 5)) {
	case 0:
		world_addr_gone(nic, ip);
		break;
	case 1:
		world_unsaid(nic, ip);
		break;
	case 2:
		world_said(nic, ip);
		break;
	default:
		world_addr_gone(nic, ip);
		world_addr(nic, ip, rng_once_in(rng, 3) ? strchr(ip, ':') ? 128 : 32 : 24);
		break;
	}
}

static void world_shake(struct rng *rng, struct facts *facts)
{
	struct nic *nic = &facts->nic[rng_below(rng, facts->nr_nic)];
	unsigned int n = (unsigned int)(nic - facts->nic);

	switch (rng_below(rng, 9)) {
	case 0:
		world_unknown(nic, rng_once_in(rng, 2) ? ETIMEDOUT : ENODATA);
		break;
	case 1:
		nic->eni.known = rng_once_in(rng, 3) ? IS_NO : IS_YES;
		(void)snprintf(nic->eni.gateway, sizeof(nic->eni.gateway), "10.1.%u.%u", n,
			       rng_once_in(rng, 5) ? 10 : 1);
		(void)snprintf(nic->eni.gateway6, sizeof(nic->eni.gateway6), "fd00:1%u::1", n);
		(void)snprintf(nic->eni.cidr, sizeof(nic->eni.cidr), "10.1.%u.0/24", n);
		(void)snprintf(nic->eni.cidr6, sizeof(nic->eni.cidr6), "fd00:1%u::/64", n);
		break;
	case 2:
		if (facts->nr_nic > 2)
			world_unplug(facts, nic->ifname);
		break;
	case 3:
		nic->up = !nic->up;
		break;
	case 4:
		world_table(facts, 20000 + rng_below(rng, 10000));
		break;
	default:
		address_random(rng, facts, nic);
		break;
	}
}

static bool kernel_has(const struct facts *facts, const char *from)
{
	unsigned int i, j;
	size_t len = strcspn(from, "/");

	for (i = 0; i < facts->nr_nic; i++)
		for (j = 0; j < facts->nic[i].nr_addr; j++)
			if (!strncmp(facts->nic[i].addr[j].ip, from, len) &&
			    !facts->nic[i].addr[j].ip[len])
				return true;
	return false;
}

static bool service_says(const struct facts *facts, const char *from)
{
	unsigned int i, j;
	size_t len = strcspn(from, "/");

	for (i = 0; i < facts->nr_nic; i++)
		for (j = 0; j < facts->nic[i].eni.nr_ip; j++)
			if (facts->nic[i].eni.known == IS_YES &&
			    !strncmp(facts->nic[i].eni.ip[j], from, len) &&
			    !facts->nic[i].eni.ip[j][len])
				return true;
	return false;
}

static void claim_steps(const struct facts *facts, const struct plan *plan, unsigned int seed)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++) {
		const struct step *s = &plan->step[i];

		if (s->knob.kind != KNOB_RULE)
			continue;
		if (!strcmp(s->after, KNOB_ABSENT))
			CLAIM(!kernel_has(facts, s->knob.addr), "world %u: %s is removed", seed,
			      s->knob.addr);
		else
			CLAIM(kernel_has(facts, s->knob.addr) && service_says(facts, s->knob.addr),
			      "world %u: %s is added", seed, s->knob.addr);
	}
}

/* Every IPv4 rule leads to a table that has a way out and lets the metadata pass by. */
static void claim_metadata(const struct facts *facts, unsigned int seed)
{
	unsigned int i, j;

	for (i = 0; i < facts->routing.nr_rule; i++) {
		const struct source_rule *r = &facts->routing.rule[i];

		for (j = 0; j < i; j++)
			CLAIM(strcmp(r->from, facts->routing.rule[j].from),
			      "world %u: two rules from %s", seed, r->from);
		if (!strchr(r->from, ':'))
			CLAIM(world_has_route(facts, r->table, "100.100.100.200/32", "throw"),
			      "world %u: %s loses the metadata service", seed, r->from);
	}
}

static void routing__any_world__keeps_the_rules(void **state)
{
	unsigned int seed, i, j;
	char what[32];

	for (seed = 1; seed <= WORLDS; seed++) {
		struct rng rng = { .state = seed };
		struct planned p = { 0 };

		(void)snprintf(what, sizeof(what), "world %u", seed);
		machine_policy(&p.policy);
		world_make(&p, 2 + rng_below(&rng, 4));
		for (i = 0; i < 6; i++) {
			for (j = rng_below(&rng, 6); j; j--)
				world_shake(&rng, &p.facts);
			planned_build(&p);
			claim_steps(&p.facts, &p.plan, seed);
			world_apply(&p.facts, &p.plan);
			claim_metadata(&p.facts, seed);
			world_settled(&p, what);
		}
		plan_free(&p.plan);
		facts_free(&p.facts);
		machine_policy_free(&p.policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routing__any_world__keeps_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
