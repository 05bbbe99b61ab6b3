/*
 * What the owner may ask, and which NICs are left and why, by example.
 *
 * The rule: sentences are compared whole, since people act on them.
 */
#include "tests/unit/planned.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "facts/facts.h"
#include "plan/plan.h"

static void claim_refused(struct planned *p, const char *sentence)
{
	memset(&p->err, 0, sizeof(p->err));
	assert_int_equal(plan_build(&p->facts, &p->policy, &p->plan, &p->err),
			 strstr(sentence, "offline") ? -EAGAIN : -EINVAL);
	assert_string_equal(p->err.text, sentence);
	assert_null(p->plan.step);
	assert_null(p->plan.nic);
}

static void claim_left(struct planned *p, const char *reason)
{
	planned_build(p);
	assert_int_equal(p->plan.nic[0].verdict, NIC_LEFT);
	assert_string_equal(p->plan.nic[0].reason, reason);
	assert_int_equal(p->plan.nr_step, 0);
}

static void policy__cpus_that_cannot_be__are_refused(void **state)
{
	static const struct {
		unsigned int nr, cpus[5];
		const char *sentence;
	} cases[] = {
		{ 2, { 0, 9 }, "test.conf:1: cpus names CPU 9, which is not there" },
		{ 2, { 0, 3 }, "test.conf:1: cpus names CPU 3, which is offline" },
		{ 3, { 0, 1, 0 }, "test.conf:1: cpus names CPU 0 twice" },
		{ 5,
		  { 0, 1, 2, 3, 4 },
		  "test.conf:1: cpus names 5 CPUs, but eth0 has only 4 queues" },
	};
	struct planned *p = *state;
	unsigned int i;

	cpumask_del(&p->facts.cpus.online, 3);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		machine_policy_free(&p->policy);
		machine_section_cpus(machine_section(&p->policy, "eth0"), cases[i].nr,
				     cases[i].cpus);
		claim_refused(p, cases[i].sentence);
	}
}

static void policy__channels_beyond_the_device__are_refused(void **state)
{
	struct planned *p = *state;

	machine_section(&p->policy, "eth0")->channels = 5;
	claim_refused(p, "test.conf:1: channels = 5, but eth0 has 1 to 4");
}

static void policy__channels_for_every_nic__mean_at_most(void **state)
{
	struct planned *p = *state;

	machine_section(&p->policy, "*")->channels = 5;
	planned_build(p);
	assert_int_equal(p->plan.nic[0].verdict, NIC_STRAIGHT);
	assert_true(
		planned_has_note(p, "test.conf:1: channels = 5 for every NIC; eth0 has only 4"));
}

static void policy__channels_beyond_the_cpus__are_cut(void **state)
{
	struct planned *p = *state;

	machine_nic(&p->facts, 8, 2);
	machine_section(&p->policy, "eth1")->channels = 6;
	planned_build(p);
	assert_int_equal(p->plan.nic[1].nr_lane, 4);
	assert_true(planned_has_note(
		p, "test.conf:1: channels = 6, but only 4 CPUs may carry a lane of eth1"));
}

/* What keeps a node that lost a CPU from a change of channels that nobody can confirm. */
static void policy__channels_as_they_are__never_change(void **state)
{
	struct planned *p = *state;

	cpumask_del(&p->facts.cpus.online, 3);
	machine_section(&p->policy, "eth0")->channels = 4;
	claim_left(p, "it keeps 4 queues (test.conf:1), but only 3 CPUs may carry lanes");
}

static void policy__one_section_that_contradicts_itself__is_refused(void **state)
{
	static const unsigned int cpus[] = { 0, 1 };
	struct planned *p = *state;
	struct nic_policy *section = machine_section(&p->policy, "eth0");

	section->channels = 3;
	machine_section_cpus(section, 2, cpus);
	claim_refused(p, "test.conf:1: channels = 3, but cpus names 2; one of them is enough");
}

static void policy__later_section__wins_key_by_key(void **state)
{
	static const unsigned int cpus[] = { 3, 2 };
	struct planned *p = *state;

	machine_section_cpus(machine_section(&p->policy, "02:00:00:00:00:00"), 2, cpus);
	machine_section(&p->policy, "0000:00:05.0")->channels = 3;
	machine_section(&p->policy, "eth0")->rps = CHOICE_OFF;
	planned_build(p);
	assert_int_equal(p->plan.nic[0].nr_lane, 3);
	assert_int_equal(p->plan.nic[0].lane[0].cpu, 0);
	assert_string_equal(planned_step(p, KNOB_RPS, 0)->after, "0");
}

