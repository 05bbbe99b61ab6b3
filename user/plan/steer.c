// SPDX-License-Identifier: GPL-2.0
/* Listening sockets for lanes, as steps; see steer.h. */
#include "plan/steer.h"

#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/groups.h"
#include "base/text.h"
#include "bpf/abi.h"
#include "plan/notes.h"
#include "plan/pin.h"
#include "plan/why.h"

/* Has any socket more than one CPU? Only a program can give it what they all receive. */
static bool has_sets(const struct listen_group *group)
{
	unsigned int i;

	for (i = 0; i < group->nr_socket; i++)
		if (cpumask_count(&group->socket[i].cpus) > 1)
			return true;
	return false;
}

/* Does SO_INCOMING_CPU decide in such a group here? */
static bool heeds_cpu(const struct facts *facts, const struct listen_group *group)
{
	return (group->udp ? facts->groups_heed_cpu_udp : facts->groups_heed_cpu) == IS_YES;
}

/* What is ours already stays of its kind. */
static bool by_program(const struct facts *facts, const struct steer_policy *policy,
		       const struct listen_group *group)
{
	if (policy->way != STEER_AUTO)
		return policy->way == STEER_PROGRAM;
	return group->chooser == CHOOSER_OURS || !heeds_cpu(facts, group) || policy->spill ||
	       has_sets(group);
}

/* "cpu 0,1,2,3": each socket for the CPUs of its server. */
static char *value_wanted(const struct steer_policy *policy, const struct listen_group *group,
			  bool program)
{
	/* what waits in a socket of datagrams is no backlog */
	const unsigned int spill = group->udp	      ? 0 :
				   policy->spill_said ? policy->spill :
							STEER_SPILL;
	struct text t = { 0 };
	unsigned int i;

	text_add(&t, "%s", program ? GROUP_PROGRAM : GROUP_CPU);
	for (i = 0; i < group->nr_socket; i++) {
		text_add(&t, "%s", i ? "," : "");
		group_cpus_add(&t, &group->socket[i].cpus);
	}
	if (program && spill)
		text_add(&t, GROUP_SPILL "%u", spill);
	return text_take(&t);
}

/* The namespace of a section, if it is there; 0: this process' own. */
static bool netns_of(const struct facts *facts, const struct steer_policy *policy,
		     unsigned int *netns)
{
	unsigned int i;

	*netns = 0;
	for (i = 0; i < facts->nr_netns && policy->netns[0]; i++)
		if (!strcmp(facts->netns[i].name, policy->netns)) {
			*netns = facts->netns[i].inode;
			return true;
		}
	return !policy->netns[0];
}

bool steer_names(const struct facts *facts, const struct steer_policy *policy,
		 const struct listen_group *group)
{
	unsigned int netns;

	if (!netns_of(facts, policy, &netns) || group->netns != netns || group->udp != policy->udp)
		return false;
	return policy->listen[0] ? !strcmp(policy->listen,
					   group->listen + (group->udp ? strlen(GROUP_UDP) : 0)) :
				   policy->port == group->port;
}

static void group_step(struct work *w, const struct steer_policy *policy,
		       const struct listen_group *group)
{
	bool program = by_program(w->facts, policy, group);
	char *before = group_value(group), *after = value_wanted(policy, group, program);
	struct plan *plan = w->plan;
	struct step *step;

	w->failed |= !before || !after;
	if (w->failed || !strcmp(before, after) ||
	    !work_grow(w, &plan->step, plan->nr_step, &w->step_room, sizeof(*step))) {
		free(before);
		free(after);
		return;
	}
	step = &plan->step[plan->nr_step++];
	memset(step, 0, sizeof(*step));
	step->knob.kind = KNOB_STEER;
	(void)text_copy(step->knob.addr, sizeof(step->knob.addr), group->listen); /* same sizes */
	step->knob.netns = group->netns;
	if (group->netns) /* same sizes */
		(void)text_copy(step->knob.netns_name, sizeof(step->knob.netns_name),
				policy->netns);
	step->before = before;
	step->after = after;
	(void)snprintf(step->why, sizeof(step->why),
		       "what a CPU receives is accepted by the worker that runs there: %s and %u "
		       "more",
		       group->socket[0].server, group->nr_socket - 1);
}

