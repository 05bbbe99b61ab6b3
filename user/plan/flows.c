// SPDX-License-Identifier: GPL-2.0
/* RPS and RFS; see flows.h. */
#include "plan/flows.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/change.h"
#include "plan/why.h"

#define SOCK_FLOW_ENTRIES 32768 /* the kernel's own advice for a busy server (scaling.rst) */
#define SOCK_FLOW_SYSCTL "net.core.rps_sock_flow_entries"

bool flows_needed(const struct nic_work *nw)
{
	unsigned int i;

	for (i = 0; nw->rules.rps && i < nw->out->nr_lane; i++)
		if (!cpumask_empty(&nw->out->lane[i].helpers))
			return true;
	return false;
}

/* A queue that is not active yet has what queue 0 has. */
static bool has_rps(const struct nic_work *nw, unsigned int i)
{
	return nw->nic->queue[0].has_rps &&
	       (i >= nw->nic->channels.now || nw->nic->queue[i].has_rps);
}

static void rps_step(struct work *w, const struct nic_work *nw, unsigned int i)
{
	static const struct cpumask none;
	const struct queue *queue = &nw->nic->queue[i];
	bool active = i < nw->nic->channels.now;
	const struct lane *lane = change_lane(nw, i);
	char before[CHANGE_MASK_LEN], after[CHANGE_MASK_LEN];
	struct change c = { .kind = KNOB_RPS, .queue = i, .fresh = "0" };
	struct step *step;

	if (!has_rps(nw, i))
		return;
	c.before = active ? change_mask(&queue->rps, before) : KNOB_ABSENT;
	c.after = lane ? change_mask(nw->rules.rps ? &lane->helpers : &none, after) : KNOB_ABSENT;
	c.before_is_default = !strcmp(c.before, "0");
	step = change_add(w, nw, &c);
	if (step)
		why_rps(step, w, nw, lane);
}

/* The node's flow table as it is; false: this kernel has none, or nobody knows. */
static bool sock_flow_now(const struct work *w, unsigned long *entries)
{
	unsigned int i;

	for (i = 0; i < w->facts->nr_sysctl; i++) {
		const struct sysctl *s = &w->facts->sysctl[i];

		if (!strcmp(s->name, SOCK_FLOW_SYSCTL))
			return !s->err && !text_uint(s->value, 0, 1UL << 29, entries);
	}
	return false;
}

/* Each lane's share of the node's flow table, a power of two as the kernel keeps it. */
static unsigned int flows_of(const struct work *w, const struct nic_work *nw,
			     const struct lane *lane)
{
	unsigned int flows = SOCK_FLOW_ENTRIES;
	unsigned long entries;

	if (!nw->rps || cpumask_empty(&lane->helpers) || !sock_flow_now(w, &entries))
		return 0;
	while (flows * nw->out->nr_lane > SOCK_FLOW_ENTRIES)
		flows /= 2;
	return flows;
}

static void rps_flow_step(struct work *w, const struct nic_work *nw, unsigned int i)
{
	const struct queue *queue = &nw->nic->queue[i];
	bool active = i < nw->nic->channels.now;
	const struct lane *lane = change_lane(nw, i);
	char before[CHANGE_NUMBER_LEN], after[CHANGE_NUMBER_LEN];
	struct change c = { .kind = KNOB_RPS_FLOW, .queue = i, .fresh = "0" };
	struct step *step;

	if (!has_rps(nw, i))
		return;
	c.before = active ? change_number(queue->rps_flow_cnt, before) : KNOB_ABSENT;
	c.after = lane ? change_number(flows_of(w, nw, lane), after) : KNOB_ABSENT;
	c.before_is_default = !strcmp(c.before, "0");
	step = change_add(w, nw, &c);
	if (step)
		why_rps_flow(step, nw, lane);
}

void flows_nic_steps(struct work *w, const struct nic_work *nw)
{
	unsigned int i, nr = change_queues(nw);

	for (i = 0; i < nr; i++)
		rps_step(w, nw, i);
	for (i = 0; i < nr; i++)
		rps_flow_step(w, nw, i);
}

/* Only raised: another user of the table may want it larger. */
void flows_node_step(struct work *w)
{
	struct change c = { .kind = KNOB_RPS_SOCK_FLOW };
	char before[CHANGE_NUMBER_LEN], after[CHANGE_NUMBER_LEN];
	const struct nic_work *user = NULL;
	unsigned long now = 0;
	struct step *step;
	unsigned int i;

	for (i = w->nr_nic; i--;)
		if (w->nic[i].driven && w->nic[i].rps)
			user = &w->nic[i];
	if (!user || !sock_flow_now(w, &now))
		return;
	c.before = change_number(now, before);
	c.after = change_number(now < SOCK_FLOW_ENTRIES ? SOCK_FLOW_ENTRIES : now, after);
	step = change_add(w, NULL, &c);
	if (step)
		(void)snprintf(step->why, sizeof(step->why),
			       "RFS on %s needs the node's flow table; it is only ever raised",
			       user->nic->ifname);
}
