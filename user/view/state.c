// SPDX-License-Identifier: GPL-2.0
/* What the journal holds, and the first screen; see view.h. */
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/step.h"
#include "view/view.h"

static unsigned int entries_open(const struct journal_state *state)
{
	unsigned int i, n = 0;

	for (i = 0; i < state->nr_entry; i++)
		n += !state->entry[i].undone && !state->entry[i].step.carried;
	return n;
}

static void deadline_add(struct text *out, const struct journal_state *state, uint64_t now_boot_ms)
{
	char left[32];

	if (!state->deadline_boot_ms)
		return;
	if (state->deadline_boot_ms <= now_boot_ms) {
		text_add(out, "; its time has run out: netlane down");
		return;
	}
	view_duration(left, sizeof(left), (state->deadline_boot_ms - now_boot_ms + 999) / 1000);
	if (state->confirm)
		text_add(out, "; not confirmed: undone in %s unless netlane up runs again", left);
	else
		text_add(out, "; undone in %s", left);
}

void view_state(struct text *out, const struct journal_state *state, uint64_t now_boot_ms)
{
	if (!state->open) {
		text_add(out, "nothing on this node is changed by netlane");
		return;
	}
	text_add(out, "holding ");
	view_count(out, entries_open(state), "change", "changes");
	text_add(out, " since %s", state->opened);
	if (!state->complete)
		text_add(out, "; the up that made them did not finish: netlane down");
	deadline_add(out, state, now_boot_ms);
}

static void node_line(struct text *out, const struct facts *facts)
{
	unsigned int i, queues = 0;
	char kernel[96], type[64];

	for (i = 0; i < facts->nr_nic; i++)
		if (facts->nic[i].bus[0] && facts->nic[i].channels.known == IS_YES)
			queues += facts->nic[i].channels.max;
	text_escape(kernel, sizeof(kernel), facts->node.kernel);
	text_escape(type, sizeof(type),
		    facts->node.instance_type[0] ? facts->node.instance_type :
		    facts->node.product[0]	 ? facts->node.product :
						   facts->node.arch);
	text_add(out, "node    %s  ", type);
	view_count(out, cpumask_count(&facts->cpus.online), "CPU", "CPUs");
	text_add(out, "  ");
	view_count(out, queues, "queue", "queues");
	text_add(out, "  kernel %s\n", kernel);
}

static void lanes_line(struct text *out, const struct first *first)
{
	const struct plan *plan = first->plan;
	unsigned int i, nr = 0;
	char ifname[64];

	text_add(out, "lanes   ");
	if (!plan) {
		text_add(out, "unknown: %s\n", first->plan_why);
		return;
	}
	for (i = 0; i < plan->nr_nic; i++) {
		const struct nic_plan *nic = &plan->nic[i];

		if (!nic->bus[0])
			continue;
		text_escape(ifname, sizeof(ifname), nic->ifname);
		text_add(out, "%s%s ", nr++ ? "; " : "", ifname);
		if (nic->verdict == NIC_LEFT)
			text_add(out, "left alone (%s)", nic->reason);
		else
			text_add(out, "%u of %u straight", nic->straight, nic->nr_lane);
	}
	text_add(out, "%s\n", nr ? "" : "no NIC with queues on this node");
}

static bool is_cni(const char *name)
{
	static const char *const cnis[] = { "cilium", "terway", "calico", "flannel", NULL };

	return name_find(cnis, name) >= 0;
}

static void owners_line(struct text *out, const struct facts *facts)
{
	unsigned int i, nr = 0, cni = 0;
	char name[64];

	text_add(out, "owners  ");
	for (i = 0; i < facts->nr_owner; i++) {
		if (facts->owner[i].active != IS_YES || is_cni(facts->owner[i].name))
			continue;
		text_escape(name, sizeof(name), facts->owner[i].name);
		text_add(out, "%s%s", nr++ ? ", " : "", name);
	}
	text_add(out, "%s; CNI ", nr ? "" : "none but the driver");
	for (i = 0; i < facts->nr_owner; i++)
		if (facts->owner[i].active == IS_YES && is_cni(facts->owner[i].name))
			text_add(out, "%s%s", cni++ ? ", " : "", facts->owner[i].name);
	text_add(out, "%s\n", cni ? "" : "none");
}

static void state_line(struct text *out, const struct first *first)
{
	text_add(out, "state   ");
	if (first->facts->node.cmdline_off[0] == '1')
		text_add(out, "off: netlane.off is on the kernel command line; ");
	if (first->daemon)
		text_add(out, "%s%s; ", first->mode == MODE_HOLD ? "mode hold" : "observing",
			 first->mode == MODE_HOLD && first->hands_off ?
				 ", but hands off since netlane down, until netlane up" :
				 "");
	if (first->journal)
		view_state(out, first->journal, first->now_boot_ms);
	else if (first->journal_why[0])
		text_add(out, "unknown: %s", first->journal_why);
	else
		text_add(out, "nothing on this node is changed by netlane");
	text_add(out, "\n");
}

static void next_line(struct text *out, const struct first *first)
{
	unsigned int i, changes = 0, blips = 0;
	const char *blip_nic = "";
	bool other = false; /* more NICs than that one */
	char ifname[64];

	for (i = 0; first->plan && i < first->plan->nr_step; i++) {
		const struct step *s = &first->plan->step[i];

		changes += !s->carried;
		if (s->risk != RISK_BLIP)
			continue;
		other |= blips && strcmp(blip_nic, s->ifname);
		if (!blips++)
			blip_nic = s->ifname;
	}
	text_escape(ifname, sizeof(ifname), blip_nic);
	text_add(out, "next    ");
	if (first->journal && first->journal->open && !first->journal->complete) {
		text_add(out, "netlane down   (finishes what was interrupted)\n");
	} else if (!first->plan) {
		text_add(out, "netlane plan   (says what is wrong)\n");
	} else if (first->facts->node.cmdline_off[0] == '1') {
		text_add(out, "nothing: netlane.off is on the kernel command line\n");
	} else if (!plan_has_lanes(first->plan)) {
		text_add(out, "nothing to do: no NIC here gets lanes\n");
	} else if (!changes) {
		text_add(out, "nothing to do: already straight\n");
	} else {
		text_add(out, "netlane plan   (");
		view_count(out, changes, "change", "changes");
		if (blips)
			text_add(out, "; %u may lose packets on %s%s", blips, ifname,
				 other ? " and others" : "");
		text_add(out, ")\n");
	}
}

void view_first(struct text *out, const struct first *first)
{
	node_line(out, first->facts);
	lanes_line(out, first);
	text_add(out, "%s", first->now);
	owners_line(out, first->facts);
	state_line(out, first);
	next_line(out, first);
}
