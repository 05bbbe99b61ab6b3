// SPDX-License-Identifier: GPL-2.0
/* What the owner of the node should know beside the steps; see notes.h. */
#include "plan/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/ban.h"
#include "plan/why.h"

void note_add(struct work *w, const char *fmt, ...)
{
	struct plan *plan = w->plan;
	va_list ap;

	if (!work_grow(w, &plan->note, plan->nr_note, &w->note_room, sizeof(*plan->note)))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(plan->note[plan->nr_note++], sizeof(*plan->note), fmt, ap); /* may be cut */
	va_end(ap);
}

/* What each co-owner does that netlane has to live with; any other gets the plain sentence. */
static const struct {
	const char *name;
	const char *does;
} habits[] = {
	{ "ecs_mq", "runs at boot and on hotplug and will rewrite" },
	{ "tuned", "applies its profile at start and on a switch and may rewrite" },
	{ "systemd.link", "is applied when the interface appears and may set" },
	{ "NetworkManager", "sets, whenever it activates the connection," },
};

static const char *habit(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
		if (!strcmp(habits[i].name, name))
			return habits[i].does;
	return "also sets";
}

static void note_owners(struct work *w)
{
	unsigned int i;

	for (i = 0; i < w->facts->nr_owner; i++) {
		const struct owner *o = &w->facts->owner[i];

		if (o->active != IS_YES || !strcmp(o->name, "irqbalance"))
			continue;
		if (o->touches[0])
			note_add(w, "%s %s %.60s; netlane does not stop it (seen: %.60s)", o->name,
				 habit(o->name), o->touches, o->evidence);
		else
			note_add(w, "%s is here; netlane does not stop it (seen: %.60s)", o->name,
				 o->evidence);
	}
}

static void note_irqbalance(struct work *w)
{
	switch (ban_state(w)) {
	case BAN_WANTED:
		note_add(w, "irqbalance is running: netlane takes only its own interrupts from it");
		break;
	case BAN_REFUSED:
		note_add(w, "irqbalance is running and keeps the interrupts (irqbalance = no): it "
			    "will move them within seconds");
		break;
	case BAN_UNKNOWN:
		note_add(w,
			 "irqbalance is running and will move the interrupts again; what it "
			 "leaves alone could not be read: run it with --banirq for each of them");
		break;
	case BAN_NONE:
		break;
	}
}

static void note_cpus(struct work *w)
{
	const struct lane_cpus *lc = w->cpus;
	struct cpumask kept;
	char cpus[WHY_CPUS_LEN];

	if (!cpumask_empty(&lc->isolated))
		note_add(w, "isolated: %s get no lane and no RPS, and transmit by the nearest lane",
			 why_cpus(&lc->isolated, cpus));
	cpumask_andnot(&kept, &lc->online, &lc->housekeeping);
	cpumask_andnot(&kept, &kept, &lc->isolated);
	if (!cpumask_empty(&kept))
		note_add(w,
			 "not in allowed_cpus: %s get no lane and no RPS, and transmit by the "
			 "nearest lane",
			 why_cpus(&kept, cpus));
}

static void note_queues(struct work *w, const struct nic_work *nw)
{
	unsigned int i, without = 0;

	for (i = 0; i < nw->channels; i++)
		without += nw->nic->queue[i].in.number < 0 || nw->nic->queue[i].out.number < 0;
	if (without)
		note_add(w, "%s: %u of %u lanes lack an interrupt of their own", nw->nic->ifname,
			 without, nw->channels);
}

/* One note for all NICs alike: a node may have fifteen of them. */
static void note_rss(struct work *w)
{
	struct text fixed = { 0 };
	unsigned int i;

	for (i = 0; i < w->nr_nic; i++) {
		const struct nic_work *nw = &w->nic[i];

		if (!nw->driven || nw->channels < 2 || !nw->rules.rss)
			continue;
		if (nw->nic->rss.offered == IS_NO)
			text_add(&fixed, fixed.len ? ", %s" : "%s", nw->nic->ifname);
		else if (nw->nic->rss.offered == IS_UNKNOWN)
			note_add(w, "%s: the receive hash could not be read (errno %d) and is left",
				 nw->nic->ifname, nw->nic->rss.err);
	}
	if (fixed.len)
		note_add(
			w,
			"%.100s: the device or the VPC keeps the receive hash, as on most ECS types",
			fixed.s);
	w->failed |= fixed.failed;
	text_free(&fixed);
}

/* A section that is about no NIC is most often a typing error. */
static void note_sections(struct work *w)
{
	unsigned int i, j;

	for (i = 0; i < w->policy->nr_nic; i++) {
		const struct nic_policy *section = &w->policy->nic[i];

		for (j = 0; j < w->facts->nr_nic; j++)
			if (policy_matches(section, &w->facts->nic[j]))
				break;
		if (j == w->facts->nr_nic && strcmp(section->match, "*"))
			note_add(w, "%s: no NIC here is [nic %s]", section->from, section->match);
	}
}

void notes_build(struct work *w)
{
	unsigned int i;

	note_owners(w);
	note_irqbalance(w);
	note_cpus(w);
	for (i = 0; i < w->nr_nic; i++)
		if (w->nic[i].driven)
			note_queues(w, &w->nic[i]);
	note_rss(w);
	note_sections(w);
}
