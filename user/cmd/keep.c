// SPDX-License-Identifier: GPL-2.0
/* One look at the node, and what follows from it; see keep.h. */
#include "cmd/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/names.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/counting.h"
#include "cmd/down.h"
#include "cmd/flow.h"
#include "cmd/tell.h"
#include "facts/facts.h"
#include "plan/plan.h"
#include "view/view.h"

#define MASK_TEXT_LEN (CPUMASK_BITS / 4 + CPUMASK_BITS / 32 + 8)
#define DEADLINE_GRACE_MS 10000 /* for the timer of an up, whose work it is */
#define WISHES_TO_YIELD 2 /* set once: repaired; set again: meant */

static const struct entry *entry_find(const struct journal_state *state, const struct knob *knob)
{
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++)
		if (!state->entry[i].undone && knob_equal(&state->entry[i].step.knob, knob))
			return &state->entry[i];
	return NULL;
}

static const struct nic *nic_of(const struct facts *facts, const struct step *step)
{
	return step->ifname[0] ? facts_nic(facts, step->ifname) : NULL;
}

/* The channels of that NIC change, by a step that stays. */
static bool is_reshaped(const struct plan *plan, const struct knob *knob)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_CHANNELS && !plan->step[i].carried &&
		    knob_same_nic(&plan->step[i].knob, knob))
			return true;
	return false;
}

/*
 * A NIC whose number of lanes is not for now: fewer CPUs are there than when
 * they were made, which is no reason to lose packets for a change of channels;
 * or somebody wants another number. With another number no mask fits.
 */
static bool nic_waits(struct keep *keep, const struct flow *flow, const struct journal_state *state,
		      const struct knob *knob)
{
	struct cpumask gone;
	unsigned int i;

	cpumask_andnot(&gone, &keep->held_online, &flow->facts.cpus.online);
	for (i = 0; i < flow->plan.nr_step; i++) {
		const struct step *step = &flow->plan.step[i];
		const struct entry *entry;

		if (step->knob.kind != KNOB_CHANNELS || step->carried ||
		    !knob_same_nic(&step->knob, knob))
			continue;
		entry = entry_find(state, &step->knob);
		if (!cpumask_empty(&gone) || (entry && entry->yielded)) {
			(void)snprintf(keep->waits, sizeof(keep->waits), "%s waits: %s",
				       step->ifname,
				       entry && entry->yielded ?
					       "its channels are left to somebody" :
					       "CPUs of its lanes are offline");
			return true;
		}
	}
	return false;
}

static bool is_wanted(struct keep *keep, const struct flow *flow, const struct journal_state *state,
		      const struct step *step)
{
	const struct entry *entry = entry_find(state, &step->knob);

	if (entry && entry->yielded)
		return false;
	if (step->knob.bus[0] && nic_waits(keep, flow, state, &step->knob))
		return false;
	/* held already, and as it should be */
	if (step->carried && entry && !strcmp(entry->step.after, step->after) &&
	    !is_reshaped(&flow->plan, &step->knob))
		return false;
	return true;
}

/* Leaves the steps that are to be made now. */
static void plan_sift(struct keep *keep, struct flow *flow, const struct journal_state *state)
{
	bool *wanted = calloc(flow->plan.nr_step + 1, sizeof(*wanted));
	unsigned int i, nr = 0;

	for (i = 0; i < flow->plan.nr_step; i++)
		if (wanted)
			wanted[i] = is_wanted(keep, flow, state, &flow->plan.step[i]);
	for (i = 0; i < flow->plan.nr_step; i++) {
		if (wanted && wanted[i])
			flow->plan.step[nr++] = flow->plan.step[i];
		else
			step_free(&flow->plan.step[i]);
	}
	flow->plan.nr_step = nr;
	free(wanted);
}

/* What a person at a terminal sets a second time is meant. */
static bool is_intent(struct keep *keep, const struct blame *by, const struct step *step,
		      const struct nic *nic)
{
	return by && by->tty && !by->kthread && culprit_is_direct(by, step, nic) &&
	       wish_count(&keep->wishes, &step->knob, by->ns) >= WISHES_TO_YIELD;
}

