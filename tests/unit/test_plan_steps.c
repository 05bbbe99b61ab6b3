/*
 * What steps, notes and the script say, by example.
 *
 * The rule: sentences are compared whole, since people act on them.
 */
#include "tests/unit/planned.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "plan/plan.h"

static void plan__channel_change__is_gated_where_the_node_is_reached(void **state)
{
	static const bool gates[][3] = { { 0, 0, 0 }, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
	struct planned *p = *state;
	struct nic *nic = p->facts.nic;
	const struct step *step;
	bool confirm;
	unsigned int i;

	machine_section(&p->policy, "eth0")->channels = 2;
	for (i = 0; i < 4; i++) {
		nic->default_route = gates[i][0];
		nic->metadata_route = gates[i][1];
		nic->login = gates[i][2];
		planned_build(p);
		step = planned_step(p, KNOB_CHANNELS, 0);
		assert_int_equal(step->risk, RISK_BLIP);
		assert_int_equal(step->needs_confirm, i > 0);
		assert_int_equal(plan_risk(&p->plan, &confirm), RISK_BLIP);
		assert_int_equal(confirm, i > 0);
	}
	p->policy.nic[0].allow_risk = RISK_BLIP;
	planned_build(p);
	assert_false(planned_step(p, KNOB_CHANNELS, 0)->needs_confirm);
}

static void claim_step(const struct planned *p, enum knob_kind kind, unsigned int queue,
		       const char *before, const char *after, bool carried)
{
	const struct step *s = planned_step(p, kind, queue);

	CLAIM(!strcmp(s->before, before) && !strcmp(s->after, after) && s->carried == carried,
	      "%s %u: %s -> %s%s", knob_names[kind], queue, s->before, s->after,
	      s->carried ? " (carried)" : "");
}

static void plan__fewer_channels__carry_what_the_driver_resets(void **state)
{
	struct planned *p = *state;

	p->facts.nic[0].queue[0].rps_flow_cnt = 64;
	cpumask_add(&p->facts.nic[0].queue[3].xps_rxqs, 1);
	machine_section(&p->policy, "eth0")->channels = 2;
	planned_build(p);
	claim_step(p, KNOB_CHANNELS, 0, "4", "2", false);
	claim_step(p, KNOB_IRQ_IN, 0, "1", "1", true);
	claim_step(p, KNOB_IRQ_OUT, 3, "8", "8", true);
	claim_step(p, KNOB_XPS, 0, "1", "5", false);
	claim_step(p, KNOB_XPS, 3, "8", "-", true);
	claim_step(p, KNOB_XPS_RXQS, 3, "2", "-", true);
	claim_step(p, KNOB_RPS, 2, "0", "-", true);
	claim_step(p, KNOB_RPS_FLOW, 0, "64", "0", false);
	assert_int_equal(p->plan.nr_step, 1 + 8 + 1 + 4 + 4 + 4);
	assert_int_equal(p->plan.nic[0].straight, 0);
}

static void plan__more_channels__bring_queues_that_were_absent(void **state)
{
	struct planned *p = *state;

	p->facts.nr_nic = 0;
	free(p->facts.nic[0].queue);
	machine_nic(&p->facts, 4, 2);
	planned_build(p);
	claim_step(p, KNOB_CHANNELS, 0, "2", "4", false);
	claim_step(p, KNOB_IRQ_IN, 2, "f", "4", false);
	claim_step(p, KNOB_XPS, 1, "c", "2", false);
	claim_step(p, KNOB_XPS, 2, "-", "4", true);
	claim_step(p, KNOB_RPS, 3, "-", "0", true);
	assert_true(planned_step(p, KNOB_XPS, 1)->before_is_default);
	assert_false(planned_step(p, KNOB_CHANNELS, 0)->before_is_default);
}

static void plan__rss_off__keeps_a_table_of_the_owner(void **state)
{
	struct planned *p = *state;
	struct nic_policy *section = machine_section(&p->policy, "eth0");

	machine_rss(p->facts.nic, 8, 4);
	section->channels = 2;
	section->rss = CHOICE_OFF;
	planned_build(p);
	assert_int_equal(p->plan.nic[0].nr_lane, 2); /* the driver's own table */
	p->facts.nic[0].rss.table[0] = 3;
	planned_build(p);
	assert_true(planned_has_note(
		p, "eth0: rss = off and its hash uses more queues, so that it keeps 4 "
		   "queues instead of 2"));
	p->facts.nic[0].rss.table[1] = UINT_MAX; /* facts from a file may hold anything */
	planned_build(p);
	assert_int_equal(p->plan.nic[0].nr_lane, 4);
	p->facts.nic[0].rss.table[1] = 1;
	section->rss = CHOICE_AUTO;
	planned_build(p);
	claim_step(p, KNOB_RSS, 0, "3 1 2 3 0 1 2 3", "equal 2", false);
}

static void plan__why__names_the_cause(void **state)
{
	struct planned *p = *state;
	struct queue *q = p->facts.nic[0].queue;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		q[i].xps = q[i].rps = p->facts.cpus.online;
		q[i].rps_flow_cnt = 8192;
	}
	q[2].in.affinity = p->facts.cpus.online;
	q[3].out.affinity = q[0].out.affinity;
	machine_rss(p->facts.nic, 4, 2);
	planned_build(p);
	assert_string_equal(
		planned_step(p, KNOB_XPS, 1)->why,
		"all 4 CPUs share this queue's XPS mask: the kernel picks by hash, not by lane");
	assert_string_equal(planned_step(p, KNOB_IRQ_IN, 2)->why,
			    "interrupt may go to CPUs 0-3; lane 2 runs on CPU 2");
	assert_string_equal(planned_step(p, KNOB_IRQ_OUT, 3)->why,
			    "interrupt goes to CPU 0; lane 3 runs on CPU 3");
	assert_string_equal(planned_step(p, KNOB_RPS, 0)->why,
			    "RPS is redundant: 4 queues cover 4 CPUs");
	assert_string_equal(planned_step(p, KNOB_RPS_FLOW, 0)->why,
			    "lane 0 hands no packets to others: RFS has no use here");
	assert_string_equal(planned_step(p, KNOB_RSS, 0)->why,
			    "the receive hash reaches only queues 0-1, there are 4 lanes");
}