/* CPUs to which a queue of the node, or RPS, brings packets; empty: not known. */
static void receiving(const struct work *w, struct cpumask *cpus)
{
	unsigned int i, j;

	cpumask_clear(cpus);
	for (i = 0; i < w->nr_nic; i++) {
		const struct nic_work *nw = &w->nic[i];

		for (j = 0; j < nw->out->nr_lane && nw->driven; j++) {
			cpumask_add(cpus, nw->out->lane[j].cpu);
			if (nw->rps)
				cpumask_or(cpus, cpus, &nw->out->lane[j].helpers);
		}
		for (j = 0; j < nw->nic->nr_queue && !nw->driven; j++) {
			const struct queue *queue = &nw->nic->queue[j];

			if (queue->in.number >= 0)
				cpumask_or(cpus, cpus, &queue->in.affinity);
			cpumask_or(cpus, cpus, &queue->rps);
		}
	}
}

/* Its worker would get nothing any more, where the hash gave it its share. */
static void deaf_obstacle(const struct work *w, const struct listen_group *group, char *buf,
			  unsigned int len)
{
	struct cpumask cpus, heard, deaf = { 0 };
	char text[WHY_CPUS_LEN];
	unsigned int i;

	receiving(w, &cpus);
	for (i = 0; i < group->nr_socket && !cpumask_empty(&cpus); i++) {
		cpumask_and(&heard, &cpus, &group->socket[i].cpus);
		if (cpumask_empty(&heard))
			cpumask_or(&deaf, &deaf, &group->socket[i].cpus);
	}
	if (!cpumask_empty(&deaf))
		(void)snprintf(buf, len,
			       "no queue and no RPS brings packets to %s, whose workers would get "
			       "none",
			       why_cpus(&deaf, text));
}

/* CPUs that receive and have no socket: the kernel's hash decides for them. */
static void aside_say(const struct work *w, const struct listen_group *group, char *buf,
		      unsigned int len)
{
	struct cpumask without = w->cpus->housekeeping;
	char cpus[WHY_CPUS_LEN];
	unsigned int i;

	for (i = 0; i < group->nr_socket; i++)
		cpumask_andnot(&without, &without, &group->socket[i].cpus);
	if (!cpumask_empty(&without))
		(void)snprintf(buf, len, "no worker on %s: what they receive goes by the hash",
			       why_cpus(&without, cpus));
}

/* The section that a group is steered by, where several name it. */
static const struct steer_policy *named_first(const struct work *w,
					      const struct listen_group *group)
{
	unsigned int i;

	for (i = 0; i < w->policy->nr_steer; i++)
		if (steer_names(w->facts, &w->policy->steer[i], group))
			return &w->policy->steer[i];
	return NULL;
}

/* Why @group is not made as @policy, which has it, wants it; "" if nothing is in the way. */
static void left_say(const struct work *w, const struct steer_policy *policy,
		     const struct listen_group *group, char *buf, unsigned int len)
{
	steer_obstacle(group, buf, len);
	if (!buf[0] && policy->way == STEER_INCOMING_CPU && !heeds_cpu(w->facts, group))
		(void)snprintf(buf, len,
			       "by = incoming-cpu, which this kernel does not heed in a group "
			       "(tried)");
	if (!buf[0] && policy->way == STEER_INCOMING_CPU && has_sets(group))
		(void)snprintf(buf, len,
			       "by = incoming-cpu, and a socket has only one; a worker here may "
			       "run on several CPUs");
	if (!buf[0])
		deaf_obstacle(w, group, buf, len);
}

#define WHERE_LEN (ADDR_LEN + NETNS_LEN + 4)

/* "0.0.0.0:80 in web", where the section says which namespace. */
static const char *where(const struct steer_policy *policy, const struct listen_group *group,
			 char buf[WHERE_LEN])
{
	(void)snprintf(buf, WHERE_LEN, "%s%s%s", group->listen, policy->netns[0] ? " in " : "",
		       policy->netns);
	return buf;
}

