// SPDX-License-Identifier: GPL-2.0
/* A plan as text for people: lanes and steps NIC by NIC; see view.h. */
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "view/view.h"

#define VALUE_LEN 48 /* columns that a value may take before it is cut */
#define WHY_COLUMN 26 /* where the reason starts if the values leave room */
#define WHY_INDENT 10 /* and where if they do not */

static void lanes_line(struct text *out, const struct nic_plan *nic)
{
	char list[CPUMASK_TEXT_LEN], ifname[64];
	struct cpumask cpus = { 0 }, helpers = { 0 };
	bool ascending = true;
	unsigned int i;

	text_escape(ifname, sizeof(ifname), nic->ifname);
	text_add(out, "%s: ", ifname);
	for (i = 0; i < nic->nr_lane; i++) {
		cpumask_add(&cpus, nic->lane[i].cpu);
		cpumask_or(&helpers, &helpers, &nic->lane[i].helpers);
		ascending &= !i || nic->lane[i].cpu > nic->lane[i - 1].cpu;
	}
	if (!nic->nr_lane) {
		text_add(out, "left alone");
	} else if (ascending) {
		(void)cpumask_format_list(&cpus, list, sizeof(list));
		view_count(out, nic->nr_lane, "lane", "lanes");
		text_add(out, " of %u on CPU%s %s", nic->queues_max, nic->nr_lane > 1 ? "s" : "",
			 list);
	} else {
		view_count(out, nic->nr_lane, "lane", "lanes");
		text_add(out, " of %u on CPUs ", nic->queues_max);
		for (i = 0; i < nic->nr_lane; i++)
			text_add(out, "%s%u", i ? "," : "", nic->lane[i].cpu);
	}
	if (!cpumask_empty(&helpers)) {
		(void)cpumask_format_list(&helpers, list, sizeof(list));
		text_add(out, ", helped by %s", list);
	}
	text_add(out, "\n");
}

/* Values, risk and reason of a step behind a label that ends at column @at. */
static void step_rest(struct text *out, const struct step *step, unsigned int at,
		      unsigned int width)
{
	char before[VALUE_LEN], after[VALUE_LEN], line[192], why[512];

	view_value(step->knob.kind, step->before, before, sizeof(before));
	view_value(step->knob.kind, step->after, after, sizeof(after));
	at += (unsigned int)snprintf(line, sizeof(line), "%s -> %s", before, after);
	text_add(out, "%s", line);
	if (step->risk) {
		(void)snprintf(line, sizeof(line), "  [%s%s]", risk_names[step->risk],
			       step->needs_confirm ? ", needs --confirm" : "");
		at += (unsigned int)strlen(line);
		text_add(out, "%s", line);
	}
	if (at + 2 > WHY_COLUMN) {
		text_add(out, "\n%*s", WHY_INDENT, "");
		at = WHY_INDENT;
	} else {
		text_add(out, "%*s", (int)(WHY_COLUMN - at), "");
		at = WHY_COLUMN;
	}
	text_escape(why, sizeof(why), step->why);
	view_wrap(out, why, at, at, width);
}

/* Steps of one kind stand below its name, one line a queue. */
static void step_line(struct text *out, const struct step *step, enum knob_kind *group,
		      unsigned int width)
{
	const char *queue;
	char label[128];
	bool long_one;

	/* where the step is below its NIC's name the label need not say it */
	knob_label(&step->knob, step->ifname[0] ? NULL : "", label, sizeof(label));
	queue = strchr(label, ' ');
	if (!queue) {
		*group = KNOB_COUNT;
		text_add(out, "  %s  ", label);
		step_rest(out, step, (unsigned int)strlen(label) + 4, width);
		return;
	}
	if (*group != step->knob.kind)
		text_add(out, "  %s\n", knob_names[step->knob.kind]);
	*group = step->knob.kind;
	long_one = strlen(queue + 1) > 6; /* a route's, not a queue's */
	text_add(out, "    %-6s%s", queue + 1, long_one ? "  " : "");
	step_rest(out, step, long_one ? (unsigned int)strlen(queue + 1) + 6 : 10, width);
}

