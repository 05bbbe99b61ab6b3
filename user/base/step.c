// SPDX-License-Identifier: GPL-2.0
/* Steps and knobs as data; see step.h. */
#include "base/step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"

const struct field knob_fields[] = {
	F_ENUM(knob, kind, knob_names),
	F_STR(knob, bus),
	F_STR(knob, mac),
	F_UINT(knob, queue),
	F_UINT(knob, table),
	F_STR(knob, addr),
	F_UINT(knob, netns),
	F_STR(knob, netns_name),
	F_END,
};

const struct field step_fields[] = {
	F_OBJECT(step, knob, knob_fields),
	F_STR(step, ifname),
	F_HEAP(step, before),
	F_HEAP(step, after),
	F_BOOL(step, before_is_default),
	F_BOOL(step, carried),
	F_ENUM(step, risk, risk_names),
	F_BOOL(step, needs_confirm),
	F_STR(step, why),
	F_END,
};

bool knob_equal(const struct knob *a, const struct knob *b)
{
	return a->kind == b->kind && a->queue == b->queue && a->table == b->table &&
	       a->netns == b->netns && !strcmp(a->bus, b->bus) && !strcmp(a->mac, b->mac) &&
	       !strcmp(a->addr, b->addr);
}

bool knob_same_nic(const struct knob *a, const struct knob *b)
{
	return (a->bus[0] || a->mac[0]) && !strcmp(a->bus, b->bus) && !strcmp(a->mac, b->mac);
}

const struct step *plan_reshapes(const struct plan *plan, const struct knob *knob)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_CHANNELS && !plan->step[i].carried &&
		    knob_same_nic(&plan->step[i].knob, knob))
			return &plan->step[i];
	return NULL;
}

const struct steer_plan *plan_steer(const struct plan *plan, const struct listen_group *group)
{
	unsigned int i;

	for (i = 0; i < plan->nr_steer; i++)
		if (!strcmp(plan->steer[i].listen, group->listen) &&
		    !strcmp(plan->steer[i].ifname, group->ifname) &&
		    plan->steer[i].netns == group->netns)
			return &plan->steer[i];
	return NULL;
}

bool plan_steer_waits(const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_steer; i++)
		if (plan->steer[i].listen[0] && plan->steer[i].left[0])
			return true;
	return false;
}

bool knob_comes_and_goes(enum knob_kind kind)
{
	return kind == KNOB_ROUTE || kind == KNOB_RULE || kind == KNOB_NM || kind == KNOB_BIND;
}

bool knob_is_of_servers(enum knob_kind kind)
{
	return kind == KNOB_STEER || kind == KNOB_PIN || kind == KNOB_BIND;
}

bool knob_lasts(enum knob_kind kind)
{
	return kind == KNOB_NM;
}

int step_copy(struct step *dst, const struct step *src)
{
	*dst = *src;
	dst->before = src->before ? strdup(src->before) : NULL;
	dst->after = src->after ? strdup(src->after) : NULL;
	if ((src->before && !dst->before) || (src->after && !dst->after)) {
		step_free(dst);
		return -ENOMEM;
	}
	return 0;
}

void step_free(struct step *step)
{
	free(step->before);
	free(step->after);
	step->before = step->after = NULL;
}

bool plan_has_lanes(const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_nic; i++)
		if (plan->nic[i].verdict != NIC_LEFT)
			return true;
	return false;
}