/* "set by bash (pid 812, unit x.service), 35 ms ago" */
static void by_whom(char *buf, size_t len, const struct blame *by, const struct step *step,
		    const struct nic *nic, uint64_t good_ns)
{
	uint64_t now = clock_boot_ns(), since = by ? by->done_ns : good_ns;
	struct text who = { 0 };
	double seconds = since && since < now ? (double)(now - since) / 1e9 : 0;

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
	const struct entry *entry = entry_find(state, &step->knob);
	struct text who = { 0 };
	char label[160];
	int ret = 0;

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

/* Who changed the channels of its NIC, which takes every other knob along. */
static const struct blame *reshaper(struct keep *keep, const struct plan *plan,
				    const struct step *step, const struct nic *nic)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_CHANNELS && !plan->step[i].carried &&
		    knob_same_nic(&plan->step[i].knob, &step->knob))
			return culprit_find(&keep->culprits, &plan->step[i], nic, keep->good_ns);
	return NULL;
}

/* Names who did what, and sorts out what is meant. */
static int plan_judge(struct keep *keep, struct journal *journal, struct flow *flow,
		      struct err *err)
{
	bool yields = false;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < flow->plan.nr_step && !ret; i++) {
		struct step *step = &flow->plan.step[i];
		const struct entry *entry = entry_find(journal_state(journal), &step->knob);
		const struct nic *nic = nic_of(&flow->facts, step);
		const struct blame *by;
		char why[sizeof(step->why)];

		if (step->carried || !entry)
			continue;
		/* it stands as netlane set it: the plan is another, nobody did anything */
		if (!strcmp(entry->step.after, step->before))
			continue;
		by = culprit_find(&keep->culprits, step, nic, keep->good_ns);
		if (!by)
			by = reshaper(keep, &flow->plan, step, nic);
		if (is_intent(keep, by, step, nic)) {
			ret = step_yield(keep, journal, flow, i, by, err);
			yields = true;
			continue;
		}
		by_whom(why, sizeof(why), by, step, nic, keep->good_ns);
		(void)snprintf(step->why, sizeof(step->why), "%s", why);
	}
	if (yields && !ret)
		plan_sift(keep, flow, journal_state(journal));
	return ret;
}

static int repair(struct keep *keep, struct flow *flow, const char *event, struct err *err)
{
	struct undo_report report;
	struct err said = { 0 };
	struct journal *journal;
	const struct journal_state *state;
	unsigned int nr = 0;
	int ret;

	ret = journal_open(JOURNAL_DIR, &flow->facts.node, &journal, &said, err);
	if (ret)
		return ret;
	journal_who(journal, "netlane run");
	journal_why(journal, JOURNAL_REPAIR);
	state = journal_state(journal);
	if (keep->touches_read)
		keep->touches_read(keep->touches_arg);
	if (!state->open) /* given back since the look began: nothing is taken again */
		ret = err_set(err, -ESTALE, "what is held was given back just now");
	else
		ret = plan_judge(keep, journal, flow, err);
	if (!ret && flow->plan.nr_step)
		ret = apply_plan("/", &flow->plan, &flow->facts.node, journal,
				 state->deadline_boot_ms, state->confirm, NULL, &report, err);
	if (!ret)
		repairs_said(keep, &flow->plan, &nr);
	keep->repairs += nr;
	if (nr)
		say("%u %s put back after: %s\n", nr, nr == 1 ? "knob" : "knobs", event);
	journal_close(journal);
	return ret;
}

static uint64_t nics_fingerprint(const struct facts *facts)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++)
		if (facts->nic[i].bus[0])
			hash = (hash ^ facts->nic[i].ifindex) * 0x100000001b3ULL +
			       facts->nic[i].nr_queue;
	return hash;
}

/* What came or went is counted, too. */
static void count_new(struct keep *keep, const struct facts *facts)
{
	uint64_t nics = nics_fingerprint(facts);

	if (keep->nics && keep->nics != nics)
		counting_begin();
	keep->nics = nics;
}

