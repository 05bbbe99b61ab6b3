// SPDX-License-Identifier: GPL-2.0
/*
 * Facts and policy in, a plan out; see plan.h. The rule: NICs are planned in
 * the order of their bus paths, which a rename or a reboot does not change.
 */
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/driver.h"
#include "base/step.h"
#include "base/text.h"
#include "plan/bind.h"
#include "plan/decide.h"
#include "plan/nm.h"
#include "plan/notes.h"
#include "plan/routing.h"
#include "plan/steer.h"
#include "plan/steps.h"
#include "plan/work.h"

bool work_owned(const struct work *w, const char *name)
{
	unsigned int i;

	for (i = 0; i < w->facts->nr_owner; i++)
		if (!strcmp(w->facts->owner[i].name, name))
			return w->facts->owner[i].active == IS_YES;
	return false;
}

bool work_grow(struct work *w, void *list, unsigned int nr, unsigned int *room, size_t size)
{
	void **p = list, *grown;

	if (w->failed)
		return false;
	if (nr < *room)
		return true;
	grown = realloc(*p, (size_t)(*room + nr + 16) * size);
	if (!grown) {
		w->failed = true;
		return false;
	}
	*p = grown;
	*room += nr + 16;
	return true;
}

/* By bus path, then by what else is lasting; NICs without a bus come last. */
static int nic_compare(const void *a, const void *b)
{
	const struct nic *x = ((const struct nic_work *)a)->nic;
	const struct nic *y = ((const struct nic_work *)b)->nic;
	int order = !x->bus[0] - !y->bus[0];

	if (!order)
		order = strcmp(x->bus, y->bus);
	if (!order)
		order = strcmp(x->mac, y->mac);
	return order ? order : strcmp(x->ifname, y->ifname);
}

static int nics_choose(struct work *w, struct err *err)
{
	const struct facts *facts = w->facts;
	unsigned int i;
	int ret;

	w->nic = calloc(facts->nr_nic + 1, sizeof(*w->nic));
	w->plan->nic = calloc(facts->nr_nic + 1, sizeof(*w->plan->nic));
	if (!w->nic || !w->plan->nic)
		return -ENOMEM;
	for (i = 0; i < facts->nr_nic; i++) {
		struct nic_work *nw = &w->nic[w->nr_nic];

		nw->nic = &facts->nic[i];
		ret = policy_rules(w->policy, nw->nic, &nw->rules, err);
		if (ret)
			return ret;
		w->nr_nic += decide_shown(nw->nic, &nw->rules);
	}
	qsort(w->nic, w->nr_nic, sizeof(*w->nic), nic_compare);
	for (i = 0; i < w->nr_nic; i++) {
		struct nic_plan *out = &w->plan->nic[w->plan->nr_nic++];

		w->nic[i].out = out;
		(void)text_copy(out->ifname, sizeof(out->ifname), w->nic[i].nic->ifname);
		(void)text_copy(out->bus, sizeof(out->bus), w->nic[i].nic->bus);
		(void)text_copy(out->mac, sizeof(out->mac), w->nic[i].nic->mac);
	}
	return 0;
}

