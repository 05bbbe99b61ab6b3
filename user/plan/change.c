// SPDX-License-Identifier: GPL-2.0
/* Changes become steps; see change.h. */
#include "plan/change.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/why.h"

static bool is_gated(const struct nic_work *nw, enum risk risk)
{
	const struct nic *nic = nw->nic;

	return risk > RISK_NONE && risk > nw->rules.allow_risk &&
	       (nic->default_route || nic->metadata_route || nic->login);
}

struct step *change_add(struct work *w, const struct nic_work *nw, const struct change *c)
{
	bool differs = strcmp(c->before, c->after);
	bool comes = !strcmp(c->before, KNOB_ABSENT), goes = !strcmp(c->after, KNOB_ABSENT);
	struct plan *plan = w->plan;
	struct step *step;

	if ((!differs && !w->policy->keeping && (!nw || !work_reshapes(nw))) || (comes && goes) ||
	    !work_grow(w, &plan->step, plan->nr_step, &w->step_room, sizeof(*step)))
		return NULL;
	step = &plan->step[plan->nr_step++];
	memset(step, 0, sizeof(*step));
	step->knob.kind = c->kind;
	step->knob.queue = c->queue;
	if (nw) {
		(void)text_copy(step->knob.bus, sizeof(step->knob.bus), nw->nic->bus);
		(void)text_copy(step->knob.mac, sizeof(step->knob.mac), nw->nic->mac);
		(void)text_copy(step->ifname, sizeof(step->ifname), nw->nic->ifname);
	}
	step->before = strdup(c->before);
	step->after = strdup(c->after);
	w->failed |= !step->before || !step->after;
	step->before_is_default = c->before_is_default;
	step->carried = !differs || goes || (comes && c->fresh && !strcmp(c->fresh, c->after));
	step->risk = c->kind == KNOB_CHANNELS && differs ? RISK_BLIP : RISK_NONE;
	step->needs_confirm = nw && is_gated(nw, step->risk);
	if (w->failed)
		return NULL;
	if (step->carried)
		why_carried(step, nw && work_reshapes(nw));
	return step->carried ? NULL : step;
}

const char *change_mask(const struct cpumask *mask, char buf[CHANGE_MASK_LEN])
{
	(void)cpumask_format_hex(mask, buf, CHANGE_MASK_LEN); /* always fits */
	return buf;
}

const char *change_number(unsigned long number, char buf[CHANGE_NUMBER_LEN])
{
	(void)snprintf(buf, CHANGE_NUMBER_LEN, "%lu", number);
	return buf;
}

unsigned int change_queues(const struct nic_work *nw)
{
	return nw->channels > nw->nic->channels.now ? nw->channels : nw->nic->channels.now;
}

const struct lane *change_lane(const struct nic_work *nw, unsigned int queue)
{
	return queue < nw->out->nr_lane ? &nw->out->lane[queue] : NULL;
}