static void policy__section_without_a_nic__is_named(void **state)
{
	struct planned *p = *state;

	machine_section(&p->policy, "eth7");
	planned_build(p);
	assert_true(planned_has_note(p, "test.conf:1: no NIC here is [nic eth7]"));
}

static void plan__nic_of_others__is_left_with_the_reason(void **state)
{
	struct planned *p = *state;
	struct nic *nic = p->facts.nic;

	(void)snprintf(nic->owner, sizeof(nic->owner), "terway");
	claim_left(p, "it belongs to terway, which is left to set it up");
	nic->owner[0] = 0;
	nic->vectors = VECTORS_SHARED;
	claim_left(p, "its queues share one interrupt: a lane needs one of its own");
	nic->vectors = VECTORS_UNKNOWN;
	claim_left(p, "the interrupts of its queues were not found");
	nic->vectors = VECTORS_PER_QUEUE;
	nic->channels.known = IS_UNKNOWN;
	nic->channels.err = EPERM;
	claim_left(p, "its channels could not be read (errno 1)");
	nic->channels.known = IS_NO;
	claim_left(p, "its driver has no channels to set");
	nic->channels.known = IS_YES;
	nic->channels.max = 5;
	claim_left(p, "its facts do not fit together: 4 of 5 channels, 4 queues seen");
	nic->channels.max = 4;
	p->facts.cpus.isolated = p->facts.cpus.online;
	claim_left(p, "no CPU may carry a lane: each is isolated or not in allowed_cpus");
	cpumask_clear(&p->facts.cpus.isolated);
	(void)snprintf(nic->driver, sizeof(nic->driver), "e1000");
	claim_left(p, "netlane does not know this driver (e1000)");
	(void)snprintf(nic->ifname, sizeof(nic->ifname), "../x");
	claim_left(p, "its name cannot be an interface's");
	machine_section(&p->policy, "*")->manage = IS_NO;
	(void)snprintf(nic->ifname, sizeof(nic->ifname), "eth0");
	claim_left(p, "manage = no (test.conf:1)");
}

static void plan__driver_not_driven__shows_lanes_and_sets_nothing(void **state)
{
	struct planned *p = *state;

	(void)snprintf(p->facts.nic[0].driver, sizeof(p->facts.nic[0].driver), "ena");
	p->facts.nic[0].vectors = VECTORS_UNKNOWN;
	claim_left(p, "the driver ena is not driven yet: its lanes are shown, nothing is set");
	assert_int_equal(p->plan.nic[0].nr_lane, 4);
}

static void plan__veth__is_shown_only_when_named(void **state)
{
	struct planned *p = *state;
	struct nic *nic = machine_nic(&p->facts, 1, 1);

	(void)snprintf(nic->driver, sizeof(nic->driver), "veth");
	nic->bus[0] = 0;
	machine_section(&p->policy, "*");
	planned_build(p);
	assert_int_equal(p->plan.nr_nic, 1);
	machine_section(&p->policy, "eth1");
	planned_build(p);
	assert_int_equal(p->plan.nr_nic, 2);
	assert_string_equal(p->plan.nic[1].reason, "not a driven NIC (veth)");
}

static void plan__xdp_program__keeps_the_channels(void **state)
{
	static const unsigned int cpus[] = { 0, 1 };
	struct planned *p = *state;
	struct nic_policy *section = machine_section(&p->policy, "eth0");

	p->facts.nic[0].xdp_prog = 12;
	section->channels = 2;
	planned_build(p);
	assert_int_equal(p->plan.nic[0].verdict, NIC_STRAIGHT);
	assert_true(planned_has_note(
		p, "eth0: XDP program 12 is on it, so that it keeps 4 queues instead of 2"));
	section->channels = 0;
	machine_section_cpus(section, 2, cpus);
	claim_left(p, "XDP program 12 is on it: it keeps 4 queues, and lanes need 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_FOUR(policy__cpus_that_cannot_be__are_refused),
		TEST_FOUR(policy__channels_beyond_the_device__are_refused),
		TEST_FOUR(policy__channels_for_every_nic__mean_at_most),
		TEST_FOUR(policy__channels_beyond_the_cpus__are_cut),
		TEST_FOUR(policy__channels_as_they_are__never_change),
		TEST_FOUR(policy__one_section_that_contradicts_itself__is_refused),
		TEST_FOUR(policy__later_section__wins_key_by_key),
		TEST_FOUR(policy__section_without_a_nic__is_named),
		TEST_FOUR(plan__nic_of_others__is_left_with_the_reason),
		TEST_FOUR(plan__driver_not_driven__shows_lanes_and_sets_nothing),
		TEST_FOUR(plan__veth__is_shown_only_when_named),
		TEST_FOUR(plan__xdp_program__keeps_the_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
