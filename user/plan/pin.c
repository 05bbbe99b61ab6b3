// SPDX-License-Identifier: GPL-2.0
/*
 * Workers that may run anywhere, as steps; see pin.h. The rule: a thread is its
 * id and its start time, and one that serves beside others is not pinned.
 */
#include "plan/pin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpumask.h"
#include "base/names.h"

static const struct step *step_of(const struct plan *plan, const struct group_socket *s)
{
	char addr[ADDR_LEN];
	unsigned int i;

	pin_name(s->tid, s->started, addr, sizeof(addr));
	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_PIN && !strcmp(plan->step[i].knob.addr, addr))
			return &plan->step[i];
	return NULL;
}

/* Of @may the CPU that the fewest have. */
static unsigned int least_used(const unsigned int *used, const struct cpumask *may)
{
	unsigned int cpu, best = CPUMASK_BITS;

	cpumask_for_each(cpu, may)
		if (best == CPUMASK_BITS || used[cpu] < used[best])
			best = cpu;
	return best;
}

static void socket_pin(const struct plan *plan, struct group_socket *s,
		       const struct cpumask *receiving, unsigned int *used)
{
	const struct step *step = step_of(plan, s);
	struct cpumask may;
	unsigned int cpu;

	if (step) {
		(void)cpumask_parse_list(step->after, &s->cpus); /* our own text */
	} else {
		cpumask_and(&may, &s->cpus, receiving);
		cpu = least_used(used, cpumask_empty(&may) ? &s->cpus : &may);
		cpumask_clear(&s->cpus);
		cpumask_add(&s->cpus, cpu);
	}
	used[cpumask_next(&s->cpus, 0)]++;
}

struct group_socket *pin_choose(struct work *w, const struct listen_group *group,
				const struct cpumask *receiving)
{
	unsigned int *used = calloc(CPUMASK_BITS + 1, sizeof(*used)), i;
	struct group_socket *socket = calloc(group->nr_socket + 1, sizeof(*socket));

	if (!used || !socket) {
		w->failed = true;
		free(socket);
		free(used);
		return NULL;
	}
	for (i = 0; i < group->nr_socket; i++) {
		socket[i] = group->socket[i];
		if (cpumask_count(&socket[i].cpus) == 1) /* its place is taken */
			used[cpumask_next(&socket[i].cpus, 0)]++;
	}
	for (i = 0; i < group->nr_socket; i++)
		if (socket[i].tid && cpumask_count(&socket[i].cpus) > 1)
			socket_pin(w->plan, &socket[i], receiving, used);
	free(used);
	return socket;
}

static void step_add(struct work *w, const struct group_socket *now,
		     const struct group_socket *pinned)
{
	char before[CPUMASK_TEXT_LEN], after[CPUMASK_TEXT_LEN];
	struct plan *plan = w->plan;
	struct step *step;

	if (!work_grow(w, &plan->step, plan->nr_step, &w->step_room, sizeof(*step)))
		return;
	step = &plan->step[plan->nr_step++];
	memset(step, 0, sizeof(*step));
	step->knob.kind = KNOB_PIN;
	pin_name(now->tid, now->started, step->knob.addr, sizeof(step->knob.addr));
	(void)cpumask_format_list(&now->cpus, before, sizeof(before));
	(void)cpumask_format_list(&pinned->cpus, after, sizeof(after));
	step->before = strdup(before);
	step->after = strdup(after);
	w->failed |= !step->before || !step->after;
	(void)snprintf(step->why, sizeof(step->why),
		       "%s takes connections and floats; it gets what this CPU receives",
		       now->server);
}

void pin_build(struct work *w, const struct listen_group *group, const struct group_socket *pinned)
{
	unsigned int i;

	for (i = 0; i < group->nr_socket && !w->failed; i++)
		if (!cpumask_equal(&group->socket[i].cpus, &pinned[i].cpus) &&
		    !step_of(w->plan, &group->socket[i]))
			step_add(w, &group->socket[i], &pinned[i]);
}
