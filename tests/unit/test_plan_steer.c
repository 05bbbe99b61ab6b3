/*
 * Listening sockets for lanes in the plan: when a group is steered, by what,
 * and what is said of one that is not; and the values as text.
 *
 * The rule: where it is not certain who serves and where, the hash stays.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/groups.h"
#include "base/step.h"
#include "facts/facts.h"
#include "plan/plan.h"
#include "tests/unit/planned.h"

/* Four workers, one on each CPU, and a kernel that heeds SO_INCOMING_CPU. */
static int steer_setup(void **state)
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
	strcpy(p->policy.steer->name, "web");
	p->policy.steer->port = 80;
	strcpy(group->listen, "0.0.0.0:80");
	group->port = 80;
	group->socket = calloc(4, sizeof(*group->socket));
	assert_non_null(group->socket);
	group->nr_socket = 4;
	for (i = 0; i < 4; i++) {
		struct group_socket *s = &group->socket[i];

		s->inode = 100 + i;
		s->incoming_cpu = -1;
		s->servers = 1;
		s->pid = 812 + i;
		strcpy(s->server, "nginx (pid 812)");
		cpumask_add(&s->cpus, 3 - i);
	}
	return ret;
}

static void is_step(const struct planned *p, const char *before, const char *after)
{
	const struct step *step = &p->plan.step[0];

	assert_int_equal(p->plan.nr_step, 1);
	assert_int_equal(step->knob.kind, KNOB_STEER);
	assert_string_equal(step->knob.addr, "0.0.0.0:80");
	assert_string_equal(step->before, before);
	assert_string_equal(step->after, after);
	assert_int_equal(step->risk, RISK_NONE);
}

/* No step, and this is why; the service looks again. */
static void is_left(struct planned *p, const char *why)
{
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	if (!planned_says(p, why))
		fail_msg("no note says '%s': %s", why, p->plan.nr_note ? p->plan.note[0] : "none");
	assert_non_null(strstr(p->plan.steer->left, why));
	assert_true(plan_steer_waits(&p->plan));
}

static void steer_plan__pinned__each_socket_for_its_worker(void **state)
{
	struct planned *p = *state;
	unsigned int i;

	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,0");
	assert_false(plan_steer_waits(&p->plan));
	for (i = 0; i < 4; i++)
		p->facts.group->socket[i].incoming_cpu = 3 - (int)i;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	/* a socket came, another's worker moved */
	p->facts.group->socket[2].incoming_cpu = -1;
	p->facts.group->socket[3].incoming_cpu = 2;
	planned_build(p);
	is_step(p, "cpu 3,2,-,2", "cpu 3,2,1,0");
}

static void steer_plan__way__is_the_kernels_or_as_asked(void **state)
{
	struct planned *p = *state;
	unsigned int i;

	p->facts.groups_heed_cpu = IS_NO;
	planned_build(p);
	is_step(p, "hash", "program 3,2,1,0 spill 50");
	p->facts.groups_heed_cpu = IS_UNKNOWN;
	planned_build(p);
	is_step(p, "hash", "program 3,2,1,0 spill 50");
	p->policy.steer->way = STEER_INCOMING_CPU;
	is_left(p, "by = incoming-cpu, which this kernel does not heed");
	p->facts.groups_heed_cpu = IS_YES;
	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,0");
	p->policy.steer->way = STEER_PROGRAM;
	planned_build(p);
	is_step(p, "hash", "program 3,2,1,0 spill 50");
	/* what is there stays of its kind */
	p->policy.steer->way = STEER_AUTO;
	p->facts.group->chooser = CHOOSER_OURS;
	for (i = 0; i < 3; i++)
		cpumask_add(&p->facts.group->socket[i].program_cpus, 3 - i);
	planned_build(p);
	p->facts.group->spill = 30;
	planned_build(p);
	is_step(p, "program 3,2,1,- spill 30", "program 3,2,1,0 spill 50");
}

/* What was asked for is had by the program alone; where nothing was said, it is not worth one. */
static void steer_plan__spill__wants_the_program(void **state)
{
	struct planned *p = *state;

	p->policy.steer->spill_said = true;
	p->policy.steer->spill = 80;
	planned_build(p);
	is_step(p, "hash", "program 3,2,1,0 spill 80");
	p->policy.steer->spill = 0;
	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,0");
	p->policy.steer->way = STEER_PROGRAM;
	planned_build(p);
	is_step(p, "hash", "program 3,2,1,0");
}

static void cpus_are(struct planned *p, unsigned int i, const char *list)
{
	assert_int_equal(cpumask_parse_list(list, &p->facts.group->socket[i].cpus), 0);
}

