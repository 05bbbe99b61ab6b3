// SPDX-License-Identifier: GPL-2.0
/*
 * netlane run: the service in the foreground, and the only writer while it
 * lives. It observes, or with mode = hold makes the lanes straight and keeps
 * them. The rule: a restart, an upgrade or a crash writes nothing to the
 * kernel; what stands is adopted. systemctl stop gives the node back.
 */
#include "cmd/run.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/bindings.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/names.h"
#include "cmd/boots.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/consent.h"
#include "cmd/control.h"
#include "cmd/counting.h"
#include "cmd/daemon.h"
#include "cmd/down.h"
#include "cmd/health.h"
#include "cmd/run.h"
#include "cmd/spot.h"
#include "cmd/steer_wish.h"
#include "cmd/stopping.h"
#include "cmd/tell.h"
#include "cmd/up.h"
#include "cmd/wake.h"
#include "cmd/writer.h"
#include "facts/facts.h"
#include "observe/events.h"

#define WHY_GIVEN_BACK "nothing of netlane's stands any more; netlane up or a reload begins anew"

/* Events come in crowds: one look for all of them. */
#define LOOK_AFTER_US 20000
/* Who changes a knob while it is repaired is soon done; who is not is worth a word. */
#define IN_THE_WAY_MAX 5
#define STEER_LOOK_AFTER_US 200000
#define HEAP_BLOCK_MAX (128 * 1024) /* bytes; the least that mmap() is asked for */

/* ------------------------------------------------------------- looking */

void daemon_status(struct daemon *d)
{
	const struct keep *keep = &d->keep;
	char doing[400];

	if (d->ret)
		(void)snprintf(doing, sizeof(doing), "not as configured: %.300s", d->err.text);
	else if (keep->failure[0])
		(void)snprintf(doing, sizeof(doing), "holding, but: %.300s", keep->failure);
	else if (keep->holding)
		(void)snprintf(doing, sizeof(doing),
			       "holding, %s; %u repaired, %u left to others%s%s",
			       d->looking_on ? "looking on" : "all as wanted", keep->repairs,
			       keep->yielded, keep->waits[0] ? "; " : "", keep->waits);
	else
		(void)snprintf(doing, sizeof(doing), "observing%s%s", d->why_observe ? ": " : "",
			       d->why_observe ? d->why_observe : "");
	(void)sd_notifyf(0, "STATUS=%s%s%s", d->ports.status, d->ports.status[0] ? "; " : "",
			 doing);
}

/* Without its files in /run nobody finds it, and an up would act beside it. */
static void home_mend(struct daemon *d)
{
	struct err err = { 0 };
	int fd;

	if (run_pid_stands(d->pid_fd) && file_exists(NULL, CONTROL_PATH))
		return;
	fd = run_pid_stands(d->pid_fd) ? d->pid_fd : run_pid_take(&err);
	if (fd >= 0 && fd != d->pid_fd) { /* whatever comes, the lock is on this one now */
		close(d->pid_fd);
		d->pid_fd = fd;
	}
	if (fd < 0 || control_listen(d->event, daemon_do_for, d, &err)) {
		(void)fail("somebody emptied " RUN_DIR ": %s", err.text);
		return;
	}
	if (d->keep.holding) {
		keep_note(&d->keep);
		steer_wishes_mend(&d->keep.policy);
	}
	say("somebody emptied " RUN_DIR ": made anew\n");
}

/* What had no event for so long may give its place to what comes. */
#define EVENTS_IDLE_S 3600

/* Who runs out of ports is told whatever the lanes are like. */
static void ports_look(struct daemon *d)
{
	char was[sizeof(d->ports.status)];

	memcpy(was, d->ports.status, sizeof(was));
	portwatch_look(&d->ports);
	growthwatch_look(&d->growth);
	events_tidy(EVENTS_IDLE_S);
	if (strcmp(was, d->ports.status))
		daemon_status(d);
	(void)fflush(stdout);
}

/* What is said of a look: the first thing that happened, and not that it goes on. */
static void why_say(struct daemon *d, const char *why, bool happened)
{
	if (d->why_look[0] && (d->why_happened || !happened))
		return;
	d->why_happened = happened;
	(void)text_copy(d->why_look, sizeof(d->why_look), why); /* cut is enough */
}

/* Looks, not before @after_us from now. @happened: @why is an event, not what a look led to. */
static void look_after(struct daemon *d, const char *why, bool happened, bool all,
		       uint64_t after_us)
{
	uint64_t at = clock_boot_ns() / 1000 + after_us;
	bool under_way = d->why_look[0];

	if (all) {
		home_mend(d);
		ports_look(d);
	}
	if (!d->keep.holding)
		return;
	d->look_all |= all;
	if (d->looked_us && at < d->looked_us + d->pause.us)
		at = d->looked_us + d->pause.us;
	why_say(d, why, happened);
	if (under_way && at >= d->look_at_us)
		return;
	d->look_at_us = at;
	(void)sd_event_source_set_time(d->look, at);
	(void)sd_event_source_set_enabled(d->look, SD_EVENT_ONESHOT);
}

