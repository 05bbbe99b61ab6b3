// SPDX-License-Identifier: GPL-2.0
/* netlane up: makes the lanes straight, through the journal. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/names.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/control.h"
#include "cmd/counting.h"
#include "cmd/down.h"
#include "cmd/flow.h"
#include "cmd/making.h"
#include "cmd/timer.h"
#include "cmd/up.h"
#include "cmd/writer.h"
#include "facts/facts.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "view/view.h"

/* An up that was cut short or has outlived its time is given back before anything is planned. */
static int earlier_settle(struct journal *journal, bool unattended, struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	uint64_t deadline = state->deadline_boot_ms;
	struct undo_report report = { { 0 } };
	bool late = deadline && deadline <= boot_ms();
	struct text text = { 0 };
	int ret;

	if (!state->open)
		return 0;
	if (state->complete && !late)
		/* only a person may confirm, or lift a time that a person set */
		return deadline && unattended ?
			       err_set(err, -EAGAIN,
				       "an up --confirm or --for is in force: the service does "
				       "nothing until it is confirmed or undone, and then on reload") :
			       0;
	say("%s; giving back first\n",
	    late ? "the time of the last up has run out" : "the last up did not finish");
	ret = apply_undo("/", journal, late ? "late" : "interrupted", &down_watch, &report, err);
	down_report(&text, &report);
	say("given back: %s\n", text.s ? text.s : "");
	text_free(&text);
	if (!ret)
		timer_disarm(deadline);
	return ret;
}

/* The steps that need consent, named; 0 when there are none or it was given. */
static int consent_check(const struct plan *plan, const struct up_opts *opts, struct err *err)
{
	enum risk worst = RISK_NONE;
	char label[96];
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++) {
		const struct step *step = &plan->step[i];

		if (!step->needs_confirm || step->risk <= worst)
			continue;
		worst = step->risk;
		knob_label(&step->knob, step->ifname, label, sizeof(label));
	}
	/* --for gives the node back unattended just as --confirm does, but later */
	if (worst == RISK_NONE || opts->confirm_s || (worst == RISK_BLIP && opts->for_s))
		return 0;
	return err_set(
		err, -EPERM,
		"nothing was changed: %s may %s on the NIC that carries the default route, the metadata route or "
		"a login session: use up --confirm 60 (undone unless netlane up runs again "
		"within 60 s)%s, or set allow_risk = %s for that NIC in the configuration",
		label, worst == RISK_BLIP ? "lose packets for a moment" : "cut it off",
		worst == RISK_BLIP ? " or --for 10m" : "", risk_names[worst]);
}

static int deadline_start(struct journal *journal, const struct up_opts *opts, uint64_t *deadline,
			  struct err *err)
{
	unsigned int seconds = opts->confirm_s ? opts->confirm_s : opts->for_s;

	*deadline = seconds ? boot_ms() + seconds * 1000ULL : 0;
	return *deadline ? timer_arm(*deadline, err) : 0;
}

/* Is something held that the next boot does not undo? */
static bool outlives_boot(const struct journal_state *state)
{
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++)
		if (!state->entry[i].undone && knob_lasts(state->entry[i].step.knob.kind))
			return true;
	return false;
}

static void end_say(const struct up_opts *opts, const struct journal_state *state, bool earlier)
{
	/* the time is one for all that is held, also what an earlier up did */
	const char *what = earlier ? "all of netlane's changes are undone" : "undone";
	char left[32];

	view_duration(left, sizeof(left), opts->confirm_s ? opts->confirm_s : opts->for_s);
	if (opts->confirm_s)
		say("%s in %s unless netlane up runs again before\n", what, left);
	else if (opts->for_s)
		say("%s in %s; earlier by netlane down\n", what, left);
	else if (opts->unattended)
		say("netlane down gives the node back\n");
	else
		say("for now, until the next boot%s; netlane down gives the node back\n",
		    outlives_boot(state) ? " (but what NetworkManager was told stays)" : "");
}

static int plan_apply(struct journal *journal, const struct flow *flow, const struct up_opts *opts,
		      struct err *err)
{
	uint64_t earlier = journal_state(journal)->deadline_boot_ms, deadline = 0;
	bool earlier_confirm = journal_state(journal)->confirm;
	bool open = journal_state(journal)->open;
	unsigned int i;
	int ret;

