/*
 * Source routing in the plan: what other tools for ENIs did wrong, one test
 * each. Its rules over worlds by chance are in test_plan_worlds.c.
 *
 * The rule: what a plan does is judged on the kernel of world.c, not by its
 * own words.
 */
#include "tests/unit/world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "facts/facts.h"
#include "plan/plan.h"

static void settle(struct planned *p)
{
	planned_build(p);
	world_apply(&p->facts, &p->plan);
	world_settled(p, "");
}

static bool note_begins(const struct planned *p, const char *note)
{
	unsigned int i;

	for (i = 0; i < p->plan.nr_note; i++)
		if (!strncmp(p->plan.note[i], note, strlen(note)))
			return true;
	return false;
}

static void routing__a_second_nic__gets_a_table_and_a_rule(void **state)
{
	struct planned *p = *state;
	unsigned int table;

	world_make(p, 2);
	settle(p);
	table = world_table_of(&p->facts, "10.1.1.10");
	assert_in_range(table, 20000, 29999);
	assert_true(world_has_route(&p->facts, table, "0.0.0.0/0", "via 10.1.1.1"));
	assert_true(world_has_route(&p->facts, table, "10.1.1.0/24", "link"));
	assert_true(world_has_route(&p->facts, table, "100.100.100.200/32", "throw"));
	assert_int_equal(p->facts.routing.nr_route, 3);
	assert_int_equal(p->facts.routing.nr_rule, 1); /* none for eth0 */
}

static void routing__ipv6__goes_the_same_way(void **state)
{
	struct planned *p = *state;
	unsigned int table;

	world_make(p, 2);
	world_addr(&p->facts.nic[1], "fd00:1::10", 128); /* as DHCPv6 gives it */
	world_addr(&p->facts.nic[1], "fe80::1", 64);
	world_said(&p->facts.nic[1], "fd00:1::10");
	strcpy(p->facts.nic[1].eni.gateway6, "fd00:1::1");
	strcpy(p->facts.nic[1].eni.cidr6, "fd00:1::/64");
	settle(p);
	table = world_table_of(&p->facts, "fd00:1::10");
	assert_int_equal(table, world_table_of(&p->facts, "10.1.1.10"));
	assert_true(world_has_route(&p->facts, table, "::/0", "via fd00:1::1"));
	assert_true(world_has_route(&p->facts, table, "fd00:1::/64", "link"));
	assert_int_equal(p->facts.routing.nr_rule, 2);
}

static void routing__networks_inside__stay_reachable(void **state)
{
	static const char *const local[] = { "172.17.0.0/16", "fd17::/64", "10.1.1.0/24",
					     "10.1.1.128/25" };
	struct planned *p = *state;
	unsigned int table, i;

	world_make(p, 2);
	for (i = 0; i < 4; i++)
		world_local(&p->facts, local[i]);
	settle(p);
	table = world_table_of(&p->facts, "10.1.1.10");
	assert_true(world_has_route(&p->facts, table, "172.17.0.0/16", "throw"));
	assert_true(world_has_route(&p->facts, table, "10.1.1.128/25", "throw"));
	assert_true(world_has_route(&p->facts, table, "10.1.1.0/24", "link"));
	assert_false(world_has_route(&p->facts, table, "10.1.1.0/24", "throw"));
	assert_false(world_has_route(&p->facts, table, "fd17::/64", "throw")); /* it has no IPv6 */
	world_unplug(&p->facts, "eth1");
	settle(p);
	assert_int_equal(p->facts.routing.nr_route, 0);
}

static void routing__no_table_collision_with_60_enis(void **state)
{
	struct planned *p = *state;
	unsigned int round, i, j, first[60];
	char ip[ADDR_LEN];

	world_make(p, 60);
	for (round = 0; round < 2; round++) {
		p->facts.routing.nr_rule = p->facts.routing.nr_route = 0;
		settle(p);
		for (i = 1; i < 60; i++) {
			unsigned int table;

			(void)snprintf(ip, sizeof(ip), "10.1.%u.10", i);
			table = world_table_of(&p->facts, ip);
			assert_in_range(table, 20000, 29999);
			for (j = 0; j < p->facts.routing.nr_table; j++)
				assert_int_not_equal(table, p->facts.routing.table[j]);
			first[i] = table;
			for (j = 1; j < i; j++)
				assert_int_not_equal(table, first[j]);
		}
		/* once more, with all of these taken by somebody */
		for (i = 1; i < 60; i++)
			world_table(&p->facts, first[i]);
	}
}

