// SPDX-License-Identifier: GPL-2.0
/* Lanes become steps; see steps.h. */
#include "plan/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/driver.h"
#include "base/rss.h"
#include "plan/ban.h"
#include "plan/change.h"
#include "plan/flows.h"
#include "plan/why.h"

/* True when @mask is what virtio-net gave this queue by itself. */
static bool is_driver_default(const struct work *w, const struct nic_work *nw, unsigned int queue,
			      const struct cpumask *mask)
{
	struct cpumask own;

	driver_default_cpus(&w->cpus->online, nw->nic->channels.now, queue, &own);
	return cpumask_equal(&own, mask);
}

static void channels_step(struct work *w, const struct nic_work *nw)
{
	unsigned int now = nw->nic->channels.now, nr = cpumask_count(&w->cpus->online);
	unsigned int usual = nw->nic->channels.max < nr ? nw->nic->channels.max : nr;
	char before[CHANGE_NUMBER_LEN], after[CHANGE_NUMBER_LEN];
	struct change c = {
		.kind = KNOB_CHANNELS,
		.before = change_number(now, before),
		.after = change_number(nw->channels, after),
		.before_is_default = now == usual,
	};
	struct step *step;

	step = change_add(w, nw, &c);
	if (step)
		why_channels(step, w, nw);
}

static void rss_step(struct work *w, const struct nic_work *nw)
{
	const struct rss *rss = &nw->nic->rss;
	char *before, *after, *now, *max;
	struct step *step;

	if (!nw->rules.rss || rss->offered != IS_YES || !rss->nr_table)
		return;
	before = rss_text(rss->table, rss->nr_table);
	after = rss_equal_text(nw->channels, rss->nr_table);
	now = rss_equal_text(nw->nic->channels.now, rss->nr_table);
	max = rss_equal_text(nw->nic->channels.max, rss->nr_table);
	if (before && after && now && max) {
		struct change c = {
			.kind = KNOB_RSS,
			.before = before,
			.after = after,
			.before_is_default = !strcmp(before, now) || !strcmp(before, max),
		};

		step = change_add(w, nw, &c);
		if (step)
			why_rss(step, nw);
	} else {
		w->failed = true;
	}
	free(before);
	free(after);
	free(now);
	free(max);
}

/* The interrupt of a queue stays over a change of channels; only its mask is set anew. */
static void irq_step(struct work *w, const struct nic_work *nw, enum knob_kind kind, unsigned int i)
{
	const struct queue *queue = &nw->nic->queue[i];
	const struct irq *irq = kind == KNOB_IRQ_IN ? &queue->in : &queue->out;
	const struct lane *lane = change_lane(nw, i);
	char before[CHANGE_MASK_LEN], after[CHANGE_MASK_LEN];
	struct change c = { .kind = kind, .queue = i };
	struct cpumask own = { 0 };
	struct step *step;

	if (irq->number < 0)
		return;
	c.before = c.after = change_mask(&irq->affinity, before);
	c.before_is_default = is_driver_default(w, nw, i, &irq->affinity);
	if (lane) {
		cpumask_add(&own, lane->cpu);
		c.after = change_mask(&own, after);
	}
	step = change_add(w, nw, &c);
	if (step)
		why_irq(step, &irq->affinity, lane);
}

static void xps_rxqs_step(struct work *w, const struct nic_work *nw, unsigned int i)
{
	const struct queue *queue = &nw->nic->queue[i];
	char before[CHANGE_MASK_LEN];
	struct change c = { .kind = KNOB_XPS_RXQS, .queue = i };
	struct step *step;

	if (i >= nw->nic->channels.now || !queue->has_xps_rxqs ||
	    (cpumask_empty(&queue->xps_rxqs) && !w->policy->keeping))
		return;
	c.before = change_mask(&queue->xps_rxqs, before);
	c.after = change_lane(nw, i) ? "0" : KNOB_ABSENT;
	step = change_add(w, nw, &c);
	if (step)
		(void)snprintf(step->why, sizeof(step->why),
			       "a map by receive queue is set here; it wins over the map by CPU");
}

/* Which queues have XPS: none on a device with one queue, else those that are active. */
static void xps_step(struct work *w, const struct nic_work *nw, unsigned int i)
{
	const struct queue *queue = &nw->nic->queue[i];
	bool active = i < nw->nic->channels.now;
	const struct lane *lane = change_lane(nw, i);
	char before[CHANGE_MASK_LEN], after[CHANGE_MASK_LEN], fresh[CHANGE_MASK_LEN];
	struct change c = { .kind = KNOB_XPS, .queue = i };
	struct cpumask own;
	struct step *step;

	if (!nw->nic->queue[0].has_xps || (active && !queue->has_xps))
		return;
	driver_default_cpus(&w->cpus->online, nw->channels, i, &own);
	c.fresh = change_mask(&own, fresh);
	c.before = active ? change_mask(&queue->xps, before) : KNOB_ABSENT;
	c.after = lane ? change_mask(&lane->xps, after) : KNOB_ABSENT;
	c.before_is_default = active && is_driver_default(w, nw, i, &queue->xps);
	step = change_add(w, nw, &c);
	if (step)
		why_xps(step, w, nw, lane);
}

static void nic_steps(struct work *w, const struct nic_work *nw)
{
	unsigned int i, nr = change_queues(nw);

	channels_step(w, nw);
	rss_step(w, nw);
	for (i = 0; i < nr; i++)
		irq_step(w, nw, KNOB_IRQ_IN, i);
	for (i = 0; i < nr; i++)
		irq_step(w, nw, KNOB_IRQ_OUT, i);
	for (i = 0; i < nr; i++)
		xps_rxqs_step(w, nw, i);
	for (i = 0; i < nr; i++)
		xps_step(w, nw, i);
}

static void irqbalance_step(struct work *w)
{
	struct change c = { .kind = KNOB_IRQBALANCE };
	char *before = NULL, *after = NULL;
	struct step *step;

	if (ban_state(w) != BAN_WANTED)
		return;
	w->failed |= ban_lists(w, &before, &after) != 0;
	if (!w->failed) {
		c.before = before;
		c.after = after;
		step = change_add(w, NULL, &c);
		if (step)
			(void)snprintf(
				step->why, sizeof(step->why),
				"irqbalance is running and would move these lanes' interrupts");
	}
	free(before);
	free(after);
}

void steps_build(struct work *w)
{
	unsigned int i;

	for (i = 0; i < w->nr_nic; i++)
		w->nic[i].rps = flows_needed(&w->nic[i]);
	irqbalance_step(w);
	for (i = 0; i < w->nr_nic; i++)
		if (w->nic[i].driven)
			nic_steps(w, &w->nic[i]);
	flows_node_step(w);
	for (i = 0; i < w->nr_nic; i++)
		if (w->nic[i].driven)
			flows_nic_steps(w, &w->nic[i]);
}
