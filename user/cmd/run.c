// SPDX-License-Identifier: GPL-2.0
/*
 * netlane run: the service in the foreground, and the only writer while it
 * lives. It observes, or with mode = hold makes the lanes straight and keeps
 * them. The rule: a restart, an upgrade or a crash writes nothing to the
 * kernel; what stands is adopted. systemctl stop gives the node back.
 */
#include "cmd/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/names.h"
#include "cmd/boots.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/consent.h"
#include "cmd/control.h"
#include "cmd/counting.h"
#include "cmd/down.h"
#include "cmd/keep.h"
#include "cmd/pause.h"
#include "cmd/request.h"
#include "cmd/stopping.h"
#include "cmd/tell.h"
#include "cmd/up.h"
#include "cmd/wake.h"
#include "facts/facts.h"

#define WHY_GIVEN_BACK "nothing of netlane's stands any more; netlane up or a reload begins anew"

/* Events come in crowds: one look for all of them. */
#define LOOK_AFTER_US 20000

struct run_opts {
	const char *config;
};

struct daemon {
	const struct run_opts *opts;
	const char *why_observe; /* hold is asked for but not done, or NULL */
	int ret; /* of the last attempt to do as configured */
	struct err err;
	struct keep keep;
	sd_event *event;
	struct wake *wake;
	sd_event_source *look; /* the timer of the next look, off when nothing happened */
	char why_look[160]; /* the first event since the last look */
	uint64_t looked_us; /* CLOCK_BOOTTIME of the end of the last look */
	struct pause pause; /* between looks */
};

/* ------------------------------------------------------------- looking */

static void status_say(struct daemon *d)
{
	const struct keep *keep = &d->keep;
	char doing[400];

	if (d->ret)
		(void)snprintf(doing, sizeof(doing), "not as configured: %.300s", d->err.text);
	else if (keep->failure[0])
		(void)snprintf(doing, sizeof(doing), "holding, but: %.300s", keep->failure);
	else if (keep->holding)
		(void)snprintf(doing, sizeof(doing), "holding; %u repaired, %u left to others%s%s",
			       keep->repairs, keep->yielded, keep->waits[0] ? "; " : "",
			       keep->waits);
	else
		(void)snprintf(doing, sizeof(doing), "observing%s%s", d->why_observe ? ": " : "",
			       d->why_observe ? d->why_observe : "");
	(void)sd_notifyf(0, "STATUS=%s", doing);
}

static void look_soon(void *arg, const char *event)
{
	struct daemon *d = arg;
	uint64_t now = clock_boot_ns() / 1000, at = now + LOOK_AFTER_US;

	if (!d->keep.holding)
		return;
	if (d->why_look[0])
		return; /* it is under way */
	(void)text_copy(d->why_look, sizeof(d->why_look), event); /* cut is enough */
	if (d->looked_us && at < d->looked_us + d->pause.us)
		at = d->looked_us + d->pause.us;
	(void)sd_event_source_set_time(d->look, at);
	(void)sd_event_source_set_enabled(d->look, SD_EVENT_ONESHOT);
}

static int on_look(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;
	struct err err = { 0 };
	char event[sizeof(d->why_look)];
	bool held = d->keep.holding;
	int ret;

	wake_read_blame(d->wake);
	memcpy(event, d->why_look, sizeof(event));
	d->why_look[0] = '\0'; /* what happens from here on is looked at again */
	ret = keep_look(&d->keep, event, &err);
	d->looked_us = clock_boot_ns() / 1000;
	pause_after(&d->pause, d->looked_us, ret);
	wake_module(d->wake, d->keep.module_there);
	if (ret == -ESTALE || ret == -EBUSY) /* somebody is in the middle of it: look again */
		(void)text_copy(err.text, sizeof(err.text), "somebody is changing it just now");
	else if (ret < 0 && strcmp(err.text, d->keep.failure))
		(void)fail("the lanes could not be kept, will try again: %s", err.text);
	(void)text_copy(d->keep.failure, sizeof(d->keep.failure), ret < 0 ? err.text : "");
	if (held && !d->keep.holding) {
		d->why_observe = WHY_GIVEN_BACK;
		say("keeping no longer: %s\n", d->why_observe);
	}
	if (ret)
		look_soon(d, ret < 0 ? "the last look failed" : "something was put back");
	status_say(d);
	(void)fflush(stdout);
	return 0;
}

static void on_touch(void *arg, const struct blame *blame)
{
	struct daemon *d = arg;

	culprits_add(&d->keep.culprits, blame);
}

/* ------------------------------------------------------------- doing as configured */

