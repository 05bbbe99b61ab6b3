// SPDX-License-Identifier: GPL-2.0
/* Putting back what differs, with its author; see repair.h. */
#include "cmd/repair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "base/clock.h"
#include "base/names.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/writer.h"
#include "facts/facts.h"
#include "view/view.h"

#define STEER_AGAIN_S 60 /* at most; first after one */
#define NS_PER_S 1000000000ULL
#define WISHES_TO_YIELD 2 /* set once: repaired; set again: meant */

static const struct nic *nic_of(const struct facts *facts, const struct step *step)
{
	return step->ifname[0] ? facts_nic(facts, step->ifname) : NULL;
}

/*
 * What a person at a terminal sets a second time is meant. Who takes a file away
 * is not seen; a second time, it having been put back, is taken for a person's.
 */
static bool is_intent(struct keep *keep, const struct blame *by, const struct step *step,
		      const struct nic *nic)
{
	if (knob_lasts(step->knob.kind))
		/* a repair that fails is tried again: it is still the same time */
		return !strcmp(step->before, KNOB_ABSENT) &&
		       wish_count(&keep->wishes, &step->knob, keep->good_ns) >= WISHES_TO_YIELD;
	return by && by->tty && !by->kthread && culprit_is_direct(by, step, nic) &&
	       wish_count(&keep->wishes, &step->knob, by->ns) >= WISHES_TO_YIELD;
}

/* "set by bash (pid 812, unit x.service), 35 ms ago" */
static void by_whom(char *buf, size_t len, const struct blame *by, const struct step *step,
		    const struct nic *nic, uint64_t good_ns, uint64_t now)
{
	uint64_t since = by ? by->done_ns : good_ns;
	struct text who = { 0 };
	double seconds = since && since < now ? (double)(now - since) / 1e9 : 0;

	if (knob_is_of_servers(step->knob.kind)) {
		(void)snprintf(buf, len,
			       "its server has other sockets or workers, wrong for at most %.3f s",
			       seconds);
		return;
	}
	if (by)
		blame_who(by, &who);
	(void)snprintf(buf, len, "%s %.110s, wrong for %s%.3f s",
		       by && !culprit_is_direct(by, step, nic) ? "by the driver, because of" :
								 "set by",
		       who.s ? who.s : "unknown", by ? "" : "at most ", seconds);
	text_free(&who);
}

static void repair_note(struct keep *keep, const struct step *step, const char *by)
{
	char label[160], before[64], after[64];

	knob_label(&step->knob, step->ifname, label, sizeof(label));
	view_value(step->knob.kind, step->before, before, sizeof(before));
	view_value(step->knob.kind, step->after, after, sizeof(after));
	(void)snprintf(keep->last_repair, sizeof(keep->last_repair),
		       "%.60s: %.40s -> %.40s; %.160s", label, before, after, by);
}

/* One line for all that the same cause did to a NIC; the log has each knob. */
static void repairs_said(struct keep *keep, const struct plan *plan, unsigned int *nr)
{
	const struct step *first = NULL;
	unsigned int i, more = 0;

	for (i = 0; i <= plan->nr_step; i++) {
		const struct step *step = i < plan->nr_step ? &plan->step[i] : NULL;

		if (step && step->carried)
			continue;
		*nr += !!step;
		if (first && step && !strcmp(first->why, step->why) &&
		    !strcmp(first->ifname, step->ifname)) {
			more++;
			continue;
		}
		if (first && more)
			say("repair %s; and %u more of it\n", keep->last_repair, more);
		else if (first)
			say("repair %s\n", keep->last_repair);
		if (step)
			repair_note(keep, step, step->why);
		first = step;
		more = 0;
	}
}

/* Left to its author: said, journaled, and out of this plan. */
static int step_yield(struct keep *keep, struct journal *journal, struct flow *flow, unsigned int i,
		      const struct blame *by, struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	struct step *step = &flow->plan.step[i];
	const struct entry *entry = keep_entry(state, &step->knob);
	struct text who = { 0 };
	char label[160];
	int ret = 0;

	if (by)
		blame_who(by, &who);
	knob_label(&step->knob, step->ifname, label, sizeof(label));
	if (entry)
		ret = journal_yielded(journal, (unsigned int)(entry - state->entry), step->before,
				      who.s ? who.s : "somebody", err);
	if (!ret) {
		say("yield  %s: left at %s, set again by %s; netlane up takes it back\n", label,
		    step->before, who.s ? who.s : "somebody");
		keep->yielded++;
	}
	text_free(&who);
	return ret;
}