static void plan__irqbalance__is_asked_for_our_interrupts_only(void **state)
{
	struct planned *p = *state;

	machine_owner(&p->facts, "irqbalance", IS_YES);
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_has_note(
		p, "irqbalance is running and will move the interrupts again; what it "
		   "leaves alone could not be read: run it with --banirq for each of "
		   "them"));
	p->facts.irqbalance_banned = strdup("27 9");
	planned_build(p);
	claim_step(p, KNOB_IRQBALANCE, 0, "9 27", "9 26 27 28 29 30 31 32 33", false);
	assert_int_equal(p->plan.step[0].knob.kind, KNOB_IRQBALANCE);
	assert_string_equal(p->plan.step[0].knob.bus, "");
	p->policy.irqbalance = false;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	p->policy.irqbalance = true;
	p->facts.owner[0].active = IS_NO;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_int_equal(p->plan.nr_note, 1); /* the hash is the device's */
}

static void plan__co_owners__are_named_with_what_they_touch(void **state)
{
	struct planned *p = *state;

	machine_owner(&p->facts, "ecs_mq", IS_YES);
	machine_owner(&p->facts, "tuned", IS_NO);
	planned_build(p);
	assert_int_equal(p->plan.nr_note, 2);
	assert_string_equal(p->plan.note[0],
			    "ecs_mq runs at boot and on hotplug and will rewrite irq affinity; "
			    "netlane does not stop it (seen: pid 412)");
}

static void plan__odd_names__stay_words_and_comments_of_the_script(void **state)
{
	struct planned *p = *state;
	struct nic *nic = p->facts.nic;
	char *script;

	nic->queue[1].xps = p->facts.cpus.online;
	(void)snprintf(nic->ifname, sizeof(nic->ifname), "a'$(x);`y`");
	planned_build(p);
	script = plan_as_shell(&p->plan);
	assert_non_null(strstr(script, "\nnic 'a'\\''$(x);`y`' 0000:00:05.0 02:00:00:00:00:00\n"));
	assert_non_null(strstr(script, "\nqueue tx-1 xps_cpus 2\n"));
	free(script);
	(void)snprintf(nic->ifname, sizeof(nic->ifname), "e\n\x1b[1m");
	planned_build(p);
	script = plan_as_shell(&p->plan);
	assert_non_null(strstr(script, "\nnic \"$(printf '\\145\\012\\033\\133\\061\\155')\" "));
	assert_non_null(strstr(script, "\n# e\\x0a\\x1b[1m: 3 of 4 lanes straight\n"));
	assert_null(strchr(script, '\x1b'));
	free(script);
}

/* What the service would have to give back, had somebody changed it meanwhile. */
static void plan__keeping__holds_what_is_straight(void **state)
{
	struct planned *p = *state;
	bool confirm;
	unsigned int i;

	p->facts.nic[0].default_route = true;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	p->policy.keeping = true;
	planned_build(p);
	assert_int_equal(plan_changes(&p->plan), 0);
	assert_int_equal(plan_risk(&p->plan, &confirm), RISK_NONE);
	assert_false(confirm);
	assert_int_equal(p->plan.nic[0].verdict, NIC_STRAIGHT);
	claim_step(p, KNOB_CHANNELS, 0, "4", "4", true);
	for (i = 0; i < 4; i++) {
		assert_true(planned_step(p, KNOB_XPS, i)->carried);
		assert_true(planned_step(p, KNOB_IRQ_IN, i)->carried);
		assert_true(planned_step(p, KNOB_RPS, i)->carried);
		assert_true(planned_step(p, KNOB_XPS, i)->before_is_default);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_FOUR(plan__channel_change__is_gated_where_the_node_is_reached),
		TEST_FOUR(plan__fewer_channels__carry_what_the_driver_resets),
		TEST_FOUR(plan__more_channels__bring_queues_that_were_absent),
		TEST_FOUR(plan__rss_off__keeps_a_table_of_the_owner),
		TEST_FOUR(plan__why__names_the_cause),
		TEST_FOUR(plan__irqbalance__is_asked_for_our_interrupts_only),
		TEST_FOUR(plan__co_owners__are_named_with_what_they_touch),
		TEST_FOUR(plan__keeping__holds_what_is_straight),
		TEST_FOUR(plan__odd_names__stay_words_and_comments_of_the_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