static void module_load(struct daemon *d)
{
	struct err err = { 0 };

	if (d->keep.policy.module && tell_load(&err))
		(void)fail("%s", err.text);
}

static int hold(struct daemon *d)
{
	const struct up_opts up = {
		.policy = &d->keep.policy,
		.unattended = true,
		.keeping = true,
		.who = "netlane run",
	};
	int ret;

	module_load(d);
	ret = up_apply(&up, NULL, 0, &d->err);
	if (ret)
		return ret;
	keep_begin(&d->keep);
	look_soon(d, "the lanes were made"); /* and the module is told */
	return boots_ready(BOOTS_PATH, &d->err);
}

/*
 * Goes on with what this boot's journal holds, after a start or a reload, without
 * writing anything here: the look that follows finds drift, and what another
 * configuration wants. What was left to somebody stays his, and a CPU that is
 * offline just now costs no lane.
 */
static int adopt(struct daemon *d, const char *event)
{
	module_load(d);
	say("going on with what was held\n");
	counting_begin();
	look_soon(d, event);
	return boots_ready(BOOTS_PATH, &d->err);
}

/* Takes the configuration in, all of it or, if it is not right, nothing. */
static int configuration_take(struct daemon *d)
{
	struct policy policy;
	int ret = config_read("/", d->opts->config, &policy, &d->err);

	if (ret)
		return ret;
	config_free(&d->keep.policy);
	d->keep.policy = policy;
	return 0;
}

static void hold_or_not(struct daemon *d, bool start)
{
	struct err err = { 0 };

	if (d->keep.holding && !file_exists(NULL, "%s", HANDS_OFF_PATH)) {
		d->ret = adopt(d, "the configuration was read again");
		say("mode hold\n");
		return;
	}
	d->why_observe = consent_withheld(&err);
	if (d->why_observe)
		keep_end(&d->keep);
	else
		d->ret = start && keep_resume(&d->keep) ? adopt(d, "the service started") : hold(d);
	say("mode hold%s%s\n", d->why_observe ? ", but observing: " : "",
	    d->why_observe ? d->why_observe : "");
}

/* One attempt to do what the configuration says; never ends the daemon. */
static void daemon_act(struct daemon *d, bool start)
{
	memset(&d->err, 0, sizeof(d->err));
	d->ret = configuration_take(d);
	if (d->ret)
		return; /* what was in force stays in force */
	d->why_observe = NULL;
	if (!d->keep.policy.module)
		tell_unload(); /* an earlier configuration may have wanted it */
	if (d->wake)
		wake_sweep(d->wake, d->keep.policy.sweep_s);
	if (d->keep.policy.mode == MODE_HOLD) {
		hold_or_not(d, start);
	} else {
		if (d->keep.holding)
			say("what is held stays, but is kept no longer; netlane down gives it back\n");
		keep_end(&d->keep);
		say("mode observe: the service changes nothing on this node\n");
	}
	/* in mode hold up_apply() did; hands off means the counters, too */
	if (d->keep.policy.mode == MODE_OBSERVE ||
	    (d->why_observe && !file_exists(NULL, "%s", HANDS_OFF_PATH)))
		counting_begin();
	(void)fflush(stdout); /* to the journal now, not when the buffer is full */
}

static void daemon_say(struct daemon *d)
{
	if (d->ret)
		(void)fail_err(d->ret, &d->err);
	(void)sd_notify(0, "READY=1");
	status_say(d);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	struct daemon *d = arg;

	(void)sd_notify(0, "RELOADING=1");
	daemon_act(d, false);
	daemon_say(d);
	return 0;
}

/* ------------------------------------------------------------- on behalf of others */

/*
 * What an up did is kept by the configuration it did it with: by another one
 * the next look would put back what was just made. The mode stays until a reload.
 */
static int do_up(struct daemon *d, const struct request *request, const char *who)
{
	struct policy policy, old = d->keep.policy;
	const struct up_opts up = {
		.who = who,
		.keeping = old.mode == MODE_HOLD,
		.policy = &policy,
		.confirm_s = request->confirm_s,
		.for_s = request->for_s,
	};
	const char *config = request->config ? request->config : d->opts->config;
	struct err err = { 0 };
	int ret;

	ret = config_read("/", config, &policy, &err);
	if (ret)
		return fail_err(ret, &err);
	policy.mode = old.mode;
	ret = up_apply(&up, request->nics, request->nr_nics, &err);
	d->keep.told = 0; /* it may have been cleared, also by an up that failed */
	if (!ret)
		d->keep.policy = policy;
	config_free(ret ? &policy : &old);
	if (!ret && policy.mode == MODE_HOLD) {
		d->why_observe = NULL;
		module_load(d);
		d->ret = 0; /* what the last reload could not do is done now */
		keep_begin(&d->keep);
	}
	look_soon(d, "netlane up");
	return ret ? fail_err(ret, &err) : CODE_DONE;
}