/* Names who did what, and sorts out what is meant. */
static int plan_judge(struct keep *keep, struct journal *journal, struct flow *flow,
		      struct err *err)
{
	uint64_t now = clock_boot_ns(); /* one for all: what has one cause is told in one line */
	bool yields = false;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < flow->plan.nr_step && !ret; i++) {
		struct step *step = &flow->plan.step[i];
		const struct entry *entry = keep_entry(journal_state(journal), &step->knob);
		const struct nic *nic = nic_of(&flow->facts, step);
		const struct step *channels;
		const struct blame *by;
		char why[sizeof(step->why)];

		if (step->carried || !entry)
			continue;
		/* it stands as netlane set it: the plan is another, nobody did anything */
		if (!strcmp(entry->step.after, step->before))
			continue;
		by = culprit_find(&keep->culprits, step, nic, keep->good_ns);
		channels = plan_reshapes(&flow->plan, &step->knob);
		if (!by && channels) /* who changed those took every other knob of the NIC along */
			by = culprit_find(&keep->culprits, channels, nic, keep->good_ns);
		if (is_intent(keep, by, step, nic)) {
			ret = step_yield(keep, journal, flow, i, by, err);
			yields = true;
			continue;
		}
		by_whom(why, sizeof(why), by, step, nic, keep->good_ns, now);
		(void)snprintf(step->why, sizeof(step->why), "%s", why);
	}
	if (yields && !ret)
		keep_sift(keep, flow, journal_state(journal));
	return ret;
}

/* What stands or falls together: the steps of one NIC, of the node (""), of one server. */
static bool same_part(const struct step *a, const struct step *b)
{
	if (knob_is_of_servers(a->knob.kind) || knob_is_of_servers(b->knob.kind))
		return knob_equal(&a->knob, &b->knob);
	return !strcmp(a->ifname, b->ifname);
}

/* The steps that belong to @of, in the plan's order: a transaction of their own. */
static int part_apply(struct keep *keep, struct journal *journal, const struct flow *flow,
		      const struct step *of, unsigned int *nr, struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	struct plan plan = { 0 };
	struct undo_report report;
	unsigned int i;
	int ret;

	plan.step = calloc(flow->plan.nr_step + 1, sizeof(*plan.step));
	if (!plan.step)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < flow->plan.nr_step; i++)
		if (same_part(&flow->plan.step[i], of))
			plan.step[plan.nr_step++] = flow->plan.step[i]; /* borrowed */
	ret = apply_plan("/", &plan, &flow->facts.node, journal, state->deadline_boot_ms,
			 state->confirm, NULL, &report, err);
	if (!ret)
		repairs_said(keep, &plan, nr);
	free(plan.step);
	return ret;
}

static bool is_first_of_its_part(const struct plan *plan, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (same_part(&plan->step[j], &plan->step[i]))
			return false;
	return true;
}

/*
 * A server that cannot be steered is no reason to hold the lanes for crooked: it is
 * said once, and tried again: soon, for one that only begins closes what its workers do
 * not need, then ever later, and at once when a server begins to listen.
 */
static void steer_failed(struct keep *keep, const struct err *why)
{
	if (!strncmp(why->text, keep->steer_failure, sizeof(keep->steer_failure) - 1))
		return;
	(void)text_copy(keep->steer_failure, sizeof(keep->steer_failure),
			why->text); /* may be cut */
	(void)fail("%s; it is left as it was", why->text);
}

static int parts_apply(struct keep *keep, struct journal *journal, const struct flow *flow,
		       unsigned int *nr, struct err *err)
{
	unsigned int i, failed = 0, wait_s;
	int ret = 0;

	for (i = 0; i < flow->plan.nr_step; i++) {
		struct err why = { 0 };
		int one;

		if (!is_first_of_its_part(&flow->plan, i))
			continue;
		one = part_apply(keep, journal, flow, &flow->plan.step[i], nr, &why);
		if (knob_is_of_servers(flow->plan.step[i].knob.kind)) {
			if (one)
				steer_failed(keep, &why);
			failed += !!one;
			continue;
		}
		if (one && !ret)
			ret = err_set(err, one, "%s", why.text);
	}
	if (!failed) {
		keep->steer_failures = 0;
		keep->steer_failure[0] = '\0';
		return ret;
	}
	wait_s = keep->steer_failures < 6 ? 1U << keep->steer_failures++ : STEER_AGAIN_S;
	keep->steer_again_ns = clock_boot_ns() + wait_s * NS_PER_S;
	return ret;
}

int repair(struct keep *keep, struct flow *flow, const char *event, struct err *err)
{
	struct journal *journal;
	unsigned int nr = 0;
	int ret;

	ret = writer_open(&flow->facts.node, "netlane run", &journal, err);
	if (ret)
		return ret;
	journal_why(journal, JOURNAL_REPAIR);
	if (keep->touches_read)
		keep->touches_read(keep->touches_arg);
	if (keep->opened && !journal_state(journal)->open) /* given back since the look began */
		ret = err_set(err, -ESTALE, "what is held was given back just now");
	else
		ret = plan_judge(keep, journal, flow, err);
	if (!ret)
		ret = pins_forget(journal);
	if (!ret)
		ret = parts_apply(keep, journal, flow, &nr, err);
	keep->repairs += nr;
	if (nr)
		say("%u %s put back after: %s\n", nr, nr == 1 ? "knob" : "knobs", event);
	journal_close(journal);
	return ret;
}