/* Workers that may use several CPUs, which are not others' too. */
static void steer_plan__disjoint_sets__are_the_programs(void **state)
{
	struct planned *p = *state;

	cpus_are(p, 0, "0-1");
	cpus_are(p, 1, "0-1");
	cpus_are(p, 2, "2");
	cpus_are(p, 3, "3");
	planned_build(p);
	is_step(p, "hash", "program 0-1,0-1,2,3 spill 50");
	p->policy.steer->way = STEER_INCOMING_CPU;
	is_left(p, "by = incoming-cpu, and a socket has only one");
	p->policy.steer->way = STEER_AUTO;
	cpus_are(p, 3, "2-3");
	is_left(p, "may run on CPUs 2-3: give each worker a CPU of its own");
	cpus_are(p, 0, "0,2");
	cpus_are(p, 1, "1,3");
	cpus_are(p, 2, "1,3");
	cpus_are(p, 3, "0,2");
	planned_build(p);
	is_step(p, "hash", "program 0+2,1+3,1+3,0+2 spill 50");
	cpus_are(p, 0, "0-3");
	cpus_are(p, 1, "0-3");
	cpus_are(p, 2, "0-3");
	cpus_are(p, 3, "0-3");
	is_left(p, "may run on CPUs 0-3: give each worker a CPU of its own");
}

/* Workers that float get the CPUs that nobody of theirs has. */
static void steer_plan__pin__gives_each_worker_a_cpu(void **state)
{
	struct planned *p = *state;
	unsigned int i;

	cpus_are(p, 0, "0-3");
	cpus_are(p, 1, "0-3");
	cpus_are(p, 2, "1-2");
	for (i = 0; i < 4; i++) {
		p->facts.group->socket[i].tid = 812 + i;
		p->facts.group->socket[i].started = 7000 + i;
	}
	is_left(p, "give each worker a CPU of its own");
	p->policy.steer->pin = true;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 4);
	assert_int_equal(p->plan.step[0].knob.kind, KNOB_PIN);
	assert_string_equal(p->plan.step[0].knob.addr, "812:7000");
	assert_string_equal(p->plan.step[0].before, "0-3");
	assert_string_equal(p->plan.step[0].after, "1");
	assert_string_equal(p->plan.step[1].after, "2");
	assert_string_equal(p->plan.step[2].knob.addr, "814:7002");
	assert_string_equal(p->plan.step[2].after, "1");
	assert_string_equal(p->plan.step[3].after, "cpu 1,2,1,0");
	p->facts.group->socket[1].tid = 0; /* several threads */
	is_left(p, "give each worker a CPU of its own");
}

static void steer_plan__uncertain__is_left_to_the_hash(void **state)
{
	struct planned *p = *state;
	struct group_socket *s = &p->facts.group->socket[1];

	cpumask_add(&s->cpus, 0);
	is_left(p, "nginx (pid 812) may run on CPUs 0,2: give each worker a CPU of its own");
	cpumask_del(&s->cpus, 0);
	s->servers = 0;
	is_left(p, "no thread was seen to take from socket 2 of 4");
	s->reach_err = EPERM;
	is_left(p, "the sockets of pid 813 cannot be reached (Operation not permitted)");
	s->pid = 0;
	is_left(p, "no process is seen to have socket 2 of 4");
	p->facts.group->chooser = CHOOSER_FOREIGN;
	is_left(p, "a BPF program chooses already");
	strcpy(p->facts.group->ifname, "eth0");
	is_left(p, "bound to eth0");
	p->facts.group->nr_socket = 1;
	is_left(p, "one socket, so nothing to choose from");
	p->facts.group->nr_socket = 4;
}

static void steer_plan__not_there__is_said(void **state)
{
	struct planned *p = *state;

	p->policy.steer->port = 81;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "steer web: no sockets share port 81"));
	assert_string_equal(p->plan.steer->listen, "");
	assert_false(plan_steer_waits(&p->plan));
	strcpy(p->policy.steer->listen, "10.0.0.1:80");
	planned_build(p);
	assert_true(planned_says(p, "steer web: no sockets share 10.0.0.1:80"));
	strcpy(p->policy.steer->listen, "0.0.0.0:80");
	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,0");
	p->facts.groups_known = IS_UNKNOWN;
	p->facts.groups_err = EOPNOTSUPP;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "the kernel's hash stays"));
}

/* Two queues, no RPS: what comes never reaches the workers of the other CPUs. */
static void steer_plan__deaf_cpus__are_left_to_the_hash(void **state)
{
	struct planned *p = *state;
	struct nic_policy *nic = machine_section(&p->policy, "eth0");
	unsigned int i, nr = 0;

	nic->channels = 2;
	nic->rps = CHOICE_OFF;
	planned_build(p);
	assert_true(
		planned_says(p, "no queue and no RPS brings packets to CPUs 2-3, whose workers"));
	for (i = 0; i < p->plan.nr_step; i++)
		nr += p->plan.step[i].knob.kind == KNOB_STEER;
	assert_int_equal(nr, 0);
	nic->rps = CHOICE_AUTO; /* then the helpers receive as well */
	planned_build(p);
	for (i = 0; i < p->plan.nr_step; i++)
		nr += p->plan.step[i].knob.kind == KNOB_STEER;
	assert_int_equal(nr, 1);
}

