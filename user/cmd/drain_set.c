// SPDX-License-Identifier: GPL-2.0
/*
 * Drained ports as one step of the journal; see drain_set.h. The rule: it is
 * beside the lanes: neither its beginning nor its end touches what they hold.
 */
#include "cmd/drain_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_object.h>

#include "apply/apply.h"
#include "apply/drain.h"
#include "apply/knob.h"
#include "cmd/cmd.h"
#include "cmd/control.h"
#include "cmd/writer.h"
#include "facts/facts.h"
#include "journal/journal.h"

/* The entry is closed when it is open again, as an undo would do. */
static int opened(struct journal *journal, const struct knob *knob, struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	int at = journal_find(state, knob), ret;

	if (!state->open || at < 0 || state->entry[at].undone)
		return 0;
	ret = journal_undone(journal, (unsigned int)at, OUTCOME_RESTORED, "", NULL, err);
	return ret ? ret : journal_finish_if_last(journal, "drain stop", err);
}

static int step_apply(struct journal *journal, const struct node *node, struct step *step,
		      struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	struct plan plan = { .step = step, .nr_step = 1 };
	struct undo_report report;
	int ret = strcmp(step->after, DRAIN_OPEN) ? writer_may_add(state, err) : 0;

	if (ret)
		return ret;
	return apply_plan("/", &plan, node, journal, state->deadline_boot_ms, state->confirm, NULL,
			  &report, err);
}

int drain_set_here(unsigned int netns, const char *value, const char *who, struct err *err)
{
	struct step step = { .knob.kind = KNOB_DRAIN, .risk = RISK_CAN_CUT_OFF };
	struct journal *journal;
	struct facts facts;
	int ret;

	(void)snprintf(step.knob.addr, sizeof(step.knob.addr), "%u", netns);
	(void)snprintf(step.why, sizeof(step.why), "netlane drain");
	ret = facts_gather("/", 0, &facts, err);
	if (!ret)
		ret = writer_open(&facts.node, who, &journal, err);
	if (ret)
		goto free_facts;
	journal_why(journal, JOURNAL_DRAIN);
	ret = drain_mend(netns, err);
	if (!ret)
		ret = knob_read("/", &step.knob, &step.before, err);
	step.after = strdup(value);
	if (!ret && !step.after)
		ret = err_set(err, -ENOMEM, "out of memory");
	if (!ret && strcmp(step.before, value))
		ret = step_apply(journal, &facts.node, &step, err);
	if (!ret && !strcmp(value, DRAIN_OPEN))
		ret = opened(journal, &step.knob, err);
	free(step.before);
	free(step.after);
	journal_close(journal);
free_facts:
	facts_free(&facts);
	return ret;
}

static int ask(unsigned int netns, const char *value, int *code, struct err *err)
{
	struct json_object *request = json_object_new_object();

	if (!request ||
	    json_object_object_add(request, "command", json_object_new_string("drain")) ||
	    json_object_object_add(request, "netns", json_object_new_int64(netns)) ||
	    json_object_object_add(request, "value", json_object_new_string(value))) {
		json_object_put(request);
		return err_set(err, -ENOMEM, "out of memory");
	}
	return control_ask(request, code, err);
}

int drain_set(unsigned int netns, const char *value, const char *who, struct err *err)
{
	int code, ret = ask(netns, value, &code, err);

	if (ret == -ENOENT) {
		memset(err, 0, sizeof(*err));
		return drain_set_here(netns, value, who, err);
	}
	if (!ret && code != CODE_DONE)
		ret = err_set(err, -EIO, "the service did not do it; it says why above");
	return ret;
}