static void waits_note(struct keep *keep, const struct flow *flow)
{
	unsigned int i;

	for (i = 0; i < flow->plan.nr_nic; i++)
		if (flow->plan.nic[i].verdict == NIC_LEFT &&
		    !strncmp(flow->plan.nic[i].reason, "it waits", 8))
			(void)snprintf(keep->waits, sizeof(keep->waits), "%s: %.180s",
				       flow->plan.nic[i].ifname, flow->plan.nic[i].reason);
}

int keep_look(struct keep *keep, const char *event, struct err *err)
{
	struct flow_from from = { .policy = &keep->policy };
	struct journal_state state = { 0 };
	unsigned int before = keep->repairs + keep->yielded;
	uint64_t began = clock_boot_ns();
	struct flow flow = { 0 };
	int ret;

	if (!keep->holding)
		return 0;
	keep->waits[0] = '\0';
	ret = journal_read(JOURNAL_DIR, &state, err);
	if (ret == -ENOENT || (!ret && !state.open)) {
		keep_end(keep); /* given back, by the timer of an up or by hand */
		ret = 0;
		goto free_state;
	}
	if (!ret && state.deadline_boot_ms &&
	    state.deadline_boot_ms + DEADLINE_GRACE_MS < boot_ms()) {
		(void)down_if_due(0); /* its timer was lost, with a service or an upgrade */
		keep_end(keep);
		goto free_state;
	}
	if (!ret)
		ret = flow_read(&from, &flow, err);
	flow.policy.keeping = true;
	if (!ret)
		ret = plan_build(&flow.facts, &flow.policy, &flow.plan, err);
	if (!ret)
		ret = flow_keep_channels(&flow, err);
	if (ret)
		goto free_flow;
	waits_note(keep, &flow);
	count_new(keep, &flow.facts);
	plan_sift(keep, &flow, &state);
	if (flow.plan.nr_step)
		ret = repair(keep, &flow, event, err);
	if (!ret) {
		keep->good_ns = began;
		tell_module(keep, &flow);
		ret = keep->repairs + keep->yielded != before;
	}
free_flow:
	flow_free(&flow);
free_state:
	journal_state_free(&state);
	return ret;
}

void keep_begin(struct keep *keep)
{
	char text[MASK_TEXT_LEN];
	struct err err = { 0 };
	struct facts facts;

	if (!facts_gather("/", 0, &facts, &err)) {
		keep->held_online = facts.cpus.online;
		keep->nics = nics_fingerprint(&facts);
		(void)cpumask_format_hex(&facts.cpus.online, text, sizeof(text)); /* fits */
		if (file_replace(HELD_CPUS_PATH, text))
			(void)fail(HELD_CPUS_PATH " cannot be written");
	}
	facts_free(&facts);
	wishes_free(&keep->wishes);
	keep->told = 0; /* an up lets the module forget */
	keep->good_ns = clock_boot_ns();
	keep->holding = true;
}

bool keep_resume(struct keep *keep)
{
	struct journal_state state = { 0 };
	char text[MASK_TEXT_LEN];
	struct facts facts = { 0 };
	bool goes_on = false;

	if (!journal_read(JOURNAL_DIR, &state, NULL) && !facts_gather("/", 0, &facts, NULL))
		goes_on = state.open && state.complete &&
			  journal_origin(&state, &facts.node) == JOURNAL_HERE &&
			  !file_read(NULL, text, sizeof(text), HELD_CPUS_PATH) &&
			  !cpumask_parse_hex(text_trim(text), &keep->held_online);
	keep->nics = nics_fingerprint(&facts);
	keep->holding = goes_on;
	facts_free(&facts);
	journal_state_free(&state);
	return goes_on;
}

void keep_end(struct keep *keep)
{
	keep->holding = false;
	keep->waits[0] = '\0';
	tell_nothing(keep);
}

void keep_free(struct keep *keep)
{
	culprits_free(&keep->culprits);
	wishes_free(&keep->wishes);
	config_free(&keep->policy);
	memset(keep, 0, sizeof(*keep));
}
