// SPDX-License-Identifier: GPL-2.0
/* The timer outside the process; see timer.h. */
#include "cmd/timer.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "cmd/down.h"
#include "cmd/flow.h"
#include "cmd/spawn.h"
#include "journal/journal.h"

#define UNIT_NAME "netlane-undo-%llu" /* the deadline in ms since boot */

void timer_wait(uint64_t deadline_boot_ms)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline_boot_ms / 1000),
		.tv_nsec = (long)(deadline_boot_ms % 1000) * 1000000,
	};

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static int systemd_arm(uint64_t deadline_boot_ms)
{
	uint64_t now = boot_ms();
	char self[PATH_MAX], unit[64], when[64];
	const char *argv[] = { "systemd-run",
			       "--quiet",
			       "--collect",
			       unit,
			       when,
			       "--timer-property=AccuracySec=100ms",
			       "--description=netlane gives the node back",
			       "--",
			       self,
			       "down",
			       "--if-due",
			       NULL };
	int ret = file_link(NULL, self, sizeof(self), "/proc/self/exe");

	if (ret)
		return ret;
	if (!file_exists(NULL, "%s", self)) /* replaced by an upgrade while it runs */
		return -ENOENT;
	(void)snprintf(unit, sizeof(unit), "--unit=" UNIT_NAME,
		       (unsigned long long)deadline_boot_ms);
	(void)snprintf(when, sizeof(when), "--on-active=%llums",
		       (unsigned long long)(deadline_boot_ms > now ? deadline_boot_ms - now : 1));
	ret = spawn_wait(argv);
	return ret > 0 ? -ECHILD : ret;
}

enum force { FORCE_UNKNOWN, FORCE_YES, FORCE_LIFTED };

/*
 * What the journal says of this deadline. While another up is under way, or
 * the journal cannot be read, nothing is said: that up may fail, and then
 * this deadline is in force again.
 */
static enum force force_of(uint64_t deadline_boot_ms)
{
	enum force force = FORCE_LIFTED;
	struct journal_state state;
	struct err err = { 0 };
	int ret;

	ret = journal_read(JOURNAL_DIR, &state, &err);
	if (ret)
		return ret == -ENOENT ? FORCE_LIFTED : FORCE_UNKNOWN;
	if (state.open && state.deadline_boot_ms == deadline_boot_ms)
		force = FORCE_YES;
	else if (state.open && !state.complete)
		force = FORCE_UNKNOWN;
	journal_state_free(&state);
	return force;
}

/*
 * Waits for the deadline, or until the journal no longer knows it: a down or a
 * confirmation ends this process without anybody having to find it.
 */
static void deadline_or_lifted(uint64_t deadline_boot_ms)
{
	struct itimerspec at = {
		.it_value.tv_sec = (time_t)(deadline_boot_ms / 1000),
		.it_value.tv_nsec = (long)(deadline_boot_ms % 1000) * 1000000,
	};
	int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
	int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd fds[] = {
		{ .fd = timer, .events = POLLIN },
		{ .fd = watch, .events = POLLIN },
	};
	enum force force;
	bool seen = false;
	char events[4096];

	if (timer < 0 || timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL) || watch < 0 ||
	    inotify_add_watch(watch, JOURNAL_DIR, IN_MODIFY | IN_MOVED_FROM | IN_DELETE) < 0) {
		timer_wait(deadline_boot_ms); /* late to leave is better than not to undo */
		return;
	}
	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if (fds[0].revents)
			return;
		while (read(watch, events, sizeof(events)) > 0)
			;
		/* armed before the intents are written: not in force yet is not lifted */
		force = force_of(deadline_boot_ms);
		seen |= force == FORCE_YES;
		if (seen && force == FORCE_LIFTED)
			_exit(0);
	}
}

struct detached {
	uint64_t deadline_boot_ms;
};

static int detached_main(void *arg)
{
	const struct detached *detached = arg;

	deadline_or_lifted(detached->deadline_boot_ms);
	return down_if_due(detached->deadline_boot_ms);
}

static int detached_arm(uint64_t deadline_boot_ms)
{
	struct detached detached = { deadline_boot_ms };

	return spawn_detached(detached_main, &detached);
}

void timer_disarm(uint64_t deadline_boot_ms)
{
	const char *argv[] = { "systemctl", "stop", "--quiet", NULL, NULL };
	char unit[64];

	if (!deadline_boot_ms || !file_exists(NULL, "/run/systemd/system"))
		return; /* a detached one sees it in the journal */
	(void)snprintf(unit, sizeof(unit), UNIT_NAME ".timer",
		       (unsigned long long)deadline_boot_ms);
	argv[3] = unit;
	(void)spawn_wait(argv); /* it would find nothing to undo anyway */
}

int timer_arm(uint64_t deadline_boot_ms, struct err *err)
{
	int ret;

	if (file_exists(NULL, "/run/systemd/system") && !systemd_arm(deadline_boot_ms))
		return 0;
	ret = detached_arm(deadline_boot_ms);
	if (ret)
		return err_set(err, ret, "no timer could be started that would undo this: %s",
			       strerror(-ret));
	return 0;
}