static void routing__the_same_nic__has_the_same_table_beside_others(void **state)
{
	struct planned *p = *state;
	unsigned int table;

	world_make(p, 3);
	settle(p);
	table = world_table_of(&p->facts, "10.1.2.10");
	world_unplug(&p->facts, "eth1");
	p->facts.routing.nr_rule = p->facts.routing.nr_route = 0;
	settle(p);
	assert_int_equal(world_table_of(&p->facts, "10.1.2.10"), table);
}

static void routing__an_empty_word__is_no_number(void **state)
{
	struct planned *p = *state;

	world_make(p, 2);
	p->facts.nic[1].eni.gateway[0] = 0;
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
	strcpy(p->facts.nic[1].eni.gateway, "0");
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
	strcpy(p->facts.nic[1].eni.gateway, "10.1.1.1");
	p->facts.nic[1].bus[0] = 0;
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
}

static void routing__two_nics_with_one_answer__get_nothing(void **state)
{
	struct planned *p = *state;

	world_make(p, 3);
	world_said(&p->facts.nic[1], "10.1.2.10");
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
	assert_true(note_begins(p, "eth1 and eth2: the metadata service says the same"));
}

static void routing__a_gateway_from_elsewhere__is_not_taken(void **state)
{
	static const char *const bad[] = { "10.9.9.9", "10.1.1.10", "fd00::1", "10.1.1" };
	struct planned *p = *state;
	unsigned int i;

	world_make(p, 2);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		strcpy(p->facts.nic[1].eni.gateway, bad[i]);
		planned_build(p);
		CLAIM(!world_steps(&p->plan), "gateway %s was taken", bad[i]);
	}
}

/* Kernel x service x what stands: 2 x 4 x 2. */
static void routing__an_address__comes_and_goes_with_both(void **state)
{
	enum { WITH, WITHOUT, UNKNOWN, UNLISTED };
	struct planned *p = *state;
	struct nic *nic;
	unsigned int kernel, service, stands;

	world_make(p, 2);
	nic = &p->facts.nic[1];
	for (kernel = 0; kernel < 2; kernel++)
		for (service = WITH; service <= UNLISTED; service++)
			for (stands = 0; stands < 2; stands++) {
				bool rule, wanted;

				world_addr(nic, "10.1.1.50", 24);
				world_said(nic, "10.1.1.50");
				p->facts.routing.nr_rule = p->facts.routing.nr_route = 0;
				if (stands)
					settle(p);
				if (!kernel)
					world_addr_gone(nic, "10.1.1.50");
				if (service == UNKNOWN)
					world_unknown(nic, ETIMEDOUT);
				else if (service != WITH)
					world_unsaid(nic, "10.1.1.50");
				if (service == UNLISTED)
					world_unknown(nic, 0), nic->eni.known = IS_NO;
				settle(p);
				rule = world_table_of(&p->facts, "10.1.1.50");
				wanted = stands ? kernel || service == WITH || service == UNKNOWN :
						  kernel && service == WITH;
				CLAIM(rule == wanted,
				      "kernel %u service %u stood %u: rule %d, wanted %d", kernel,
				      service, stands, rule, wanted);
				/* as it was */
				world_addr_gone(nic, "10.1.1.50");
				world_unknown(nic, 0);
				world_said(nic, "10.1.1.10");
				strcpy(nic->eni.gateway, "10.1.1.1");
				strcpy(nic->eni.cidr, "10.1.1.0/24");
			}
}

static void routing__an_error__changes_nothing(void **state)
{
	static const int errs[] = { ETIMEDOUT, ENODATA, ENOENT,	 EACCES, EHOSTUNREACH,
				    EAGAIN,    EFBIG,	EBADMSG, 0 };
	struct planned *p = *state;
	unsigned int i;

	world_make(p, 3);
	settle(p);
	for (i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		world_unknown(&p->facts.nic[1], errs[i]);
		planned_build(p);
		CLAIM(!world_steps(&p->plan), "errno %d: %u steps", errs[i], world_steps(&p->plan));
		assert_true(note_begins(p, "eth1: the metadata service "));
	}
	/* not even when the kernel has lost the address meanwhile */
	world_addr_gone(&p->facts.nic[1], "10.1.1.10");
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
}

static void routing__a_nic_that_is_gone__leaves_nothing(void **state)
{
	struct planned *p = *state;

	world_make(p, 3);
	settle(p);
	world_unplug(&p->facts, "eth1");
	world_unknown(&p->facts.nic[1], ETIMEDOUT); /* of eth2 */
	settle(p);
	assert_int_equal(world_table_of(&p->facts, "10.1.1.10"), 0);
	assert_int_not_equal(world_table_of(&p->facts, "10.1.2.10"), 0);
	assert_int_equal(p->facts.routing.nr_route, 3);
}