/* NICs whose CPUs the policy names come first, so that the others keep clear of those. */
static int nics_lanes(struct work *w, struct err *err)
{
	unsigned int i, named;
	int ret;

	for (i = 0; i < w->nr_nic; i++) {
		ret = decide_nic(w, &w->nic[i], err);
		if (ret)
			return ret;
	}
	for (named = 2; named--;) {
		for (i = 0; i < w->nr_nic; i++) {
			struct nic_work *nw = &w->nic[i];

			if (!nw->channels || !nw->rules.cpus == (bool)named)
				continue;
			ret = lanes_take(w->cpus, nw->nic, nw->channels, nw->rules.cpus, nw->out);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* Active lanes that no step has to change; *steps: some step is about this NIC. */
static unsigned int straight_lanes(const struct work *w, const struct nic_work *nw, bool *steps)
{
	struct cpumask crooked = { 0 }; /* queue numbers */
	struct knob own = { 0 };
	unsigned int i, nr = 0;

	(void)text_copy(own.bus, sizeof(own.bus), nw->nic->bus);
	(void)text_copy(own.mac, sizeof(own.mac), nw->nic->mac);
	*steps = false;
	for (i = 0; i < w->plan->nr_step; i++) {
		const struct step *s = &w->plan->step[i];

		if (!knob_same_nic(&s->knob, &own))
			continue;
		*steps |= !s->carried || work_reshapes(nw);
		if (s->knob.kind != KNOB_CHANNELS && s->knob.kind != KNOB_RSS &&
		    strcmp(s->before, s->after))
			cpumask_add(&crooked, s->knob.queue);
	}
	for (i = 0; i < nw->out->nr_lane && i < nw->nic->channels.now; i++)
		nr += !cpumask_has(&crooked, i);
	return nr;
}

/* True when every lane is what virtio-net sets up by itself. */
static bool is_driver_default(const struct work *w, const struct nic_work *nw)
{
	unsigned int i, nr = cpumask_count(&w->cpus->online), max = nw->nic->channels.max;
	struct cpumask own;

	if (nw->channels != (max < nr ? max : nr))
		return false;
	for (i = 0; i < nw->channels; i++) {
		driver_default_cpus(&w->cpus->online, nw->channels, i, &own);
		if (cpumask_count(&own) != 1 || !cpumask_has(&own, nw->out->lane[i].cpu) ||
		    !cpumask_equal(&own, &nw->out->lane[i].xps))
			return false;
	}
	return true;
}

static void verdict_set(const struct work *w, const struct nic_work *nw)
{
	bool steps;

	if (!nw->driven)
		return;
	nw->out->straight = straight_lanes(w, nw, &steps);
	nw->out->verdict = steps ? NIC_CHANGES : NIC_STRAIGHT;
	if (!steps)
		(void)snprintf(nw->out->reason, sizeof(nw->out->reason), "already straight%s",
			       is_driver_default(w, nw) ? " (the driver's default)" : "");
}

static int build(struct work *w, struct err *err)
{
	unsigned int i;
	int ret;

	w->cpus = calloc(1, sizeof(*w->cpus));
	if (!w->cpus)
		return -ENOMEM;
	lanes_init(w->cpus, &w->facts->cpus, &w->policy->allowed);
	ret = nics_choose(w, err);
	if (!ret)
		ret = nics_lanes(w, err);
	if (ret)
		return ret;
	steps_build(w);
	for (i = 0; i < w->nr_nic && !w->failed; i++)
		verdict_set(w, &w->nic[i]);
	if (!w->failed)
		routing_build(w); /* behind the verdicts, which are about lanes */
	if (!w->failed)
		nm_build(w);
	if (!w->failed)
		steer_build(w);
	if (!w->failed)
		bind_build(w);
	notes_build(w);
	return w->failed ? -ENOMEM : 0;
}

int plan_build(const struct facts *facts, const struct policy *policy, struct plan *plan,
	       struct err *err)
{
	struct work w = { .facts = facts, .policy = policy, .plan = plan };
	int ret;

	memset(plan, 0, sizeof(*plan));
	ret = build(&w, err);
	free(w.cpus);
	free(w.nic);
	if (!ret)
		return 0;
	plan_free(plan);
	return ret == -ENOMEM ? err_set(err, ret, "out of memory") : ret;
}

void plan_free(struct plan *plan)
{
	fields_free(plan_fields, plan);
	memset(plan, 0, sizeof(*plan));
}

unsigned int plan_changes(const struct plan *plan)
{
	unsigned int i, nr = 0;

	for (i = 0; i < plan->nr_step; i++)
		nr += !plan->step[i].carried;
	return nr;
}

enum risk plan_risk(const struct plan *plan, bool *needs_confirm)
{
	enum risk risk = RISK_NONE;
	unsigned int i;

	*needs_confirm = false;
	for (i = 0; i < plan->nr_step; i++) {
		if (plan->step[i].risk > risk)
			risk = plan->step[i].risk;
		*needs_confirm |= plan->step[i].needs_confirm;
	}
	return risk;
}