static bool step_is_of(const struct step *step, const struct nic_plan *nic)
{
	/* a rule is of the whole node, but about a NIC's address */
	if (!step->knob.bus[0] && step->ifname[0])
		return !strcmp(step->ifname, nic->ifname);
	return !strcmp(step->knob.bus, nic->bus) && !strcmp(step->knob.mac, nic->mac);
}

static bool step_is_node_wide(const struct step *step)
{
	return !step->knob.bus[0] && !step->ifname[0];
}

static void nic_part(struct text *out, const struct plan *plan, const struct nic_plan *nic,
		     unsigned int width)
{
	enum knob_kind group = KNOB_COUNT;
	unsigned int i, carried = 0;

	lanes_line(out, nic);
	if (nic->reason[0]) {
		text_add(out, "  ");
		view_wrap(out, nic->reason, 2, 2, width);
	}
	for (i = 0; i < plan->nr_step; i++) {
		if (!step_is_of(&plan->step[i], nic))
			continue;
		if (plan->step[i].carried)
			carried++;
		else
			step_line(out, &plan->step[i], &group, width);
	}
	if (carried)
		text_add(out,
			 "  and %u %s kept or given back with it: the driver resets them when "
			 "channels change\n",
			 carried, carried == 1 ? "knob" : "knobs");
}

static unsigned int changes_count(const struct plan *plan, unsigned int *blips, unsigned int *cuts)
{
	unsigned int i, n = 0;

	*blips = *cuts = 0;
	for (i = 0; i < plan->nr_step; i++) {
		n += !plan->step[i].carried;
		*blips += plan->step[i].risk == RISK_BLIP;
		*cuts += plan->step[i].risk == RISK_CAN_CUT_OFF;
	}
	return n;
}

/* NICs that nobody would expect lanes on (veth, bridge) share one line. */
static void left_line(struct text *out, const struct plan *plan, unsigned int width)
{
	struct text line = { 0 };
	char ifname[64];
	unsigned int i, n = 0;

	for (i = 0; i < plan->nr_nic; i++) {
		const struct nic_plan *nic = &plan->nic[i];

		if (nic->verdict != NIC_LEFT || nic->bus[0])
			continue;
		text_escape(ifname, sizeof(ifname), nic->ifname);
		text_add(&line, "%s%s", n++ ? ", " : "left alone: ", ifname);
	}
	if (n && line.s)
		view_wrap(out, line.s, 0, 2, width);
	text_free(&line);
}

void view_plan(struct text *out, const struct plan *plan, unsigned int width)
{
	unsigned int i, blips, cuts, changes = changes_count(plan, &blips, &cuts), lanes = 0;
	enum knob_kind group = KNOB_COUNT;
	bool node_wide = false;

	for (i = 0; i < plan->nr_nic; i++) {
		lanes += plan->nic[i].verdict == NIC_LEFT ? 0 : plan->nic[i].nr_lane;
		if (plan->nic[i].verdict != NIC_LEFT || plan->nic[i].bus[0])
			nic_part(out, plan, &plan->nic[i], width);
	}
	left_line(out, plan, width);
	for (i = 0; i < plan->nr_step; i++) {
		if (!step_is_node_wide(&plan->step[i]))
			continue;
		if (!node_wide)
			text_add(out, "node:\n");
		node_wide = true;
		step_line(out, &plan->step[i], &group, width);
	}
	for (i = 0; i < plan->nr_note; i++) {
		text_add(out, "note: ");
		view_wrap(out, plan->note[i], 6, 6, width);
	}
	if (!changes) {
		text_add(out, "%s: nothing to change\n",
			 lanes ? "already straight" : "no NIC here gets lanes");
		return;
	}
	view_count(out, changes, "change", "changes");
	if (blips)
		text_add(out, ", %u with a blip: packets may be lost for a moment", blips);
	if (cuts)
		text_add(out, ", %u that can cut off who is logged in", cuts);
	text_add(out, "\n");
}