	for (i = 0; i < flow->plan.nr_note; i++)
		say("note: %s\n", flow->plan.note[i]);
	ret = consent_check(&flow->plan, opts, err);
	if (!ret)
		ret = deadline_start(journal, opts, &deadline, err);
	if (ret)
		return ret;
	ret = making(journal, flow, deadline, opts->confirm_s, err);
	if (ret < 0) {
		/* what the up before it did stands again, and so does its time */
		if (open && journal_state(journal)->open && earlier)
			(void)journal_deadline(journal, earlier, earlier_confirm, err);
		timer_disarm(deadline);
		return ret;
	}
	if (open && earlier) {
		timer_disarm(earlier);
		if (!deadline)
			say("%s\n", earlier_confirm ?
					    "confirmed: the changes stay" :
					    "the timer of --for is off: the changes stay");
	}
	if (journal_state(journal)->open)
		end_say(opts, journal_state(journal), open);
	return ret;
}

/* What nobody is there to confirm is left out, and said. */
static void left_out_say(const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++) {
		const struct step *step = &plan->step[i];

		if (step->knob.kind == KNOB_CHANNELS && step->needs_confirm)
			say("left out: %s channels %s -> %s may lose packets for a moment on "
			    "the NIC that the node is reached by: netlane up --confirm 60, or "
			    "allow_risk = blip for it in the configuration\n",
			    step->ifname, step->before, step->after);
		else if (step->knob.kind == KNOB_NM && step->needs_confirm)
			say("left out: NetworkManager keeps %s, by which the node is reached: netlane "
			    "up --confirm 60, or allow_risk = can-cut-off for it in the "
			    "configuration\n",
			    step->ifname);
		else if (step->needs_confirm)
			say("left out: the routes of %s, by which somebody is logged in: netlane up "
			    "--confirm 60, or allow_risk = can-cut-off for it in the "
			    "configuration\n",
			    step->ifname);
	}
}

/* Facts, plan and steps, once; @flow is filled in any case. */
static int plan_make(struct journal *journal, const struct flow_from *from,
		     const struct up_opts *opts, struct flow *flow, struct err *err)
{
	int ret = flow_read(from, flow, err);

	flow->policy.keeping = opts->keeping;
	flow->policy.until_boot = opts->confirm_s || opts->for_s;
	if (!ret)
		ret = plan_build(&flow->facts, &flow->policy, &flow->plan, err);
	if (!ret && opts->unattended) {
		left_out_say(&flow->plan);
		ret = flow_keep_channels(flow, err);
	}
	if (!ret && fault_point("after the plan"))
		ret = err_set(err, -EIO, "failed by a test");
	return ret ? ret : plan_apply(journal, flow, opts, err);
}

#define PLANS_MAX 3 /* an irqbalance that takes its ban while we look costs one of them */

/*
 * What somebody changed between the look and the steps is looked at anew: the steps were
 * undone, and what stands there now is what a down is to give back.
 */
static int up_make(struct journal *journal, const struct flow_from *from,
		   const struct up_opts *opts, struct flow *flow, struct err *err)
{
	struct err met = { 0 };
	unsigned int nr;
	int ret;

	for (nr = 1;; nr++) {
		ret = plan_make(journal, from, opts, flow, &met);
		if (ret != -ESTALE || nr == PLANS_MAX)
			break;
		say("%s; planned anew\n", met.text);
		flow_free(flow);
		memset(flow, 0, sizeof(*flow));
		memset(&met, 0, sizeof(met));
	}
	return err_set(
		err, ret, "%s%s", met.text,
		ret == -ESTALE ? ", and so twice before; see who sets it, then run it again" : "");
}

int up_apply(const struct up_opts *opts, char **nics, unsigned int nr_nics, struct err *err)
{
	struct flow_from from = {
		.config = opts->config,
		.policy = opts->policy,
		.nics = nics,
		.nr_nics = nr_nics,
	};
	struct journal *journal;
	struct flow flow;
	int ret;

	ret = flow_read(&from, &flow, err);
	if (ret)
		goto free_flow;
	ret = writer_open(&flow.facts.node, opts->who, &journal, err);
	if (ret)
		goto free_flow;
	ret = earlier_settle(journal, opts->unattended, err);
	flow_free(&flow);
	if (ret) {
		memset(&flow, 0, sizeof(flow));
		goto close_journal;
	}
	ret = up_make(journal, &from, opts, &flow, err); /* what was settled changed the facts */
	if (ret >= 0 && unlink(HANDS_OFF_PATH) && errno != ENOENT)
		ret = err_set(err, -errno, "%s cannot be removed: %s", HANDS_OFF_PATH,
			      strerror(errno));
close_journal:
	journal_close(journal);
	if (ret >= 0)
		counting_follow(flow.policy.counters);
free_flow:
	flow_free(&flow);
	return ret;
}

