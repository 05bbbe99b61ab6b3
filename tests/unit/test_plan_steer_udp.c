// SPDX-License-Identifier: GPL-2.0
/*
 * UDP sockets for lanes in the plan. The rule: a group of them is one of a section
 * for UDP alone, and what is known of TCP in this kernel says nothing of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/groups.h"
#include "base/step.h"
#include "facts/facts.h"
#include "plan/plan.h"
#include "tests/unit/planned.h"

/* Four workers, one on each CPU, on one UDP port; of the kernel only TCP is known. */
static int udp_setup(void **state)
{
	int ret = planned_setup_four(state);
	struct planned *p = *state;
	struct listen_group *group;
	unsigned int i;

	p->facts.groups_known = IS_YES;
	p->facts.groups_heed_cpu = IS_YES;
	p->facts.group = group = calloc(1, sizeof(*group));
	p->policy.steer = calloc(1, sizeof(*p->policy.steer));
	assert_non_null(group);
	assert_non_null(p->policy.steer);
	p->facts.nr_group = p->policy.nr_steer = 1;
	strcpy(p->policy.steer->name, "dns");
	p->policy.steer->port = 53;
	p->policy.steer->udp = p->policy.steer->stateless = true;
	strcpy(group->listen, "udp 0.0.0.0:53");
	group->port = 53;
	group->udp = true;
	group->socket = calloc(4, sizeof(*group->socket));
	assert_non_null(group->socket);
	group->nr_socket = 4;
	for (i = 0; i < 4; i++) {
		struct group_socket *s = &group->socket[i];

		s->inode = 100 + i;
		s->incoming_cpu = -1;
		s->servers = 1;
		s->pid = 812 + i;
		strcpy(s->server, "unbound (pid 812)");
		cpumask_add(&s->cpus, i);
	}
	return ret;
}

static void is_step(const struct planned *p, const char *after)
{
	assert_int_equal(p->plan.nr_step, 1);
	assert_int_equal(p->plan.step[0].knob.kind, KNOB_STEER);
	assert_string_equal(p->plan.step[0].knob.addr, "udp 0.0.0.0:53");
	assert_string_equal(p->plan.step[0].after, after);
}

static void steer_udp__way__is_what_the_kernel_does_with_udp(void **state)
{
	struct planned *p = *state;

	planned_build(p);
	is_step(p, "program 0,1,2,3"); /* without a spill: there is no backlog */
	p->facts.groups_heed_cpu_udp = IS_YES;
	p->facts.groups_heed_cpu = IS_NO;
	planned_build(p);
	is_step(p, "cpu 0,1,2,3");
}

static void steer_udp__section__is_of_one_protocol(void **state)
{
	struct planned *p = *state;

	p->policy.steer->udp = false;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "no sockets share port 53"));
	p->policy.steer->udp = true;
	strcpy(p->policy.steer->listen, "0.0.0.0:53");
	planned_build(p);
	is_step(p, "program 0,1,2,3");
	p->facts.group->udp = false;
	strcpy(p->facts.group->listen, "0.0.0.0:53");
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
}

#define UDP(name) cmocka_unit_test_setup_teardown(name, udp_setup, planned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UDP(steer_udp__way__is_what_the_kernel_does_with_udp),
		UDP(steer_udp__section__is_of_one_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
