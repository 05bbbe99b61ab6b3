// SPDX-License-Identifier: GPL-2.0
/* netlane status: the lane map and what of it is netlane's doing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "cmd/now.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "view/view.h"

struct status_opts {
	bool json;
	bool check;
	const char *config;
};

/* @state NULL: only root may read the journal, and null is not "nothing held". */
static int status_json(const struct flow *flow, const struct journal_state *state)
{
	struct json_object *json = json_object_new_object();
	struct json_object *plan = fields_to_json(plan_fields, &flow->plan);
	struct json_object *journal = state ? fields_to_json(journal_state_fields, state) : NULL;

	if (!json || !plan || (state && !journal) || json_object_object_add(json, "plan", plan) ||
	    json_object_object_add(json, "journal", journal))
		return fail("out of memory");
	return print_json(json);
}

/* Knobs of ours that no longer stand as written. */
static void drift_add(struct text *out, const struct flow *flow, const struct journal_state *state)
{
	char label[96], after[64], now[64], wanted[64];
	unsigned int i, j;

	for (i = 0; i < state->nr_entry; i++) {
		const struct entry *e = &state->entry[i];

		for (j = 0; j < flow->plan.nr_step && !e->undone && !e->yielded; j++) {
			const struct step *s = &flow->plan.step[j];

			if (s->carried || !knob_equal(&s->knob, &e->step.knob))
				continue;
			knob_label(&s->knob, s->ifname, label, sizeof(label));
			view_value(s->knob.kind, e->step.after, after, sizeof(after));
			view_value(s->knob.kind, s->before, now, sizeof(now));
			view_value(s->knob.kind, s->after, wanted, sizeof(wanted));
			if (strcmp(after, now))
				text_add(out, "drift   %s: netlane set %s, now %s\n", label, after,
					 now);
			else
				text_add(out, "change  %s: stands at %s, the plan is now %s\n",
					 label, now, wanted);
		}
	}
}

/* What is left to somebody, and what the log says of the last repair. */
static void kept_add(struct text *out, const struct journal_state *state)
{
	struct journal_event *events = NULL;
	char label[96], now[64], who[320];
	unsigned int i, nr = 0, repairs = 0;
	const struct journal_event *last = NULL;
	bool repair = false;

	for (i = 0; i < state->nr_entry; i++) {
		const struct entry *e = &state->entry[i];

		if (!e->yielded || e->undone)
			continue;
		knob_label(&e->step.knob, e->step.ifname, label, sizeof(label));
		view_value(e->step.knob.kind, e->now, now, sizeof(now));
		text_escape(who, sizeof(who), e->note);
		text_add(out, "yield   %s: left at %s to %s; netlane up takes it back\n", label,
			 now, who);
	}
	if (!state->open || journal_history(JOURNAL_DIR, &events, &nr, NULL))
		return;
	for (i = 0; i < nr; i++) {
		if (strcmp(events[i].what, "step"))
			repair = !strcmp(events[i].what, "repair");
		else if (repair && strcmp(events[i].when, state->opened) >= 0 && ++repairs)
			last = &events[i];
	}
	if (last) {
		text_escape(who, sizeof(who), last->note);
		text_add(out, "repair  ");
		view_count(out, repairs, "knob", "knobs");
		text_add(out, " put back; last %s %s: %s\n", last->when, last->knob, who);
	}
	free(events);
}

static int status_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct status_opts *opts = arg;
	struct flow_from from = { .config = opts->config };
	struct journal_state state = { 0 };
	struct text text = { 0 };
	struct err err = { 0 };
	struct flow flow;
	bool unknown = false; /* the journal is there and only root may read it */
	int ret, code;

	ret = flow_prepare(&from, &flow, &err);
	if (!ret)
		ret = journal_read(JOURNAL_DIR, &state, &err);
	if (!ret && journal_origin(&state, &flow.facts.node) == JOURNAL_OTHER_BOOT)
		journal_outlived(&state, &flow.facts.node);
	if (!ret && journal_origin(&state, &flow.facts.node) != JOURNAL_HERE) {
		journal_state_free(&state); /* it came with an image */
	} else if (ret == -ENOENT || ret == -EACCES) {
		unknown = ret == -EACCES;
		memset(&state, 0, sizeof(state));
		memset(&err, 0, sizeof(err));
		ret = 0;
	}
	if (ret) {
		code = fail_err(ret, &err);
	} else if (opts->json) {
		code = status_json(&flow, unknown ? NULL : &state);
	} else {
		view_lanes(&text, &flow.facts, &flow.plan);
		drift_add(&text, &flow, &state);
		kept_add(&text, &state);
		now_add(&text, &flow.facts, &flow.plan);
		text_add(&text, "state   ");
		if (unknown)
			text_add(&text, "unknown: reading " JOURNAL_DIR " needs root");
		else
			view_state(&text, &state, boot_ms());
		text_add(&text, "\n");
		code = print_text(&text);
	}
	if (code == CODE_DONE && opts->check && plan_changes(&flow.plan))
		code = CODE_FINDINGS;
	journal_state_free(&state);
	flow_free(&flow);
	return code;
}

static const struct option_desc status_options[] = {
	{ "json", OPTION_FLAG, offsetof(struct status_opts, json), NULL, "as JSON" },
	{ "check", OPTION_FLAG, offsetof(struct status_opts, check), NULL,
	  "exit 3 when a lane is not straight" },
	{ "config", OPTION_TEXT, offsetof(struct status_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_status = {
	.name = "status",
	.words = "",
	.summary = "the lane map, drift, and what netlane holds",
	.help = "Shows each lane: its CPU, where its interrupts go, which CPUs transmit by its\n"
		"queue, and whether that is as planned; then what netlane changed and holds, and\n"
		"what no longer stands as netlane wrote it.",
	.options = status_options,
	.size = sizeof(struct status_opts),
	.run = status_run,
};
