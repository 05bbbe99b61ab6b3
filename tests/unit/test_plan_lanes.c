/*
 * Where lanes, helpers and transmit queues go, by example.
 *
 * The rule: a machine that a person can check on paper, and its whole answer.
 */
#include "tests/unit/planned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rss.h"

/* "0:8/0,8 1:9/1,9": each lane's CPU, its helpers, and who transmits by it. */
static void claim_lanes(const struct nic_plan *np, const char *wanted)
{
	char text[4096] = "", helpers[512], xps[512];
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < np->nr_lane; i++) {
		(void)cpumask_format_list(&np->lane[i].helpers, helpers, sizeof(helpers));
		(void)cpumask_format_list(&np->lane[i].xps, xps, sizeof(xps));
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u:%s/%s", i ? " " : "",
				       np->lane[i].cpu, helpers, xps);
	}
	CLAIM(!strcmp(text, wanted), "%s: lanes are  %s\n  instead of %s", np->ifname, text,
	      wanted);
}

static void plan__queues_cover_cpus__lane_i_is_cpu_i(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 4, 2, 1);
	machine_nic(&p->facts, 4, 4);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "0:/0 1:/1 2:/2 3:/3");
	assert_int_equal(p->plan.nic[0].verdict, NIC_STRAIGHT);
}

static void plan__siblings__are_helpers_of_their_own_core(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 8, 2, 1);
	machine_nic(&p->facts, 4, 4);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "0:1/0-1 2:3/2-3 4:5/4-5 6:7/6-7");
}

static void plan__six_cpus_four_queues__helpers_are_spread(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 6, 1, 1);
	machine_nic(&p->facts, 4, 4);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "0:4/0,4 1:5/1,5 2:/2 3:/3");
}

static void plan__two_nics__take_different_cores(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 8, 2, 1);
	machine_nic(&p->facts, 2, 2);
	machine_nic(&p->facts, 2, 2);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "0:1,4,6/0-1,4,6 2:3,5,7/2-3,5,7");
	claim_lanes(&p->plan.nic[1], "4:0,2,5/0,2,4-5 6:1,3,7/1,3,6-7");
}

static void plan__numa__lanes_and_helpers_stay_near(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 8, 1, 2);
	machine_nic(&p->facts, 2, 2)->node = 1;
	machine_nic(&p->facts, 4, 4)->node = 0;
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "4:0,2,6/0,2,4,6 5:1,3,7/1,3,5,7");
	claim_lanes(&p->plan.nic[1], "0:4/0,4 1:5/1,5 2:6/2,6 3:7/3,7");
}

static void plan__buses__not_names_give_the_order(void **state)
{
	struct planned *p = *state;
	struct nic *nic;

	machine_cpus(&p->facts, 4, 1, 1);
	nic = machine_nic(&p->facts, 2, 2);
	(void)snprintf(nic->bus, sizeof(nic->bus), "0000:00:0f.0");
	machine_nic(&p->facts, 2, 2);
	planned_build(p);
	assert_string_equal(p->plan.nic[0].ifname, "eth1");
	claim_lanes(&p->plan.nic[0], "0:2/0,2 1:3/1,3");
	claim_lanes(&p->plan.nic[1], "2:0/0,2 3:1/1,3");
}

static void plan__isolated_cpus__only_transmit(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 8, 1, 1);
	assert_int_equal(cpumask_parse_list("4-7", &p->facts.cpus.isolated), 0);
	machine_nic(&p->facts, 8, 8);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "0:/0,4 1:/1,5 2:/2,6 3:/3,7");
	assert_string_equal(p->plan.note[0], "isolated: CPUs 4-7 get no lane and no RPS, and "
					     "transmit by the nearest lane");
}

static void plan__allowed_cpus__are_the_only_lanes(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 4, 1, 1);
	assert_int_equal(cpumask_parse_list("1,3", &p->policy.allowed), 0);
	machine_nic(&p->facts, 4, 4);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "1:/0-1 3:/2-3");
}

static void plan__named_cpus__are_taken_in_their_order(void **state)
{
	static const unsigned int cpus[] = { 2, 0, 3, 1 };
	struct planned *p = *state;

	machine_cpus(&p->facts, 4, 1, 1);
	machine_nic(&p->facts, 4, 4);
	machine_section_cpus(machine_section(&p->policy, "eth0"), 4, cpus);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "2:/2 0:/0 3:/3 1:/1");
}

static void plan__named_cpus__are_kept_clear_by_other_nics(void **state)
{
	static const unsigned int cpus[] = { 0, 1 };
	struct planned *p = *state;

	machine_cpus(&p->facts, 4, 1, 1);
	machine_nic(&p->facts, 2, 2);
	machine_nic(&p->facts, 2, 2);
	machine_section_cpus(machine_section(&p->policy, "eth1"), 2, cpus);
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "2:0/0,2 3:1/1,3");
	claim_lanes(&p->plan.nic[1], "0:2/0,2 1:3/1,3");
}

static void plan__one_queue__feeds_all_other_cpus(void **state)
{
	struct planned *p = *state;

	machine_cpus(&p->facts, 4, 1, 1);
	machine_nic(&p->facts, 1, 1);
	machine_sysctl(&p->facts, "net.core.rps_sock_flow_entries", "0");
	planned_build(p);
	claim_lanes(&p->plan.nic[0], "0:1-3/0-3");
	assert_int_equal(p->plan.nr_step, 5); /* two interrupts, RFS of the node, RPS, RFS */
	assert_int_equal(p->plan.step[2].knob.kind, KNOB_RPS_SOCK_FLOW);
	assert_string_equal(p->plan.step[2].after, "32768");
	assert_string_equal(p->plan.step[3].after, "e");
	assert_string_equal(p->plan.step[4].after, "32768");
}

static void claim_rss(const unsigned int *table, unsigned int nr, const char *wanted)
{
	char *text = rss_text(table, nr);

	assert_string_equal(text, wanted);
	free(text);
}

static void rss__tables__have_one_text_each(void **state)
{
	static const unsigned int equal[] = { 0, 1, 2, 0, 1, 2, 0, 1 }, zero[] = { 0, 0 };
	static const unsigned int list[] = { 0, 1, 1, 0 }, beyond[] = { 9 };
	char *text;

	claim_rss(equal, 8, "equal 3");
	claim_rss(equal, 2, "equal 2");
	claim_rss(zero, 2, "equal 1");
	claim_rss(list, 4, "0 1 1 0");
	claim_rss(beyond, 1, "9");
	claim_rss(NULL, 0, "-");
	text = rss_equal_text(64, 16);
	assert_string_equal(text, "equal 16");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_EMPTY(plan__queues_cover_cpus__lane_i_is_cpu_i),
		TEST_EMPTY(plan__siblings__are_helpers_of_their_own_core),
		TEST_EMPTY(plan__six_cpus_four_queues__helpers_are_spread),
		TEST_EMPTY(plan__two_nics__take_different_cores),
		TEST_EMPTY(plan__numa__lanes_and_helpers_stay_near),
		TEST_EMPTY(plan__buses__not_names_give_the_order),
		TEST_EMPTY(plan__isolated_cpus__only_transmit),
		TEST_EMPTY(plan__allowed_cpus__are_the_only_lanes),
		TEST_EMPTY(plan__named_cpus__are_taken_in_their_order),
		TEST_EMPTY(plan__named_cpus__are_kept_clear_by_other_nics),
		TEST_EMPTY(plan__one_queue__feeds_all_other_cpus),
		cmocka_unit_test(rss__tables__have_one_text_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
