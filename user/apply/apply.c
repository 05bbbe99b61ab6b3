// SPDX-License-Identifier: GPL-2.0
/* Making a plan true, and taking it back; see apply.h. */
#include "apply/apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/knob.h"
#include "apply/knobs.h"
#include "apply/undo.h"
#include "base/fault.h"
#include "base/names.h"
#include "base/step.h"

/* What a run of apply_plan() needs at each step. */
struct run {
	const char *root;
	const struct plan *plan;
	struct journal *journal;
	const struct apply_watch *watch;
};

/* Names the knob and what was found: nobody's change is written over unseen. */
static int stale(const struct step *step, const char *now, struct err *err)
{
	char label[160];

	knob_label(&step->knob, step->ifname, label, sizeof(label));
	return err_set(err, -ESTALE,
		       "%s was changed by somebody after the plan was made: %.80s there, now %.80s",
		       label, step->before, now);
}

/* The step on @knob's NIC of that kind, or NULL. */
static const struct step *step_find(const struct plan *plan, const struct knob *knob,
				    enum knob_kind kind)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == kind && knob_same_nic(&plan->step[i].knob, knob))
			return &plan->step[i];
	return NULL;
}

/* All of them, before anything is journaled: a stale plan changes nothing. */
static int plan_check(const char *root, const struct plan *plan, struct err *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < plan->nr_step && !ret; i++) {
		const struct step *step = &plan->step[i];
		char *now = NULL;

		ret = knob_may_write(root, &step->knob, err);
		if (!ret)
			ret = knob_read(root, &step->knob, &now, err);
		if (!ret && !knob_is(root, step->knob.kind, now, step->before) &&
		    !knob_is(root, step->knob.kind, now, step->after))
			ret = stale(step, now, err);
		free(now);
	}
	return ret;
}

/* The kernel refuses fewer channels than the RSS table uses; the table's own step follows. */
static int room_make(const struct run *run, const struct step *step, struct err *err)
{
	const struct step *rss = step_find(run->plan, &step->knob, KNOB_RSS);
	unsigned int highest, wanted = (unsigned int)strtoul(step->after, NULL, 10);

	if (step->knob.kind != KNOB_CHANNELS || !rss ||
	    knob_rss_highest(run->root, &step->knob, &highest) || highest < wanted)
		return 0;
	return knob_reset(run->root, &rss->knob, err);
}

static int step_write(const struct run *run, const struct step *step, struct err *err)
{
	char label[160], *now;
	int ret;

	knob_label(&step->knob, step->ifname, label, sizeof(label));
	ret = fault_point("before a kernel write");
	if (ret)
		return err_set(err, ret, "%s: failed by a test", label);
	ret = room_make(run, step, err);
	if (!ret)
		ret = knob_write(run->root, &step->knob, step->after, err);
	if (ret)
		return ret;
	ret = fault_point("after a kernel write");
	if (ret)
		return err_set(err, ret, "%s: failed by a test", label);
	ret = knob_read(run->root, &step->knob, &now, err);
	if (ret)
		return ret;
	if (!knob_is(run->root, step->knob.kind, now, step->after))
		ret = err_set(err, -EIO, "%s: the kernel kept %.80s instead of %.80s", label, now,
			      step->after);
	free(now);
	return ret;
}

/* Where the driver rewrites it first, what stands there now says nothing. */
static bool must_be_before(const struct plan *plan, const struct step *step)
{
	return step->knob.kind == KNOB_CHANNELS || !plan_reshapes(plan, &step->knob);
}

/*
 * A file that stands does not say that who reads it was told: a netlane that
 * was killed in between left it so. Written again unless it was made for certain.
 */
static bool is_owed(const struct journal_state *state, const struct step *step, int entry)
{
	return knob_lasts(step->knob.kind) && !state->entry[entry].prior_done;
}

static int step_make(const struct run *run, const struct step *step, struct err *err)
{
	const struct journal_state *state = journal_state(run->journal);
	int entry = journal_find(state, &step->knob), ret;
	enum knob_kind kind = step->knob.kind;
	char label[160], *now;

	ret = knob_read(run->root, &step->knob, &now, err);
	if (ret)
		return ret;
	knob_label(&step->knob, step->ifname, label, sizeof(label));
	if (knob_is(run->root, kind, now, step->after))
		ret = is_owed(state, step, entry) ? step_write(run, step, err) : 0;
	else if (must_be_before(run->plan, step) && !knob_is(run->root, kind, now, step->before))
		ret = stale(step, now, err);
	else if (!knob_comes_and_goes(kind) &&
		 (!strcmp(now, KNOB_ABSENT) || !strcmp(step->after, KNOB_ABSENT)))
		ret = err_set(err, -ENXIO, "%s: there is %s there, and %s is planned", label,
			      strcmp(now, KNOB_ABSENT) ? now : "no such queue",
			      strcmp(step->after, KNOB_ABSENT) ? step->after : "none");
	else
		ret = step_write(run, step, err);
	free(now);
	if (ret)
		return ret;
	return journal_done(run->journal, (unsigned int)entry, err);
}

/* ------------------------------------------------------------- taking back */