static int do_down(struct daemon *d, const struct request *request, const char *who)
{
	int code = down_now(request->salvage, who);

	/* without its mark it did not even begin: what is held is kept on */
	if (!file_exists(NULL, HANDS_OFF_PATH)) {
		look_soon(d, "a netlane down that could not begin");
		return code;
	}
	keep_end(&d->keep);
	tell_unload();
	if (d->keep.policy.mode == MODE_HOLD)
		d->why_observe = WHY_DOWN;
	return code;
}

static int do_for(void *arg, struct json_object *json, const char *who)
{
	struct request request;
	struct daemon *d = arg;
	struct err err = { 0 };
	int code = CODE_FAILED, ret;

	ret = request_read(json, &request, &err);
	if (ret) {
		code = fail_err(ret, &err);
	} else if (request.command == REQUEST_UP) {
		code = do_up(d, &request, who);
	} else if (request.command == REQUEST_DOWN) {
		code = do_down(d, &request, who);
	} else {
		code = down_if_due(0);
		look_soon(d, "a time ran out");
	}
	request_free(&request);
	status_say(d);
	return code;
}

/* ------------------------------------------------------------- the loop */

static int signals_take(struct daemon *d)
{
	sigset_t set;
	int ret;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	/* without a handler sd-event ends the loop, which is what both are for */
	ret = sd_event_add_signal(d->event, NULL, SIGTERM, NULL, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(d->event, NULL, SIGINT, NULL, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(d->event, NULL, SIGHUP, on_reload, d);
	return ret;
}

static int loop(struct daemon *d)
{
	struct text ways = { 0 };
	int ret;

	pause_begin(&d->pause, clock_boot_ns() / 1000);
	ret = sd_event_default(&d->event);
	if (ret >= 0)
		ret = signals_take(d);
	if (ret >= 0)
		ret = sd_event_add_time(d->event, &d->look, CLOCK_BOOTTIME, 0, 1000, on_look, d);
	if (ret < 0)
		return ret;
	(void)sd_event_source_set_enabled(d->look, SD_EVENT_OFF);
	d->wake = wake_open(d->event, 0, look_soon, on_touch, d);
	if (!d->wake)
		return -ENOMEM;
	d->keep.touches_read = wake_read_blame;
	d->keep.touches_arg = d->wake;
	wake_ways(d->wake, &ways);
	say("%s\n", ways.s ? ways.s : "");
	text_free(&ways);
	if (control_listen(d->event, do_for, d, &d->err))
		(void)fail("%s", d->err.text);
	daemon_act(d, true);
	daemon_say(d);
	ret = sd_event_loop(d->event);
	(void)sd_notify(0, "STOPPING=1");
	if (ret >= 0 && d->keep.holding)
		held_end(&d->keep);
	return ret < 0 ? ret : 0;
}

static int run_run(const void *arg, char **words, unsigned int nr_words)
{
	struct daemon d = { .opts = arg };
	struct err err = { 0 };
	int fd, ret;

	if (geteuid())
		return fail("run is the service and needs root");
	fd = run_pid_take(&err);
	if (fd < 0)
		return fail_err(fd, &err);
	ret = loop(&d);
	(void)unlink(CONTROL_PATH);
	wake_close(d.wake);
	(void)sd_event_source_disable_unref(d.look);
	sd_event_unref(d.event);
	keep_free(&d.keep);
	(void)unlink(RUN_PID_PATH); /* the lock goes with the descriptor in any case */
	close(fd);
	return ret ? fail("the event loop failed: %s", strerror(-ret)) : CODE_DONE;
}

static const struct option_desc run_options[] = {
	{ "config", OPTION_TEXT, offsetof(struct run_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_run = {
	.name = "run",
	.words = "",
	.summary = "the service in the foreground, as the unit starts it",
	.help = "Observes, or with mode = hold in the configuration makes the lanes straight and\n"
		"keeps them: what a driver, a script or a balancer rewrites is put back, and its\n"
		"author is named in netlane log; what a person at a terminal sets a second time is\n"
		"left to him until the next netlane up. Steps that risk the NIC of the default\n"
		"route are only taken where allow_risk says so. SIGHUP takes the configuration in.\n"
		"A restart or a crash writes nothing; systemctl stop gives the node back.",
	.options = run_options,
	.size = sizeof(struct run_opts),
	.run = run_run,
};