static struct steer_plan *plan_add(struct work *w, const struct steer_policy *policy)
{
	struct plan *plan = w->plan;
	struct steer_plan *steer;

	if (!work_grow(w, &plan->steer, plan->nr_steer, &w->steer_room, sizeof(*steer)))
		return NULL;
	steer = &plan->steer[plan->nr_steer++];
	memset(steer, 0, sizeof(*steer));
	(void)text_copy(steer->name, sizeof(steer->name), policy->name); /* same sizes */
	(void)text_copy(steer->netns_name, sizeof(steer->netns_name), policy->netns);
	return steer;
}

static void group_build(struct work *w, const struct steer_policy *policy,
			const struct listen_group *group)
{
	struct steer_plan *steer = plan_add(w, policy);
	struct listen_group as = *group;
	struct group_socket *pinned = NULL;
	char at[WHERE_LEN];
	struct cpumask cpus;

	if (!steer)
		return;
	(void)text_copy(steer->listen, sizeof(steer->listen), group->listen); /* same sizes */
	(void)text_copy(steer->ifname, sizeof(steer->ifname), group->ifname);
	steer->netns = group->netns;
	receiving(w, &cpus);
	if (policy->pin)
		as.socket = pinned = pin_choose(w, group, &cpus);
	if (w->failed)
		return;
	left_say(w, policy, &as, steer->left, sizeof(steer->left));
	if (steer->left[0]) {
		note_add(w, "steer %s: %s is left %s: %s", policy->name, where(policy, group, at),
			 group_is_steered(group) ? "as it is" : "to the kernel's hash",
			 steer->left);
		free(pinned);
		return;
	}
	if (pinned)
		pin_build(w, group, pinned);
	group_step(w, policy, &as);
	aside_say(w, &as, steer->aside, sizeof(steer->aside));
	if (steer->aside[0])
		note_add(w, "steer %s: %s has %s", policy->name, where(policy, group, at),
			 steer->aside);
	free(pinned);
}

/* Why there is nothing to steer. */
static void none_say(const struct facts *facts, const struct steer_policy *policy, char *buf,
		     size_t len)
{
	unsigned int netns;
	char port[24];

	(void)snprintf(port, sizeof(port), "%sport %u", policy->udp ? GROUP_UDP : "", policy->port);
	if (netns_of(facts, policy, &netns))
		(void)snprintf(buf, len, "no sockets share %s (SO_REUSEPORT) %s%s",
			       policy->listen[0] ? policy->listen : port,
			       policy->netns[0] ? "in " : "here", policy->netns);
	else
		(void)snprintf(buf, len, "there is no network namespace %s", policy->netns);
}

static void policy_build(struct work *w, const struct steer_policy *policy)
{
	const struct facts *facts = w->facts;
	const struct steer_policy *first;
	struct steer_plan *steer;
	char at[WHERE_LEN];
	unsigned int i, nr = 0;

	for (i = 0; i < facts->nr_group && !w->failed; i++) {
		const struct listen_group *group = &facts->group[i];

		if (!steer_names(facts, policy, group))
			continue;
		nr++;
		first = named_first(w, group);
		if (first == policy)
			group_build(w, policy, group);
		else
			note_add(w, "steer %s: %s is that of [steer %s] already", policy->name,
				 where(policy, group, at), first->name);
	}
	steer = nr ? NULL : plan_add(w, policy);
	if (!steer)
		return;
	none_say(facts, policy, steer->left, sizeof(steer->left));
	note_add(w, "steer %s: %s", policy->name, steer->left);
}

void steer_build(struct work *w)
{
	unsigned int i;

	if (!w->policy->nr_steer)
		return;
	if (w->facts->groups_known != IS_YES) {
		note_add(w,
			 "steer: the groups of listening sockets are not known (errno %d): the "
			 "kernel's hash stays",
			 w->facts->groups_err);
		return;
	}
	for (i = 0; i < w->policy->nr_steer && !w->failed; i++)
		policy_build(w, &w->policy->steer[i]);
}
