// SPDX-License-Identifier: GPL-2.0
/* The sentence of each step; see why.h. */
#include "plan/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(struct step *step, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct step *step, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(step->why, sizeof(step->why), fmt, ap); /* a cut sentence still helps */
	va_end(ap);
}

const char *why_cpus(const struct cpumask *mask, char buf[WHY_CPUS_LEN])
{
	char list[CPUMASK_TEXT_LEN];
	const int room = WHY_CPUS_LEN - (int)sizeof("CPUs ,...");
	bool cut = cpumask_format_list(mask, list, sizeof(list)) > (size_t)room;

	if (cut) {
		list[room] = 0;
		*strrchr(list, ',') = 0; /* no range of numbers is that long */
	}
	(void)snprintf(buf, WHY_CPUS_LEN, "%s%.*s%s", cpumask_count(mask) == 1 ? "CPU " : "CPUs ",
		       room, list, cut ? ",..." : "");
	return buf;
}

void why_carried(struct step *step, bool reshaped)
{
	if (!reshaped)
		say(step, "as planned; held from now on");
	else if (!strcmp(step->after, KNOB_ABSENT))
		say(step, "the queue goes with the change of channels; down brings it back");
	else if (!strcmp(step->before, KNOB_ABSENT))
		say(step, "the queue comes with the change of channels, set as wanted");
	else
		say(step, "as it is; the change of channels may reset it");
}

void why_channels(struct step *step, const struct work *w, const struct nic_work *nw)
{
	unsigned int now = nw->nic->channels.now, max = nw->nic->channels.max;
	unsigned int cpus = cpumask_count(&w->cpus->housekeeping);

	if (nw->rules.cpus)
		say(step, "%s names %u CPU%s, %u of %u queues are active", nw->rules.cpus_from,
		    nw->channels, nw->channels == 1 ? "" : "s", now, max);
	else if (nw->rules.channels)
		say(step, "%s says channels = %u; %u of %u queues are active",
		    nw->rules.channels_from, nw->rules.channels, now, max);
	else if (now < nw->channels)
		say(step, "only %u of %u queues active; %u CPU%s may have one each", now, max,
		    nw->channels, nw->channels == 1 ? "" : "s");
	else
		say(step, "%u queues active, but only %u CPU%s may carry lanes", now, cpus,
		    cpus == 1 ? "" : "s");
}

void why_rss(struct step *step, const struct nic_work *nw)
{
	const struct rss *rss = &nw->nic->rss;
	unsigned int i, last = 0;

	for (i = 0; i < rss->nr_table; i++)
		if (rss->table[i] > last)
			last = rss->table[i];
	if (last >= nw->channels)
		say(step, "the receive hash reaches queue %u, there are %u lanes", last,
		    nw->channels);
	else if (last + 1 < nw->channels)
		say(step, "the receive hash reaches only queues 0-%u, there are %u lanes", last,
		    nw->channels);
	else
		say(step, "the receive hash does not spread evenly over the %u lanes",
		    nw->channels);
}

void why_irq(struct step *step, const struct cpumask *now, const struct lane *lane)
{
	char cpus[WHY_CPUS_LEN];

	if (cpumask_count(now) == 1)
		say(step, "interrupt goes to %s; lane %u runs on CPU %u", why_cpus(now, cpus),
		    lane->index, lane->cpu);
	else
		say(step, "interrupt may go to %s; lane %u runs on CPU %u", why_cpus(now, cpus),
		    lane->index, lane->cpu);
}

/* How many active queues have this same XPS mask. */
static unsigned int sharers(const struct nic_work *nw, const struct cpumask *mask)
{
	unsigned int i, nr = 0;

	for (i = 0; i < nw->nic->channels.now; i++)
		nr += nw->nic->queue[i].has_xps && cpumask_equal(&nw->nic->queue[i].xps, mask);
	return nr;
}

void why_xps(struct step *step, const struct work *w, const struct nic_work *nw,
	     const struct lane *lane)
{
	const struct queue *queue = &nw->nic->queue[lane->index];
	const struct cpumask *now = &queue->xps;
	char cpus[WHY_CPUS_LEN], own[WHY_CPUS_LEN];
	struct cpumask more;

	(void)why_cpus(&lane->xps, own);
	cpumask_andnot(&more, now, &lane->xps);
	if (!strcmp(step->before, KNOB_ABSENT))
		say(step, "a new queue; %s transmit%s by it", own,
		    cpumask_count(&lane->xps) == 1 ? "s" : "");
	else if (cpumask_empty(now))
		say(step, "no CPU is told to transmit by this queue: the kernel picks by hash");
	else if (sharers(nw, now) > 1 && cpumask_equal(now, &w->cpus->online))
		say(step,
		    "all %u CPUs share this queue's XPS mask: the kernel picks by hash, not by lane",
		    cpumask_count(now));
	else if (sharers(nw, now) > 1)
		say(step, "%u queues share this XPS mask: the kernel picks by hash, not by lane",
		    sharers(nw, now));
	else if (!cpumask_empty(&more))
		say(step,
		    cpumask_count(&more) == 1 ? "%s belongs to another lane; lane %u is for %s" :
						"%s belong to other lanes; lane %u is for %s",
		    why_cpus(&more, cpus), lane->index, own);
	else
		say(step, "lane %u is for %s; only %s may transmit by it", lane->index, own,
		    why_cpus(now, cpus));
}

void why_rps(struct step *step, const struct work *w, const struct nic_work *nw,
	     const struct lane *lane)
{
	unsigned int nr = cpumask_count(&lane->helpers);
	char cpus[WHY_CPUS_LEN];

	if (nr && nw->rules.rps)
		say(step,
		    nr == 1 ? "%s has no queue of its own; lane %u feeds it" :
			      "%s have no queue of their own; lane %u feeds them",
		    why_cpus(&lane->helpers, cpus), lane->index);
	else if (!nw->rules.rps)
		say(step, "rps = off (%s)", nw->rules.rps_from);
	else if (nw->rps)
		say(step, "lane %u has no helper: it keeps its packets on CPU %u", lane->index,
		    lane->cpu);
	else
		say(step, "RPS is redundant: %u queue%s cover%s %u CPU%s", nw->channels,
		    nw->channels == 1 ? "" : "s", nw->channels == 1 ? "s" : "",
		    cpumask_count(&w->cpus->housekeeping),
		    cpumask_count(&w->cpus->housekeeping) == 1 ? "" : "s");
}

void why_rps_flow(struct step *step, const struct nic_work *nw, const struct lane *lane)
{
	char cpus[WHY_CPUS_LEN];

	if (strcmp(step->after, "0"))
		say(step, "lane %u feeds %s: RFS hands a flow to the CPU that reads it",
		    lane->index, why_cpus(&lane->helpers, cpus));
	else if (!nw->rules.rps)
		say(step, "rps = off (%s), so that RFS has no use", nw->rules.rps_from);
	else
		say(step, "lane %u hands no packets to others: RFS has no use here", lane->index);
}