void daemon_look(void *arg, const char *event, bool all)
{
	look_after(arg, event, true, all, LOOK_AFTER_US);
}

static int on_look(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;
	struct err err = { 0 };
	char event[sizeof(d->why_look)];
	bool held = d->keep.holding, all = d->look_all;
	int ret;

	wake_read_blame(d->wake);
	memcpy(event, d->why_look, sizeof(event));
	d->why_look[0] = '\0'; /* what happens from here on is looked at again */
	d->look_all = false;
	ret = keep_look(&d->keep, event, all, &err);
	d->looked_us = clock_boot_ns() / 1000;
	pause_after(&d->pause, d->looked_us, ret);
	wake_module(d->wake, d->keep.module_there);
	d->in_the_way = ret == -ESTALE || ret == -EBUSY ? d->in_the_way + 1 : 0;
	if (d->in_the_way && d->in_the_way < IN_THE_WAY_MAX) /* look again */
		(void)text_copy(err.text, sizeof(err.text), "somebody is changing it just now");
	else if (ret < 0 && strcmp(err.text, d->keep.failure))
		(void)fail("the lanes could not be kept, will try again: %s", err.text);
	(void)text_copy(d->keep.failure, sizeof(d->keep.failure), ret < 0 ? err.text : "");
	if (held && !d->keep.holding) {
		d->why_observe = WHY_GIVEN_BACK;
		say("keeping no longer: %s\n", d->why_observe);
	}
	if (ret)
		look_after(d, ret < 0 ? "the last look failed" : "something was put back", false,
			   true, LOOK_AFTER_US);
	if (d->keep.steer_again_ns > d->looked_us * 1000)
		look_after(d, "a server could not be steered", false, false,
			   d->keep.steer_again_ns / 1000 - d->looked_us);
	if (!ret && d->keep.steer_waits && d->steer_looks) {
		d->steer_looks--;
		look_after(d, "a server was not ready yet", false, false, STEER_LOOK_AFTER_US);
	}
	d->looking_on = ret;
	daemon_status(d);
	(void)fflush(stdout);
	return 0;
}

static void on_touch(void *arg, const struct blame *blame)
{
	struct daemon *d = arg;

	culprits_add(&d->keep.culprits, blame);
}

/* Of others it is not known which they are until the look: their names come and go as well. */
static void on_listens(void *arg, unsigned int port, bool here)
{
	struct daemon *d = arg;
	bool wanted = false;
	unsigned int i;

	for (i = 0; i < d->keep.policy.nr_steer; i++)
		wanted |= d->keep.policy.steer[i].port == port &&
			  (here || d->keep.policy.steer[i].netns[0]);
	for (i = 0; i < d->keep.policy.nr_bind; i++)
		wanted |= here && binding_port(d->keep.policy.bind[i].to) == port;
	if (!wanted)
		return;
	d->steer_looks = STEER_LOOKS;
	d->keep.steer_again_ns = d->keep.steer_failures = 0;
	daemon_look(d, "a server listens", false);
}

/* ------------------------------------------------------------- the configuration */

static void daemon_say(struct daemon *d)
{
	if (d->ret)
		(void)fail_err(d->ret, &d->err);
	(void)sd_notify(0, "READY=1");
	daemon_status(d);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	struct daemon *d = arg;

	(void)sd_notify(0, "RELOADING=1");
	daemon_act(d, false);
	daemon_say(d);
	return 0;
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
	d->wake = wake_open(d->event, 0, daemon_look, on_touch, on_listens, d);
	if (!d->wake)
		return -ENOMEM;
	d->keep.touches_read = wake_read_blame;
	d->keep.touches_arg = d->wake;
	wake_ways(d->wake, &ways);
	say("%s\n", ways.s ? ways.s : "");
	text_free(&ways);
	if (control_listen(d->event, daemon_do_for, d, &d->err))
		(void)fail("%s", d->err.text);
	daemon_act(d, true);
	daemon_say(d);
	ret = sd_event_loop(d->event);
	(void)sd_notify(0, "STOPPING=1");
	if (ret >= 0 && d->keep.holding)
		held_end(&d->keep);
	return ret < 0 ? ret : 0;
}

struct run_opts {
	const char *config;
};

static int run_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct run_opts *opts = arg;
	struct daemon d = { .config = opts->config };
	struct err err = { 0 };
	int ret;

	if (geteuid())
		return fail("run is the service and needs root");
	d.pid_fd = run_pid_take(&err);
	if (d.pid_fd < 0)
		return fail_err(d.pid_fd, &err);
	/* what is large is given back when it is freed: glibc would keep the heap that wide */
	(void)mallopt(M_MMAP_THRESHOLD, HEAP_BLOCK_MAX);
	ret = loop(&d);
	(void)unlink(CONTROL_PATH);
	growthwatch_end();
	health_end();
	spot_end();
	wake_close(d.wake);
	(void)sd_event_source_disable_unref(d.look);
	sd_event_unref(d.event);
	keep_free(&d.keep);
	(void)unlink(RUN_PID_PATH); /* the lock goes with the descriptor in any case */
	close(d.pid_fd);
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