/* The link was down: its routes and addresses are gone, and nobody says why. */
static void routing__a_nic_without_its_routes__keeps_its_rules(void **state)
{
	struct planned *p = *state;

	world_make(p, 2);
	settle(p);
	p->facts.routing.nr_route = 0;
	world_addr_gone(&p->facts.nic[1], "10.1.1.10");
	p->facts.nic[1].up = false;
	world_unknown(&p->facts.nic[1], ETIMEDOUT);
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
}

static void routing__others__are_left(void **state)
{
	struct planned *p = *state;
	unsigned int i;

	world_make(p, 2);
	world_foreign_rule(&p->facts, "10.1.1.10/32", 77);
	world_foreign_rule(&p->facts, "10.8.8.8/32", 78);
	settle(p);
	assert_int_not_equal(world_table_of(&p->facts, "10.1.1.10"), 77);
	assert_int_equal(p->facts.routing.nr_rule, 3);
	world_unplug(&p->facts, "eth1");
	settle(p);
	assert_int_equal(p->facts.routing.nr_rule, 2);
	for (i = 0; i < 2; i++)
		assert_false(p->facts.routing.rule[i].ours);
}

static void routing__a_cni__keeps_its_nics(void **state)
{
	struct planned *p = *state;

	world_make(p, 3);
	strcpy(p->facts.nic[1].owner, "terway");
	settle(p);
	assert_int_equal(world_table_of(&p->facts, "10.1.1.10"), 0);
	assert_int_not_equal(world_table_of(&p->facts, "10.1.2.10"), 0);
	assert_true(note_begins(p, "eth1: source_routing = yes (test.conf:1), but it belongs to"));
}

static void routing__a_kubernetes_node__is_asked_for_by_name(void **state)
{
	struct planned *p = *state;

	world_make(p, 3);
	machine_owner(&p->facts, "kubelet", IS_YES);
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
	machine_section(&p->policy, "eth2")->source_routing = IS_YES;
	settle(p);
	assert_int_equal(world_table_of(&p->facts, "10.1.1.10"), 0);
	assert_int_not_equal(world_table_of(&p->facts, "10.1.2.10"), 0);
}

static void routing__nobody_asks__nothing_is_planned(void **state)
{
	struct planned *p = *state;

	world_make(p, 2);
	settle(p);
	p->policy.nic[0].source_routing = IS_NO;
	world_unplug(&p->facts, "eth1");
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0); /* down gives it back, nothing else */
}

static void routing__a_login__wants_consent(void **state)
{
	struct planned *p = *state;
	bool needs = false;

	world_make(p, 2);
	p->facts.nic[1].login = true;
	planned_build(p);
	assert_int_equal(plan_risk(&p->plan, &needs), RISK_CAN_CUT_OFF);
	assert_true(needs);
	p->policy.nic[0].allow_risk = RISK_CAN_CUT_OFF;
	planned_build(p);
	(void)plan_risk(&p->plan, &needs);
	assert_false(needs);
}

static void routing__somebody_has_our_number__nothing_is_set(void **state)
{
	struct planned *p = *state;

	world_make(p, 2);
	strcpy(p->facts.routing.proto_taken, "bgpish");
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
	p->facts.routing.proto_taken[0] = 0;
	p->facts.routing.known = IS_UNKNOWN;
	planned_build(p);
	assert_int_equal(world_steps(&p->plan), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_EMPTY(routing__a_second_nic__gets_a_table_and_a_rule),
		TEST_EMPTY(routing__ipv6__goes_the_same_way),
		TEST_EMPTY(routing__networks_inside__stay_reachable),
		TEST_EMPTY(routing__no_table_collision_with_60_enis),
		TEST_EMPTY(routing__the_same_nic__has_the_same_table_beside_others),
		TEST_EMPTY(routing__an_empty_word__is_no_number),
		TEST_EMPTY(routing__two_nics_with_one_answer__get_nothing),
		TEST_EMPTY(routing__a_gateway_from_elsewhere__is_not_taken),
		TEST_EMPTY(routing__an_address__comes_and_goes_with_both),
		TEST_EMPTY(routing__an_error__changes_nothing),
		TEST_EMPTY(routing__a_nic_that_is_gone__leaves_nothing),
		TEST_EMPTY(routing__a_nic_without_its_routes__keeps_its_rules),
		TEST_EMPTY(routing__others__are_left),
		TEST_EMPTY(routing__a_cni__keeps_its_nics),
		TEST_EMPTY(routing__a_kubernetes_node__is_asked_for_by_name),
		TEST_EMPTY(routing__nobody_asks__nothing_is_planned),
		TEST_EMPTY(routing__a_login__wants_consent),
		TEST_EMPTY(routing__somebody_has_our_number__nothing_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