static void steer_plan__two_sections__the_first_has_it(void **state)
{
	struct planned *p = *state;
	struct steer_policy *both = realloc(p->policy.steer, 2 * sizeof(*both));

	assert_non_null(both);
	p->policy.steer = both;
	both[1] = both[0];
	strcpy(both[1].name, "all");
	both[1].way = STEER_PROGRAM;
	p->policy.nr_steer = 2;
	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,0");
	assert_true(planned_says(p, "steer all: 0.0.0.0:80 is that of [steer web] already"));
	assert_int_equal(p->plan.nr_steer, 1);
	assert_string_equal(p->plan.steer->name, "web");
}

static void steer_plan__cpu_without_worker__is_said(void **state)
{
	struct planned *p = *state;

	cpumask_clear(&p->facts.group->socket[3].cpus);
	cpumask_add(&p->facts.group->socket[3].cpus, 1);
	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,1");
	assert_true(planned_says(p, "0.0.0.0:80 has no worker on CPU 0"));
	assert_string_equal(p->plan.steer->left, "");
}

static void steer_value__rest__is_what_may_be_left_of_ours(void **state)
{
	assert_true(group_is_rest("cpu 0,1", "cpu 0,1,2"));
	assert_true(group_is_rest("cpu 0,-,2,-", "cpu 0,1,2"));
	assert_true(group_is_rest("cpu -,-", "cpu 0,1"));
	assert_false(group_is_rest("cpu 2,1,0", "cpu 0,1,2")); /* its server's own, since */
	assert_false(group_is_rest("cpu 0,0", "cpu 0,1"));
	assert_false(group_is_rest("cpu 0,3", "cpu 0,1,2"));
	assert_false(group_is_rest("hash", "cpu 0,1"));
	assert_false(group_is_rest("cpu 0,x", "cpu 0,1"));
	assert_true(group_is_rest("program 0,-", "program 0,1"));
	assert_true(group_is_rest("program 0-1,- spill 50", "program 0-1,2+4 spill 50"));
	assert_true(group_is_rest("program -,-", "program 0,1"));
	assert_false(group_is_rest("foreign program", "program 0,1"));
	assert_false(group_is_rest("program 0", "cpu 0"));
}

/* A section is about one namespace, whatever listens on the same port in another. */
static void steer_plan__netns__only_that_one(void **state)
{
	struct planned *p = *state;
	struct listen_group *group = p->facts.group;
	struct named_netns *netns = calloc(1, sizeof(*netns));

	strcpy(p->policy.steer->netns, "web");
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "there is no network namespace web"));
	assert_non_null(netns);
	p->facts.netns = netns;
	p->facts.nr_netns = 1;
	strcpy(netns->name, "web");
	netns->inode = 4026532281;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "no sockets share port 80 (SO_REUSEPORT) in web"));
	group->netns = netns->inode;
	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,0");
	assert_int_equal(p->plan.step[0].knob.netns, netns->inode);
	assert_string_equal(p->plan.step[0].knob.netns_name, "web");
	assert_non_null(plan_steer(&p->plan, group));
	p->policy.steer->netns[0] = '\0';
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
}

/* Named, and it is this process' own. */
static void steer_plan__own_netns__is_as_unnamed(void **state)
{
	struct planned *p = *state;

	strcpy(p->policy.steer->netns, "web");
	p->facts.netns = calloc(1, sizeof(*p->facts.netns));
	assert_non_null(p->facts.netns);
	p->facts.nr_netns = 1;
	strcpy(p->facts.netns->name, "web");
	planned_build(p);
	is_step(p, "hash", "cpu 3,2,1,0");
	assert_int_equal(p->plan.step[0].knob.netns, 0);
	assert_string_equal(p->plan.step[0].knob.netns_name, "");
}

#define STEER(name) cmocka_unit_test_setup_teardown(name, steer_setup, planned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STEER(steer_plan__pinned__each_socket_for_its_worker),
		STEER(steer_plan__way__is_the_kernels_or_as_asked),
		STEER(steer_plan__spill__wants_the_program),
		STEER(steer_plan__disjoint_sets__are_the_programs),
		STEER(steer_plan__pin__gives_each_worker_a_cpu),
		STEER(steer_plan__uncertain__is_left_to_the_hash),
		STEER(steer_plan__not_there__is_said),
		STEER(steer_plan__deaf_cpus__are_left_to_the_hash),
		STEER(steer_plan__two_sections__the_first_has_it),
		STEER(steer_plan__cpu_without_worker__is_said),
		STEER(steer_plan__netns__only_that_one),
		STEER(steer_plan__own_netns__is_as_unnamed),
		cmocka_unit_test(steer_value__rest__is_what_may_be_left_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