static int up_dry(const struct up_opts *opts, char **nics, unsigned int nr_nics)
{
	struct flow_from from = { .config = opts->config, .nics = nics, .nr_nics = nr_nics };
	struct text text = { 0 };
	struct err err = { 0 };
	struct flow flow;
	int ret, code;

	ret = flow_prepare(&from, &flow, &err);
	if (!ret)
		view_plan(&text, &flow.plan, terminal_width());
	code = ret ? fail_err(ret, &err) : print_text(&text);
	flow_free(&flow);
	return code;
}

static bool is_off(void)
{
	struct err err = { 0 };
	struct facts facts;
	bool off = !facts_gather("/", 0, &facts, &err) && facts.node.cmdline_off[0] == '1';

	facts_free(&facts);
	return off;
}

/* The service does it, where one lives; -ENOENT: none does. */
static int up_ask(const struct up_opts *opts, char **words, unsigned int nr_words, int *code,
		  struct err *err)
{
	struct json_object *request = json_object_new_object(), *nics = json_object_new_array();
	char *config = opts->config ? realpath(opts->config, NULL) : NULL;
	unsigned int i;

	for (i = 0; nics && i < nr_words; i++)
		(void)json_object_array_add(nics, json_object_new_string(words[i]));
	if (!request || !nics) {
		json_object_put(request);
		json_object_put(nics);
		free(config);
		return err_set(err, -ENOMEM, "out of memory");
	}
	(void)json_object_object_add(request, "command", json_object_new_string("up"));
	(void)json_object_object_add(request, "nics", nics);
	(void)json_object_object_add(request, "confirm_s", json_object_new_int64(opts->confirm_s));
	(void)json_object_object_add(request, "for_s", json_object_new_int64(opts->for_s));
	if (opts->config)
		(void)json_object_object_add(
			request, "config", json_object_new_string(config ? config : opts->config));
	free(config);
	return control_ask(request, code, err);
}

static int up_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct up_opts *opts = arg;
	struct err err = { 0 };
	int ret, code;

	if (opts->confirm_s && opts->for_s) {
		(void)fail("--confirm and --for exclude each other: both set when it is undone");
		return CODE_USAGE;
	}
	if (opts->dry_run)
		return up_dry(opts, words, nr_words);
	if (geteuid())
		return fail("up changes the node and needs root; netlane plan shows it without");
	if (is_off())
		return fail("netlane.off is on the kernel command line: nothing is changed on this "
			    "boot");
	ret = up_ask(opts, words, nr_words, &code, &err);
	if (!ret)
		return code;
	if (ret == -ENOENT)
		ret = up_apply(opts, words, nr_words, &err);
	if (ret > 0)
		return CODE_FAILED; /* what failed is said */
	return ret ? fail_err(ret, &err) : output_done();
}

static const struct option_desc up_options[] = {
	{ "confirm", OPTION_SECONDS, offsetof(struct up_opts, confirm_s), "TIME",
	  "undo unless netlane up runs again within TIME (60, 5m)" },
	{ "for", OPTION_SECONDS, offsetof(struct up_opts, for_s), "TIME",
	  "undo after TIME (10m, 2h)" },
	{ "config", OPTION_TEXT, offsetof(struct up_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ "dry-run", OPTION_FLAG, offsetof(struct up_opts, dry_run), NULL,
	  "say what would be done, as netlane plan does" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_up = {
	.name = "up",
	.words = "[NIC...]",
	.summary = "make the lanes straight, now and until the next boot",
	.help = "Applies the plan step by step: journaled first, written once, read back. A step\n"
		"that fails undoes the whole up. Running it again changes nothing that is\n"
		"straight, and confirms an up --confirm. For good: mode = hold in the\n"
		"configuration and systemctl enable --now netlane.",
	.options = up_options,
	.size = sizeof(struct up_opts),
	.run = up_run,
};
