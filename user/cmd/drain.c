// SPDX-License-Identifier: GPL-2.0
/* netlane drain: takes the node out of service without breaking what it serves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/drain.h"
#include "base/files.h"
#include "base/netns.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/config_drain.h"
#include "cmd/drain_drive.h"
#include "cmd/drain_start.h"
#include "cmd/drain_state.h"
#include "cmd/flow.h"
#include "journal/who.h"
#include "observe/left.h"
#include "view/drain.h"

#define REHEARSAL_DEADLINE_S 10

struct drain_opts {
	const char *ports;
	const char *by;
	const char *grace;
	const char *deadline;
	bool then_reset;
	bool rehearse;
	bool wait;
	bool json;
	const char *config;
};

/* ------------------------------------------------------------- status */

static unsigned int seconds(uint64_t ms)
{
	return (unsigned int)((ms + 999) / 1000);
}

static void state_take(struct drain_view *view, const struct drain_state *state)
{
	uint64_t now = boot_ms();

	(void)text_copy(view->phase, sizeof(view->phase), drain_phase_names[state->phase]);
	(void)text_copy(view->why, sizeof(view->why), state->why);
	(void)text_copy(view->ports, sizeof(view->ports), strchr(state->value, ' ') + 1);
	view->drops = !strncmp(state->value, DRAIN_DROP, strlen(DRAIN_DROP));
	view->since_s = seconds(now - state->started_ms);
	if (state->phase == DRAIN_GRACE && state->refuse_ms > now)
		view->refuses_in_s = seconds(state->refuse_ms - now);
	if (state->phase != DRAIN_GRACE)
		view->refused_s = seconds(now - state->refuse_ms);
	if (state->phase == DRAIN_REFUSING && state->deadline_ms > now)
		view->deadline_in_s = seconds(state->deadline_ms - now);
	view->then_reset = state->then_reset;
	view->rehearsal = state->rehearsal;
	view->left_at_end = state->left;
	view->reset = state->reset;
	memcpy(view->trouble, state->trouble, sizeof(view->trouble)); /* same sizes */
}

static bool is_driven(unsigned int netns)
{
	int lock = drain_lock(netns);

	if (lock >= 0)
		close(lock);
	return lock == -EBUSY;
}

static int left_take(struct drain_view *view, const struct portset *ports, struct err *err)
{
	struct left left;
	int ret = left_read(ports, true, &left, err);

	if (ret)
		return ret;
	view->left_all = left.all;
	view->nr_left = left.nr_port;
	view->left = left.port; /* handed over */
	return 0;
}

/* What the kernel does counts; who drives it is an addition. */
static int view_make(struct drain_view *view, struct err *err)
{
	const unsigned int netns = netns_own();
	struct drain_state state;
	struct drain_now now;
	struct text ports = { 0 };
	bool known = drain_state_read(netns, &state) && strchr(state.value, ' ');
	int ret = drain_read(netns, &now, err);

	memset(view, 0, sizeof(*view));
	(void)text_copy(view->phase, sizeof(view->phase), "in-service");
	if (known) {
		state_take(view, &state);
		view->driven = is_driven(netns);
	}
	if (ret && ret != -ENOENT)
		return ret;
	if (!ret && now.active) {
		if (!known)
			(void)text_copy(view->phase, sizeof(view->phase), "refusing");
		portset_add_text(&ports, &now.ports);
		(void)text_copy(view->ports, sizeof(view->ports), ports.s ? ports.s : "");
		text_free(&ports);
		view->in_force = true;
		view->drops = now.drops;
		view->guarded = now.guarded;
		view->refused = now.refused;
		view->dropped = now.dropped;
	}
	if (!strcmp(view->phase, "in-service"))
		return 0;
	if (portset_parse(view->ports, &now.ports))
		return err_set(err, -EPROTO, "its state in " RUN_DIR " is damaged");
	return left_take(view, &now.ports, err);
}

static int status(const struct drain_opts *opts)
{
	struct drain_view view;
	struct text text = { 0 };
	struct err err = { 0 };
	int code, ret = view_make(&view, &err);

	if (ret) {
		code = fail_err(ret, &err);
	} else if (opts->json) {
		code = print_json(view_drain_json(&view));
	} else {
		view_drain(&text, &view, terminal_width());
		code = print_text(&text);
	}
	free(view.left);
	return code;
}

/* ------------------------------------------------------------- start and stop */

static int opts_take(const struct drain_opts *opts, struct drain_policy *drain, struct err *err)
{
	const char *const given[][2] = { { "ports", opts->ports },
					 { "by", opts->by },
					 { "grace", opts->grace },
					 { "deadline", opts->deadline },
					 { "then", opts->then_reset ? "reset" : NULL } };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < sizeof(given) / sizeof(given[0]) && !ret; i++)
		if (given[i][1])
			ret = config_drain_take(drain, given[i][0], given[i][1], err);
	if (ret)
		return err_prefix(err, "--"), ret;
	if (opts->rehearse && !drain->deadline_s)
		drain->deadline_s = REHEARSAL_DEADLINE_S;
	if (drain->then_reset && !drain->deadline_s)
		return err_set(err, -EINVAL,
			       "what is left is reset at the deadline, and none is given: "
			       "--deadline 60, or deadline = 60 in [drain]");
	return 0;
}

