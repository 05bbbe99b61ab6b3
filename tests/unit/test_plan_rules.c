/*
 * The rules of the plan as properties, over every instance type and over
 * machines by chance.
 *
 * The rule: the model of the driver (model.h) is the judge of what steps do,
 * and a failure names the machine.
 */
#include "tests/unit/machine.h"
#include "tests/unit/model.h"
#include "tests/unit/plan_claims.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "facts/facts.h"
#include "facts/instances.h"
#include "plan/plan.h"

/* Some 3 s with the sanitizers on a slow machine; NETLANE_MACHINES=100000 looks further. */
#define MACHINES 600

static void claim_applied(const struct facts *facts, const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++) {
		const struct step *s = &plan->step[i];
		char *now = model_read(facts, &s->knob);

		CLAIM(!strcmp(now, s->after), "%s: %s %s %u: after is %s, the node has %s", what,
		      s->ifname, knob_names[s->knob.kind], s->knob.queue, s->after, now);
		free(now);
	}
}

static void claim_undone(const struct facts *facts, const struct policy *policy,
			 const struct plan *plan)
{
	struct err err = { 0 };
	struct facts copy;
	struct plan again;
	const char *differs;
	unsigned int i;

	model_copy(&copy, facts);
	model_apply(&copy, plan);
	claim_applied(&copy, plan);
	CLAIM(!plan_build(&copy, policy, &again, &err), "%s: again: %s", what, err.text);
	CLAIM(!again.nr_step, "%s: %u steps are left, the first is %s %s: %s -> %s", what,
	      again.nr_step, again.step[0].ifname, knob_names[again.step[0].knob.kind],
	      again.step[0].before, again.step[0].after);
	for (i = 0; i < again.nr_nic; i++)
		if (again.nic[i].verdict != NIC_LEFT)
			claim_wanted(&copy, policy, &again.nic[i]);
	for (i = 0; i < again.nr_nic; i++)
		CLAIM(again.nic[i].verdict == NIC_LEFT ||
			      again.nic[i].straight == again.nic[i].nr_lane,
		      "%s: %u of %u lanes straight after the plan", what, again.nic[i].straight,
		      again.nic[i].nr_lane);
	plan_free(&again);
	model_undo(&copy, plan);
	differs = model_differs(facts, &copy);
	CLAIM(!differs, "%s: undo left another %s", what, differs);
	facts_free(&copy);
}

static void claim_same_again(const struct facts *facts, const struct policy *policy,
			     const struct plan *plan)
{
	struct json_object *a = fields_to_json(plan_fields, plan), *b;
	struct err err = { 0 };
	struct plan again;

	assert_int_equal(plan_build(facts, policy, &again, &err), 0);
	b = fields_to_json(plan_fields, &again);
	assert_string_equal(json_object_to_json_string(a), json_object_to_json_string(b));
	json_object_put(a);
	json_object_put(b);
	plan_free(&again);
}

static void claim_all(const struct facts *facts, const struct policy *policy)
{
	struct err err = { 0 };
	struct plan plan;
	unsigned int i, nr_changes = 0;

	CLAIM(!plan_build(facts, policy, &plan, &err), "%s: %s", what, err.text);
	for (i = 0; i < plan.nr_nic; i++) {
		const struct nic_plan *np = &plan.nic[i];

		CLAIM(np->verdict == NIC_CHANGES || np->reason[0], "%s: %s: no reason", what,
		      np->ifname);
		if (np->nr_lane)
			claim_lanes(facts, policy, np);
		else
			CLAIM(np->verdict == NIC_LEFT, "%s: %s: no lanes", what, np->ifname);
	}
	claim_sharing(facts, policy, &plan);
	claim_order(&plan);
	for (i = 0; i < plan.nr_step; i++) {
		claim_step(facts, policy, &plan, &plan.step[i]);
		claim_rps(facts, policy, &plan, &plan.step[i]);
		nr_changes += !plan.step[i].carried;
	}
	assert_int_equal(plan_changes(&plan), nr_changes);
	claim_undone(facts, policy, &plan);
	claim_same_again(facts, policy, &plan);
	plan_free(&plan);
}

static void plan__random_machines__keep_the_rules(void **state)
{
	struct policy policy;
	struct facts facts;
	const char *more = getenv("NETLANE_MACHINES");
	unsigned int seed, last = more ? (unsigned int)atoi(more) : MACHINES;

	for (seed = 1; seed <= last; seed++) {
		(void)snprintf(what, sizeof(what), "machine %u", seed);
		machine_random(seed, &facts, &policy);
		claim_all(&facts, &policy);
		facts_free(&facts);
		machine_policy_free(&policy);
	}
}

static void plan__instance_types__keep_the_rules(void **state)
{
	struct instance instance;
	struct policy policy;
	struct facts facts;
	struct err err;
	unsigned int i, nr = 0;

	machine_policy(&policy);
	for (i = 0; instances_at(i, &instance); i++) {
		memset(&err, 0, sizeof(err));
		if (instances_facts(instance.type, &facts, &err))
			continue; /* the table does not know its queues */
		(void)snprintf(what, sizeof(what), "%s", instance.type);
		claim_all(&facts, &policy);
		facts_free(&facts);
		nr++;
	}
	CLAIM(nr > 300, "only %u types of the table could be planned", nr);
}

static void plan__fresh_types_with_a_queue_a_cpu__are_straight(void **state)
{
	struct err err = { 0 };
	struct instance instance;
	struct policy policy;
	struct facts facts;
	struct plan plan;
	unsigned int i, nr = 0;

	machine_policy(&policy);
	for (i = 0; instances_at(i, &instance); i++) {
		if (!instance.nic_queues || instance.nic_queues < instance.vcpus ||
		    instances_facts(instance.type, &facts, &err))
			continue;
		assert_int_equal(plan_build(&facts, &policy, &plan, &err), 0);
		CLAIM(!plan.nr_step, "%s: %u steps", instance.type, plan.nr_step);
		assert_string_equal(plan.nic[0].reason, "already straight (the driver's default)");
		plan_free(&plan);
		facts_free(&facts);
		nr++;
	}
	CLAIM(nr > 100, "only %u types have a queue a CPU", nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan__random_machines__keep_the_rules),
		cmocka_unit_test(plan__instance_types__keep_the_rules),
		cmocka_unit_test(plan__fresh_types_with_a_queue_a_cpu__are_straight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
