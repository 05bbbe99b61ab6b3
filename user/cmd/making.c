// SPDX-License-Identifier: GPL-2.0
/* The steps of an up, made and told; see making.h. */
#include "cmd/making.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "apply/apply.h"
#include "apply/keeper.h"
#include "base/names.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/down.h"
#include "cmd/keep.h"
#include "plan/plan.h"
#include "view/view.h"

struct making {
	struct journal *journal;
	const struct flow *flow;
	uint64_t deadline;
	bool confirm;
	/* what people see: steps of their own, not what a channel change carries along */
	unsigned int said;
	unsigned int nr;
};

static void step_said(void *arg, const struct step *step, unsigned int i, unsigned int nr)
{
	char label[96], before[64], after[64];
	struct making *m = arg;

	if (step->carried)
		return;
	m->said++;
	knob_label(&step->knob, step->ifname, label, sizeof(label));
	view_value(step->knob.kind, step->before, before, sizeof(before));
	view_value(step->knob.kind, step->after, after, sizeof(after));
	say("%3u/%u  %-24s %s -> %s\n", m->said, m->nr, label, before, after);
	(void)fflush(stdout); /* progress; a broken pipe shows at the end */
}

/* Some steps, whose order stays, as one transaction. */
static int part_make(struct making *m, struct step *step, unsigned int nr, struct err *err)
{
	const struct apply_watch watch = {
		.step = step_said,
		.undo = down_watch.undo,
		.arg = m,
	};
	struct undo_report report = { { 0 } };
	struct plan plan = { .step = step, .nr_step = nr };
	struct text text = { 0 };
	int ret;

	ret = apply_plan("/", &plan, &m->flow->facts.node, m->journal, m->deadline, m->confirm,
			 &watch, &report, err);
	if (!ret || (ret == -ESTALE && !undo_report_any(&report))) /* it was not begun */
		return ret;
	down_report(&text, &report);
	say("failed; undone: %s\n", text.s ? text.s : "");
	text_free(&text);
	return ret;
}

/*
 * Each server by itself, when the lanes stand: what becomes of it does not put those
 * in doubt. How many could not be made.
 */
static int servers_make(struct making *m)
{
	unsigned int i;
	int failed = 0;

	(void)pins_forget(m->journal); /* an undo would find them gone as well */
	journal_why(m->journal, JOURNAL_STEER);
	for (i = 0; i < m->flow->plan.nr_step; i++) {
		struct step step = m->flow->plan.step[i];
		struct err err = { 0 };

		if (!knob_is_of_servers(step.knob.kind))
			continue;
		if (keep_steers(journal_state(m->journal), &step)) {
			if (part_make(m, &step, 1, &err)) {
				(void)fail("%s; it is left as it was", err.text);
				failed++;
			}
			continue;
		}
		say("steer %s: left at %s, which is not netlane's: its server set it, or a netlane "
		    "whose journal is lost; netlane down ends what that one did\n",
		    step.knob.addr, step.before);
	}
	journal_why(m->journal, "");
	return failed;
}

static int lanes_make(struct making *m, struct err *err)
{
	const struct plan *plan = &m->flow->plan;
	struct step *step = calloc(plan->nr_step + 1, sizeof(*step)); /* borrowed */
	unsigned int i, nr = 0;
	int ret = 0;

	if (!step)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < plan->nr_step; i++)
		if (!knob_is_of_servers(plan->step[i].knob.kind))
			step[nr++] = plan->step[i];
	if (nr)
		ret = part_make(m, step, nr, err);
	else if (journal_state(m->journal)->open)
		ret = journal_deadline(m->journal, m->deadline, m->confirm, err);
	free(step);
	return ret;
}

int making(struct journal *journal, const struct flow *flow, uint64_t deadline, bool confirm,
	   struct err *err)
{
	struct making m = { .journal = journal,
			    .flow = flow,
			    .deadline = deadline,
			    .confirm = confirm,
			    .nr = plan_changes(&flow->plan) };
	int ret;

	if (!m.nr)
		say("%s: nothing to change\n",
		    plan_has_lanes(&flow->plan) ? "already straight" : "no NIC here gets lanes");
	/* the service takes over what is straight, too; it has only carried steps then */
	if (!m.nr && !(flow->policy.keeping && flow->plan.nr_step)) {
		if (!journal_state(journal)->open)
			return 0;
		return journal_deadline(journal, deadline, confirm, err);
	}
	(void)keeper_clear(0, NULL); /* what it was told may be of another plan */
	ret = lanes_make(&m, err);
	return ret ? ret : servers_make(&m);
}

int making_servers(struct journal *journal, const struct flow *flow)
{
	const struct journal_state *state = journal_state(journal);
	struct making m = { .journal = journal,
			    .flow = flow,
			    .deadline = state->deadline_boot_ms,
			    .confirm = state->confirm,
			    .nr = plan_changes(&flow->plan) };

	return servers_make(&m);
}
