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
#include "cmd/control.h"
#include "cmd/counting.h"
#include "cmd/down.h"
#include "cmd/keep.h"
#include "cmd/stopping.h"
#include "cmd/tell.h"
#include "cmd/up.h"
#include "cmd/wake.h"
#include "facts/facts.h"

#define BOOTS_PATH JOURNAL_DIR "/boots"

/* Events come in crowds: one look for all of them, and no more than this often. */
#define LOOK_AFTER_US 20000
#define LOOK_PAUSE_US 100000
/* Where somebody rewrites what is repaired again and again, or looking fails. */
#define LOOK_PAUSE_MAX_US 5000000

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
	uint64_t pause_us; /* between looks */
};

/* Reasons not to touch the node although the configuration says hold. */
static const char *observe_reason(struct err *err)
{
	const char *why = NULL;
	bool too_many = false;
	struct facts facts;

	if (file_exists(NULL, "%s", HANDS_OFF_PATH))
		return "netlane down was the last word: hands off until netlane up";
	if (mkdir(JOURNAL_DIR, 0700) && errno != EEXIST)
		return "no folder for the journal (" JOURNAL_DIR ")";
	if (facts_gather("/", 0, &facts, err))
		why = "the node could not be read";
	else if (facts.node.cmdline_off[0] == '1')
		why = "netlane.off is on the kernel command line";
	else if (boots_begin(BOOTS_PATH, facts.node.boot_id, &too_many, err))
		why = "the boots could not be counted";
	else if (too_many)
		why = "the last two boots did not get ready under netlane; "
		      "remove " BOOTS_PATH " to try again";
	facts_free(&facts);
	return why;
}

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
	if (d->looked_us && at < d->looked_us + d->pause_us)
		at = d->looked_us + d->pause_us;
	(void)sd_event_source_set_time(d->look, at);
	(void)sd_event_source_set_enabled(d->look, SD_EVENT_ONESHOT);
}

/* Longer pauses where it does not help, the usual one again where it does. */
static void pause_set(struct daemon *d, int ret)
{
	if (ret)
		d->pause_us = d->pause_us * 2 > LOOK_PAUSE_MAX_US ? LOOK_PAUSE_MAX_US :
								    d->pause_us * 2;
	else
		d->pause_us = LOOK_PAUSE_US;
}

static int on_look(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;
	struct err err = { 0 };
	char event[sizeof(d->why_look)];
	int ret;

	wake_read_blame(d->wake);
	memcpy(event, d->why_look, sizeof(event));
	d->why_look[0] = '\0'; /* what happens from here on is looked at again */
	ret = keep_look(&d->keep, event, &err);
	d->looked_us = clock_boot_ns() / 1000;
	pause_set(d, ret);
	wake_module(d->wake, d->keep.module_there);
	if (ret == -ESTALE || ret == -EBUSY) /* somebody is in the middle of it: look again */
		(void)text_copy(err.text, sizeof(err.text), "somebody is changing it just now");
	else if (ret < 0 && strcmp(err.text, d->keep.failure))
		(void)fail("the lanes could not be kept, will try again: %s", err.text);
	(void)text_copy(d->keep.failure, sizeof(d->keep.failure), ret < 0 ? err.text : "");
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

/* Adopts what this boot's journal holds, without writing anything; the first look finds drift. */
static int adopt(struct daemon *d)
{
	module_load(d);
	say("going on with what was held\n");
	counting_begin();
	look_soon(d, "the service started");
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

/* One attempt to do what the configuration says; never ends the daemon. */
static void daemon_act(struct daemon *d, bool start)
{
	struct err err = { 0 };

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
		d->why_observe = observe_reason(&err);
		if (!d->why_observe)
			d->ret = start && keep_resume(&d->keep) ? adopt(d) : hold(d);
		say("mode hold%s%s\n", d->why_observe ? ", but observing: " : "",
		    d->why_observe ? d->why_observe : "");
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

static int do_up(struct daemon *d, struct json_object *request, const char *who)
{
	struct json_object *nics = NULL, *config = NULL, *seconds = NULL;
	struct up_opts up = { .who = who, .keeping = d->keep.policy.mode == MODE_HOLD };
	struct err err = { 0 };
	unsigned int i, nr = 0;
	char **names;
	int ret;

	if (json_object_object_get_ex(request, "confirm_s", &seconds))
		up.confirm_s = (unsigned int)json_object_get_int64(seconds);
	if (json_object_object_get_ex(request, "for_s", &seconds))
		up.for_s = (unsigned int)json_object_get_int64(seconds);
	if (json_object_object_get_ex(request, "config", &config))
		up.config = json_object_get_string(config);
	if (json_object_object_get_ex(request, "nics", &nics))
		nr = (unsigned int)json_object_array_length(nics);
	names = calloc(nr + 1, sizeof(*names));
	if (!names)
		return fail("out of memory");
	for (i = 0; i < nr; i++)
		names[i] = (char *)(uintptr_t)json_object_get_string(
			json_object_array_get_idx(nics, i)); /* read only */
	d->keep.told = 0;
	ret = up_apply(&up, names, nr, &err);
	free(names);
	if (ret)
		return fail_err(ret, &err);
	if (d->keep.policy.mode == MODE_HOLD) {
		d->why_observe = NULL;
		module_load(d);
		keep_begin(&d->keep);
		look_soon(d, "netlane up");
	}
	return CODE_DONE;
}

static int do_for(void *arg, struct json_object *request, const char *who)
{
	struct json_object *value = NULL;
	struct daemon *d = arg;
	const char *command = "";
	int code;

	if (json_object_object_get_ex(request, "command", &value))
		command = json_object_get_string(value);
	if (!strcmp(command, "up")) {
		code = do_up(d, request, who);
	} else if (!strcmp(command, "down")) {
		bool salvage = json_object_object_get_ex(request, "salvage", &value) &&
			       json_object_get_boolean(value);

		keep_end(&d->keep);
		code = down_now(salvage, who);
		tell_unload();
		if (d->keep.policy.mode == MODE_HOLD)
			d->why_observe =
				"netlane down was the last word: hands off until netlane up";
	} else if (!strcmp(command, "if-due")) {
		code = down_if_due(0);
		look_soon(d, "a time ran out");
	} else {
		code = fail("the service does not know '%s'; is it of another version?", command);
	}
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

	d->pause_us = LOOK_PAUSE_US;
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
	fd = pid_file_take(&err);
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
