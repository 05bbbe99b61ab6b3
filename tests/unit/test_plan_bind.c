/*
 * Bindings in the plan: what stands is one step away from what is wanted, and what
 * is said of listeners and of others.
 *
 * The rule: a listener that is not there is said, and is no reason to do nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bind.h"
#include "plan/bind.h"
#include "tests/unit/planned.h"

static int bind_setup(void **state)
{
	int ret = planned_setup_four(state);
	struct planned *p = *state;

	assert_int_equal(bindings_parse("web tcp 10.0.0.0/24 80 to 8080", &p->policy.bind,
					&p->policy.nr_bind),
			 0);
	p->facts.binds_known = IS_YES;
	p->facts.bind_value = strdup(KNOB_ABSENT);
	p->facts.endpoint = calloc(1, sizeof(*p->facts.endpoint));
	assert_non_null(p->facts.endpoint);
	p->facts.nr_endpoint = 1;
	*p->facts.endpoint = (struct endpoint){ "0.0.0.0:8080", 8080, false, false, false, 1 };
	return ret;
}

static void stands(struct planned *p, const char *value)
{
	free(p->facts.bind_value);
	p->facts.bind_value = strdup(value);
	planned_build(p);
}

static void is_step(const struct planned *p, const char *before, const char *after)
{
	const struct step *step = &p->plan.step[0];

	assert_int_equal(p->plan.nr_step, 1);
	assert_int_equal(step->knob.kind, KNOB_BIND);
	assert_string_equal(step->before, before);
	assert_string_equal(step->after, after);
	assert_int_equal(step->risk, RISK_NONE);
}

static void bind_plan__what_stands__is_one_step_away(void **state)
{
	const char *wanted = "web tcp 10.0.0.0/24 80 to 8080";
	struct planned *p = *state;

	planned_build(p);
	is_step(p, KNOB_ABSENT, wanted);
	stands(p, wanted);
	assert_int_equal(p->plan.nr_step, 0);
	stands(p, "web tcp 10.0.0.0/24 80 to 8080" BIND_STALE);
	is_step(p, "web tcp 10.0.0.0/24 80 to 8080" BIND_STALE, wanted);
	stands(p, BIND_FOREIGN);
	is_step(p, BIND_FOREIGN, wanted);
	/* the last section is taken out: so is the binding */
	bindings_free(p->policy.bind, p->policy.nr_bind);
	p->policy.bind = NULL;
	p->policy.nr_bind = 0;
	stands(p, wanted);
	is_step(p, wanted, KNOB_ABSENT);
	stands(p, KNOB_ABSENT);
	assert_int_equal(p->plan.nr_step, 0);
}

static void bind_plan__no_listener__is_said_and_waited_for(void **state)
{
	struct planned *p = *state;

	planned_build(p);
	assert_false(planned_says(p, "nobody listens"));
	assert_false(bind_waits(&p->policy, &p->facts));
	p->facts.endpoint->udp = true;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 1);
	assert_true(planned_says(p, "nobody listens on 8080 for TCP over IPv4"));
	assert_true(bind_waits(&p->policy, &p->facts));
}

static void bind_plan__what_others_do__is_said(void **state)
{
	struct planned *p = *state;

	strcpy(p->facts.endpoint->listen, "10.0.0.9:80");
	p->facts.endpoint->port = 80;
	planned_build(p);
	assert_true(planned_says(p, "web: it takes new connections to 10.0.0.9:80"));
	strcpy(p->facts.endpoint->listen, "0.0.0.0:80"); /* of all addresses only some are taken */
	planned_build(p);
	assert_false(planned_says(p, "it takes new connections"));
	strcpy(p->policy.bind->prefix[0], "0.0.0.0/0");
	planned_build(p);
	assert_true(planned_says(p, "web: it takes new connections to 0.0.0.0:80"));
	p->facts.foreign = calloc(1, sizeof(*p->facts.foreign));
	assert_non_null(p->facts.foreign);
	p->facts.nr_foreign = 1;
	*p->facts.foreign = (struct foreign){ "sk_lookup", "this network namespace", 7, "tubular" };
	planned_build(p);
	assert_true(planned_says(p, "program 7 (tubular) looks sockets up here as well"));
	assert_int_equal(p->plan.nr_step, 1);
}

static void bind_plan__not_known__is_left(void **state)
{
	struct planned *p = *state;

	p->facts.binds_known = IS_UNKNOWN;
	p->facts.binds_err = EPERM;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "what stands of bindings is not known"));
}

#define TEST_BIND(name) cmocka_unit_test_setup_teardown(name, bind_setup, planned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_BIND(bind_plan__what_stands__is_one_step_away),
		TEST_BIND(bind_plan__no_listener__is_said_and_waited_for),
		TEST_BIND(bind_plan__what_others_do__is_said),
		TEST_BIND(bind_plan__not_known__is_left),
	};

	return cmocka_run_group_tests_name("plan_bind", tests, NULL, NULL);
}
