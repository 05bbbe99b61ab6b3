// SPDX-License-Identifier: GPL-2.0
/* The lane map: what stands at each lane of each NIC; see view.h. */
#include <stdio.h>
#include <string.h>

#include "view/view.h"

#define CELL_LEN 24

static const struct nic *nic_find(const struct facts *facts, const struct nic_plan *plan)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++)
		if (!strcmp(facts->nic[i].ifname, plan->ifname) &&
		    !strcmp(facts->nic[i].bus, plan->bus))
			return &facts->nic[i];
	return NULL;
}

static void mask_cell(char *cell, bool has, const struct cpumask *mask)
{
	char list[CPUMASK_TEXT_LEN];

	(void)cpumask_format_list(mask, list, sizeof(list));
	if (!has || !list[0])
		(void)snprintf(cell, CELL_LEN, "-");
	else if (strlen(list) >= CELL_LEN)
		(void)snprintf(cell, CELL_LEN, "%u CPUs", cpumask_count(mask));
	else
		(void)snprintf(cell, CELL_LEN, "%s", list);
}

static void irq_cell(char *cell, const struct irq *irq)
{
	char mask[CELL_LEN];

	mask_cell(mask, irq->number >= 0, &irq->affinity);
	if (irq->number < 0)
		(void)snprintf(cell, CELL_LEN, "-");
	else
		(void)snprintf(cell, CELL_LEN, "%.12s", mask);
}

/* Does the plan still change anything at this queue? */
static bool queue_is_straight(const struct plan *plan, const struct nic_plan *nic,
			      unsigned int queue)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++) {
		const struct step *s = &plan->step[i];

		if (!s->carried && s->knob.kind != KNOB_RSS && s->knob.kind != KNOB_CHANNELS &&
		    s->knob.queue == queue && !strcmp(s->knob.bus, nic->bus) &&
		    !strcmp(s->knob.mac, nic->mac))
			return false;
	}
	return true;
}

static void nic_map(struct text *out, const struct nic *nic, const struct nic_plan *lanes,
		    const struct plan *plan)
{
	char ifname[64];
	unsigned int i;

	text_escape(ifname, sizeof(ifname), nic->ifname);
	text_add(out, "%s  %s at %s, %u of %u queue pairs", ifname, nic->driver,
		 nic->bus[0] ? nic->bus : "no bus", nic->channels.now, nic->channels.max);
	if (lanes->nr_lane)
		text_add(out, ", %u of %u lanes straight", lanes->straight, lanes->nr_lane);
	text_add(out, "\n");
	if (lanes->verdict == NIC_LEFT)
		text_add(out, "  left alone: %s\n", lanes->reason);
	if (!lanes->nr_lane)
		return;
	text_add(out, "  %-5s %-4s %-12s %-12s %-12s %s\n", "LANE", "CPU", "RX IRQ TO", "TX IRQ TO",
		 "XPS FROM", "RPS TO");
	for (i = 0; i < lanes->nr_lane; i++) {
		const struct lane *lane = &lanes->lane[i];
		const struct queue *q = lane->index < nic->nr_queue ? &nic->queue[lane->index] :
								      NULL;
		char in[CELL_LEN] = "-", out_irq[CELL_LEN] = "-", xps[CELL_LEN] = "-",
		     rps[CELL_LEN] = "-";

		if (lane->index >= nic->channels.now && nic->channels.known == IS_YES) {
			text_add(out, "  %-5u %-4u %-12s %-12s %-12s %-12s%s\n", lane->index,
				 lane->cpu, "-", "-", "-", "-", "its queue is not active");
			continue;
		}
		if (q) {
			irq_cell(in, &q->in);
			irq_cell(out_irq, &q->out);
			mask_cell(xps, q->has_xps, &q->xps);
			mask_cell(rps, q->has_rps, &q->rps);
		}
		text_add(out, "  %-5u %-4u %-12s %-12s %-12s %-12s%s\n", lane->index, lane->cpu, in,
			 out_irq, xps, rps,
			 queue_is_straight(plan, lanes, lane->index) ? "straight" : "crooked");
	}
	if (lanes->verdict != NIC_LEFT && nic->channels.now > lanes->nr_lane)
		text_add(out, "  queues %u to %u are active and have no lane\n", lanes->nr_lane,
			 nic->channels.now - 1);
}

void view_lanes(struct text *out, const struct facts *facts, const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_nic; i++) {
		const struct nic *nic = nic_find(facts, &plan->nic[i]);

		if (nic && (plan->nic[i].nr_lane || nic->bus[0]))
			nic_map(out, nic, &plan->nic[i], plan);
	}
}
