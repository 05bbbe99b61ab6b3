// SPDX-License-Identifier: GPL-2.0
/*
 * netlane run: the service in the foreground. It observes, or with mode =
 * hold makes the lanes straight once at its start and on SIGHUP. A restart
 * or a stop writes nothing back: netlane down does.
 */
#include "cmd/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/files.h"
#include "base/names.h"
#include "cmd/boots.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/counting.h"
#include "cmd/down.h"
#include "cmd/up.h"
#include "facts/facts.h"

#define BOOTS_PATH JOURNAL_DIR "/boots"

struct run_opts {
	const char *config;
};

struct daemon {
	const struct run_opts *opts;
	const char *why_observe; /* hold is asked for but not done, or NULL */
	int ret; /* of the last attempt to hold */
	struct err err;
};

bool run_is_alive(void)
{
	char comm[32];
	unsigned int pid;

	return !file_read_uint(NULL, &pid, "%s", RUN_PID_PATH) &&
	       !file_read(NULL, comm, sizeof(comm), "/proc/%u/comm", pid) &&
	       !strcmp(comm, "netlane");
}

/* The pid file, locked for as long as we live; its descriptor or -errno. */
static int pid_file_take(struct err *err)
{
	int fd;

	if (mkdir(RUN_DIR, 0755) && errno != EEXIST)
		return err_set(err, -errno, "%s cannot be made: %s", RUN_DIR, strerror(errno));
	fd = open(RUN_PID_PATH, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(err, -errno, "%s cannot be opened: %s", RUN_PID_PATH,
			       strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return err_set(err, -EBUSY, "netlane run is already running, see %s", RUN_PID_PATH);
	}
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", getpid()) < 0) {
		close(fd);
		return err_set(err, -EIO, "%s cannot be written", RUN_PID_PATH);
	}
	return fd;
}

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

/* One attempt to do what the configuration says; never ends the daemon. */
static void daemon_act(struct daemon *d)
{
	struct up_opts up = { .config = d->opts->config, .unattended = true };
	struct policy policy;

	memset(&d->err, 0, sizeof(d->err));
	d->why_observe = NULL;
	d->ret = config_read("/", d->opts->config, &policy, &d->err);
	if (d->ret)
		return;
	if (policy.mode == MODE_HOLD) {
		d->why_observe = observe_reason(&d->err);
		memset(&d->err, 0, sizeof(d->err));
		if (!d->why_observe)
			d->ret = up_apply(&up, NULL, 0, &d->err);
		if (!d->why_observe && !d->ret)
			d->ret = boots_ready(BOOTS_PATH, &d->err);
		say("mode hold%s%s\n", d->why_observe ? ", but observing: " : "",
		    d->why_observe ? d->why_observe : "");
	} else {
		say("mode observe: the service changes nothing on this node\n");
	}
	/* in mode hold up_apply() did; hands off means the counters, too */
	if (policy.mode == MODE_OBSERVE ||
	    (d->why_observe && !file_exists(NULL, "%s", HANDS_OFF_PATH)))
		counting_begin();
	config_free(&policy);
	(void)fflush(stdout); /* to the journal now, not when the buffer is full */
}

static void daemon_say(struct daemon *d)
{
	if (d->ret)
		(void)fail_err(d->ret, &d->err);
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s%s", d->ret ? "not as configured: " : "in force",
			 d->ret ? d->err.text : "");
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	(void)sd_notify(0, "RELOADING=1");
	daemon_act(arg);
	daemon_say(arg);
	return 0;
}

static int loop(struct daemon *d)
{
	sd_event *event = NULL;
	sigset_t set;
	int ret;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	ret = sd_event_default(&event);
	/* without a handler sd-event ends the loop, which is what both are for */
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGHUP, on_reload, d);
	if (ret >= 0) {
		daemon_act(d);
		daemon_say(d);
		ret = sd_event_loop(event);
	}
	(void)sd_notify(0, "STOPPING=1");
	sd_event_unref(event);
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
	.help = "Observes, or with mode = hold in the configuration makes the lanes straight at\n"
		"its start and on SIGHUP. Steps that risk the NIC of the default route are only\n"
		"taken where allow_risk says so. Stopping it writes nothing: netlane down does.",
	.options = run_options,
	.size = sizeof(struct run_opts),
	.run = run_run,
};