static int settle_reverted(struct journal *journal, const struct undo_item *item)
{
	return journal_reverted(journal, (unsigned int)item->entry, NULL);
}

static int settle_undone(struct journal *journal, const struct undo_item *item)
{
	return journal_undone(journal, (unsigned int)item->entry, item->outcome,
			      item->outcome == OUTCOME_FOREIGN ? item->now : NULL, item->note,
			      NULL);
}

/* Only what this run touched, back to what it found. */
static int run_undo(const struct run *run, struct undo_report *report)
{
	const struct plan *plan = run->plan;
	struct err err = { 0 };
	struct undo undo = { .root = run->root,
			     .journal = run->journal,
			     .watch = run->watch,
			     .report = report,
			     .settle = settle_reverted,
			     .err = &err };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < plan->nr_step && !ret; i++) {
		const struct step *step = &plan->step[i];
		struct undo_item *item = undo_add(&undo, step);

		if (!item) {
			ret = -ENOMEM;
			break;
		}
		item->entry = journal_find(journal_state(run->journal), &step->knob);
		item->shaken_before = plan_reshapes(plan, &step->knob);
	}
	if (!ret)
		ret = undo_run(&undo);
	undo_free(&undo);
	return ret;
}

/* What the journal said of the up before this one. */
struct earlier {
	bool complete;
	bool confirm;
	uint64_t deadline_boot_ms;
};

/* The failed run is undone: the journal ends, or goes on as the up before left it. */
static void run_close(struct journal *journal, const struct earlier *earlier)
{
	const struct journal_state *state = journal_state(journal);

	/* the first cause is what the caller hears of; a later down mends what fails here */
	if (!state->open) {
		(void)journal_finish(journal, "failed up", NULL);
		return;
	}
	(void)journal_deadline(journal, earlier->deadline_boot_ms, earlier->confirm, NULL);
	if (earlier->complete)
		(void)journal_complete(journal, NULL);
}

int apply_plan(const char *root, const struct plan *plan, const struct node *node,
	       struct journal *journal, uint64_t deadline_boot_ms, bool confirm,
	       const struct apply_watch *watch, struct undo_report *report, struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	struct run run = { .root = root, .plan = plan, .journal = journal, .watch = watch };
	struct earlier earlier = { state->open && state->complete, state->confirm,
				   state->deadline_boot_ms };
	unsigned int i;
	int ret;

	memset(report, 0, sizeof(*report));
	ret = plan_check(root, plan, err);
	if (ret)
		return ret;
	ret = journal_intend(journal, node, plan, deadline_boot_ms, confirm, err);
	if (ret) {
		run_close(journal, &earlier);
		return ret;
	}
	for (i = 0; i < plan->nr_step; i++) {
		if (watch && watch->step)
			watch->step(watch->arg, &plan->step[i], i, plan->nr_step);
		ret = step_make(&run, &plan->step[i], err);
		if (ret)
			goto undo_run;
	}
	ret = journal_complete(journal, err);
	if (ret)
		goto undo_run;
	return 0;
undo_run:
	if (!run_undo(&run, report))
		run_close(journal, &earlier);
	return ret;
}

/* Has netlane changed the channels of that NIC since this journal began? */
static bool nic_was_shaken(const struct journal_state *state, const struct knob *knob)
{
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++)
		if (state->entry[i].step.knob.kind == KNOB_CHANNELS &&
		    !state->entry[i].step.carried &&
		    knob_same_nic(&state->entry[i].step.knob, knob))
			return true;
	return false;
}

/* @those: NULL is all. */
static int entries_take(struct undo *undo, const struct journal_state *state, const bool *those)
{
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++) {
		const struct entry *entry = &state->entry[i];
		struct undo_item *item;

		if (entry->undone || (those && !those[i]))
			continue;
		item = undo_add(undo, &entry->step);
		if (!item)
			return -ENOMEM;
		item->entry = (int)i;
		item->done = entry->done;
		item->shaken_before = nic_was_shaken(state, &entry->step.knob);
		item->earlier = entry->earlier ? strdup(entry->earlier) : NULL;
		item->found = entry->found ? strdup(entry->found) : NULL;
		if ((entry->earlier && !item->earlier) || (entry->found && !item->found))
			return -ENOMEM;
	}
	return 0;
}

int apply_undo_some(const char *root, struct journal *journal, const char *why, const bool *those,
		    const struct apply_watch *watch, struct undo_report *report, struct err *err)
{
	struct undo undo = { .root = root,
			     .journal = journal,
			     .watch = watch,
			     .report = report,
			     .settle = settle_undone,
			     .err = err };
	int ret;

	memset(report, 0, sizeof(*report));
	ret = entries_take(&undo, journal_state(journal), those);
	if (ret)
		(void)err_set(err, ret, "out of memory");
	else
		ret = undo_run(&undo);
	undo_free(&undo);
	if (ret)
		return ret;
	return those ? journal_finish_if_last(journal, why, err) :
		       journal_finish(journal, why, err);
}

int apply_undo(const char *root, struct journal *journal, const char *why,
	       const struct apply_watch *watch, struct undo_report *report, struct err *err)
{
	return apply_undo_some(root, journal, why, NULL, watch, report, err);
}