/* Until it is over, or was stopped: a line whenever something has changed. */
static int wait_over(unsigned int netns)
{
	const struct timespec moment = { .tv_nsec = 200000000 };
	struct drain_state state, last = { .phase = DRAIN_GRACE };

	while (drain_state_read(netns, &state) && state.phase != DRAIN_OVER) {
		if (state.phase != last.phase)
			say("new connections are %s\n",
			    strncmp(state.value, DRAIN_DROP, strlen(DRAIN_DROP)) ? "refused" :
										   "dropped");
		last = state;
		(void)fflush(stdout);
		(void)nanosleep(&moment, NULL);
	}
	if (state.phase == DRAIN_OVER)
		say("over: %u left, %u of them reset\n", state.left, state.reset);
	if (state.trouble[0])
		return fail("%s", state.trouble);
	return output_done();
}

static int start(const struct drain_opts *opts)
{
	char who[64], why[128];
	struct policy policy;
	struct err err = { 0 };
	int ret, code;

	ret = config_read("/", opts->config, &policy, &err);
	if (ret)
		return fail_err(ret, &err);
	who_get(who, sizeof(who));
	(void)snprintf(why, sizeof(why), "%s%s", opts->rehearse ? "rehearsal by " : "", who);
	ret = opts_take(opts, &policy.drain, &err);
	if (!ret)
		ret = drain_start(&policy, opts->rehearse, why, &err);
	if (ret == -EALREADY)
		say("it is under way already:\n");
	config_free(&policy);
	if (ret && ret != -EALREADY)
		return fail_err(ret, &err);
	code = status(opts);
	return opts->wait && code == CODE_DONE ? wait_over(netns_own()) : code;
}

static int stop(const struct drain_opts *opts)
{
	const unsigned int netns = netns_own();
	struct drain_state state;
	struct drain_now now;
	struct policy policy;
	struct err err = { 0 };
	bool known = drain_state_read(netns, &state);
	int ret;

	if (!known && drain_read(netns, &now, NULL) == -ENOENT) {
		say("in service: no port is drained in this network namespace\n");
		return output_done();
	}
	ret = config_read("/", opts->config, &policy, &err);
	if (ret)
		return fail_err(ret, &err);
	ret = drain_stop(netns, known ? state.health_file : policy.drain.health_file, &err);
	config_free(&policy);
	if (ret)
		return fail_err(ret, &err);
	say("in service again: new connections are taken\n");
	return output_done();
}

static int drain_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct drain_opts *opts = arg;
	const char *word = nr_words ? words[0] : opts->rehearse ? "start" : "status";

	if (nr_words == 2 && !strcmp(word, "drive")) /* by a unit of our own */
		return drain_drive((unsigned int)strtoul(words[1], NULL, 10));
	if (nr_words > 1 ||
	    (strcmp(word, "start") && strcmp(word, "status") && strcmp(word, "stop"))) {
		(void)fail("drain takes one of start, status and stop");
		return CODE_USAGE;
	}
	if (geteuid())
		return fail("drain %s needs root", word);
	if (!strcmp(word, "start"))
		return start(opts);
	return strcmp(word, "stop") ? status(opts) : stop(opts);
}

static const struct option_desc drain_options[] = {
	{ "ports", OPTION_TEXT, offsetof(struct drain_opts, ports), "LIST",
	  "80,443,8000-8100; else what the configuration names" },
	{ "by", OPTION_TEXT, offsetof(struct drain_opts, by), "refuse|drop",
	  "answer new connections by a reset, or not at all" },
	{ "grace", OPTION_TEXT, offsetof(struct drain_opts, grace), "TIME",
	  "still taken for so long while the health answer fails (30s)" },
	{ "deadline", OPTION_TEXT, offsetof(struct drain_opts, deadline), "TIME",
	  "over so long after the first refusal, whatever is left" },
	{ "then-reset", OPTION_FLAG, offsetof(struct drain_opts, then_reset), NULL,
	  "what is left at the deadline is reset, and nothing else" },
	{ "rehearse", OPTION_FLAG, offsetof(struct drain_opts, rehearse), NULL,
	  "all of it, but for the reset, and back into service at its end" },
	{ "wait", OPTION_FLAG, offsetof(struct drain_opts, wait), NULL,
	  "return when it is over; it goes on without you" },
	{ "json", OPTION_FLAG, offsetof(struct drain_opts, json), NULL, "status as JSON" },
	{ "config", OPTION_TEXT, offsetof(struct drain_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_drain = {
	.name = "drain",
	.words = "[start|status|stop]",
	.summary = "take the node out of service without breaking what it serves",
	.help = "start: the health answer fails and the start hook runs, new connections are served\n"
		"for the grace, then refused by the kernel; what is established, queued or in its\n"
		"handshake goes on. At the end, when nothing is left or at the deadline, the end hook\n"
		"runs. It goes on without the one who started it, and what is refused stays so until\n"
		"stop, netlane down or the next boot. status: how far it is, and who holds what is\n"
		"left. Of this network namespace alone.",
	.options = drain_options,
	.size = sizeof(struct drain_opts),
	.run = drain_run,
};
