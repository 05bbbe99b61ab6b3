// SPDX-License-Identifier: GPL-2.0
/* Which NICs get lanes, how many, and why the others are left; see decide.h. */
#include "plan/decide.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/driver.h"
#include "base/rss.h"
#include "base/text.h"
#include "plan/notes.h"

bool decide_shown(const struct nic *nic, const struct nic_rules *rules)
{
	return nic->bus[0] || rules->named;
}

static void left(struct nic_work *nw, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void left(struct nic_work *nw, const char *fmt, ...)
{
	va_list ap;

	nw->out->verdict = NIC_LEFT;
	nw->channels = 0;
	nw->driven = false;
	va_start(ap, fmt);
	(void)vsnprintf(nw->out->reason, sizeof(nw->out->reason), fmt, ap); /* cut is fine */
	va_end(ap);
}

/* Interface names become paths; facts may come from a file that somebody sent. */
static bool is_name(const char *ifname)
{
	return ifname[0] && !strchr(ifname, '/') && strcmp(ifname, ".") && strcmp(ifname, "..");
}

/* True when somebody else, or the owner's word, keeps netlane off this NIC. */
static bool not_ours(struct nic_work *nw)
{
	const struct nic *nic = nw->nic;
	const char *driver = nic->driver[0] ? nic->driver : "no driver";

	if (!is_name(nic->ifname))
		left(nw, "its name cannot be an interface's");
	else if (!nic->bus[0])
		left(nw, "not a driven NIC (%s)", driver);
	else if (nw->rules.manage == IS_NO)
		left(nw, "manage = no (%s)", nw->rules.manage_from);
	else if (nic->owner[0])
		left(nw, "it belongs to %s, which is left to set it up", nic->owner);
	else if (!driver_find(nic->driver))
		left(nw, "netlane does not know this driver (%s)", driver);
	else
		return false;
	return true;
}

static bool queues_fit(const struct nic *nic)
{
	unsigned int i;

	if (!nic->channels.max || nic->channels.max > nic->nr_queue || !nic->channels.now ||
	    nic->channels.now > nic->channels.max)
		return false;
	for (i = 0; i < nic->channels.max; i++)
		if (nic->queue[i].index != i)
			return false;
	return true;
}

/* True when the device or the node gives no lanes. */
static bool not_possible(const struct work *w, struct nic_work *nw)
{
	const struct nic *nic = nw->nic;

	if (nic->channels.known == IS_NO)
		left(nw, "its driver has no channels to set");
	else if (nic->channels.known != IS_YES)
		left(nw, "its channels could not be read (errno %d)", nic->channels.err);
	else if (!queues_fit(nic))
		left(nw, "its facts do not fit together: %u of %u channels, %u queues seen",
		     nic->channels.now, nic->channels.max, nic->nr_queue);
	else if (nic->vectors == VECTORS_SHARED)
		left(nw, "its queues share one interrupt: a lane needs one of its own");
	else if (nic->vectors != VECTORS_PER_QUEUE && nw->driven)
		left(nw, "the interrupts of its queues were not found");
	else if (cpumask_empty(&w->cpus->housekeeping) && !nw->rules.cpus)
		left(nw, "no CPU may carry a lane: each is isolated or not in allowed_cpus");
	else
		return false;
	return true;
}

/* How many channels the rules ask for, as far as queues and CPUs allow. */
static int channels_wanted(struct work *w, struct nic_work *nw, struct err *err)
{
	const struct nic_rules *rules = &nw->rules;
	unsigned int max = nw->nic->channels.max, nr = cpumask_count(&w->cpus->housekeeping);
	struct err why = { 0 };
	int ret;

	if (rules->cpus) {
		nw->channels = rules->nr_cpus;
		ret = policy_check_cpus(rules, nw->nic, &w->facts->cpus, &why);
		if (ret == -EAGAIN && w->policy->keeping)
			left(nw, "it waits: %s", why.text);
		else if (ret)
			return err_set(err, ret, "%s", why.text);
		return 0;
	}
	nw->channels = rules->channels ? rules->channels : max;
	if (nw->channels > max) {
		if (!rules->channels_any)
			return err_set(err, -EINVAL, "%s: channels = %u, but %s has 1 to %u",
				       rules->channels_from, rules->channels, nw->nic->ifname, max);
		note_add(w, "%s: channels = %u for every NIC; %s has only %u", rules->channels_from,
			 rules->channels, nw->nic->ifname, max);
		nw->channels = max;
	}
	if (rules->channels && !rules->channels_any && nw->channels > nr &&
	    nw->channels == nw->nic->channels.now) {
		/* as many as asked for, so none is taken away; but each lane needs a CPU */
		left(nw, "it keeps %u queues (%s), but only %u CPU%s may carry lanes",
		     nw->nic->channels.now, rules->channels_from, nr, nr == 1 ? "" : "s");
		return 0;
	}
	if (rules->channels && nw->channels > nr)
		note_add(w, "%s: channels = %u, but only %u CPU%s may carry a lane of %s",
			 rules->channels_from, rules->channels, nr, nr == 1 ? "" : "s",
			 nw->nic->ifname);
	if (nw->channels > nr)
		nw->channels = nr;
	return 0;
}

/*
 * True when rss = off and fewer channels would leave hash entries without a
 * queue. The driver's own shape it spreads anew by itself.
 */
static bool rss_holds(const struct nic_work *nw)
{
	const struct rss *rss = &nw->nic->rss;
	unsigned int i, last = 0;

	if (nw->rules.rss || rss->offered != IS_YES)
		return false;
	for (i = 0; i < rss->nr_table; i++)
		if (rss->table[i] > last)
			last = rss->table[i];
	if (last < nw->channels)
		return false;
	if (last >= rss->nr_table)
		return true;
	for (i = 0; i < rss->nr_table; i++)
		if (rss->table[i] != i % (last + 1))
			return true;
	return last + 1 != nw->nic->channels.now && last + 1 != nw->nic->channels.max;
}

/* What keeps the number of channels as it is, in words, or NULL. */
static const char *channels_held(const struct nic_work *nw, char *buf, size_t len)
{
	if (!work_reshapes(nw) || !nw->driven)
		return NULL;
	if (nw->nic->xdp_prog)
		(void)snprintf(buf, len, "XDP program %u is on it", nw->nic->xdp_prog);
	else if (rss_holds(nw))
		(void)snprintf(buf, len, "rss = off and its hash uses more queues");
	else
		return NULL;
	return buf;
}

/* The channels cannot be changed: lanes on those that are there, if they can all have a CPU. */
static void channels_keep(struct work *w, struct nic_work *nw, const char *why)
{
	unsigned int now = nw->nic->channels.now, wanted = nw->channels;

	if (nw->rules.cpus || now > cpumask_count(&w->cpus->housekeeping)) {
		left(nw, "%s: it keeps %u queue%s, and lanes need %u", why, now,
		     now == 1 ? "" : "s", wanted);
		return;
	}
	note_add(w, "%s: %s, so that it keeps %u queue%s instead of %u", nw->nic->ifname, why, now,
		 now == 1 ? "" : "s", wanted);
	nw->channels = now;
}

int decide_nic(struct work *w, struct nic_work *nw, struct err *err)
{
	const struct driver *driver = driver_find(nw->nic->driver);
	char held[80];
	int ret;

	nw->driven = driver && driver->driven;
	nw->out->queues_max = nw->nic->channels.max;
	if (not_ours(nw) || not_possible(w, nw))
		return 0;
	ret = channels_wanted(w, nw, err);
	if (ret)
		return ret;
	if (nw->channels && channels_held(nw, held, sizeof(held)))
		channels_keep(w, nw, held);
	if (nw->channels && !nw->driven) {
		nw->out->verdict = NIC_LEFT;
		(void)snprintf(
			nw->out->reason, sizeof(nw->out->reason),
			"the driver %s is not driven yet: its lanes are shown, nothing is set",
			nw->nic->driver);
	}
	return 0;
}
