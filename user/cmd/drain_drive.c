// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of a drain; see drain_drive.h. The rule: the state is written before
 * each step, so that whoever goes on after a kill -9 does none of them twice that
 * must not be, and leaves none out.
 */
#include "cmd/drain_drive.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/drain.h"
#include "base/files.h"
#include "base/netns.h"
#include "base/portset.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/drain_set.h"
#include "cmd/flow.h"
#include "cmd/spawn.h"
#include "cmd/timer.h"
#include "observe/left.h"

#define LOOK_EVERY_MS 500
#define ASIDE "%s.drained"
#define RESET_TRIES 3 /* what came through the accept queue in the meantime */

/* ------------------------------------------------------------- the health answer */

static int move(const char *from, const char *to)
{
	return rename(from, to) ? -errno : 0;
}

int drain_health_fail(const char *file)
{
	char aside[160];

	(void)snprintf(aside, sizeof(aside), ASIDE, file);
	return move(file, aside);
}

int drain_health_mend(const char *file)
{
	char aside[160];

	(void)snprintf(aside, sizeof(aside), ASIDE, file);
	return file_exists(NULL, "%s", file) ? 0 : move(aside, file);
}

/* ------------------------------------------------------------- steps */

/* The first trouble is the one that is shown. */
static void trouble(struct drain_state *state, const char *what, const char *text)
{
	if (!state->trouble[0])
		(void)snprintf(state->trouble, sizeof(state->trouble), "%.48s: %.200s", what,
			       text); /* cut still helps */
}

static void hook(struct drain_state *state, const char *command, const char *what)
{
	char event[64], ports[340], why[160], rehearsal[64], left[64], reset[64], text[64];
	const char *const env[] = { event, ports, why, rehearsal, left, reset, NULL };
	int ret;

	if (!command[0])
		return;
	(void)snprintf(event, sizeof(event), "NETLANE_DRAIN=%s", what);
	(void)snprintf(ports, sizeof(ports), "NETLANE_PORTS=%s", strchr(state->value, ' ') + 1);
	(void)snprintf(why, sizeof(why), "NETLANE_WHY=%s", state->why);
	(void)snprintf(rehearsal, sizeof(rehearsal), "NETLANE_REHEARSAL=%d", state->rehearsal);
	(void)snprintf(left, sizeof(left), "NETLANE_LEFT=%u", state->left);
	(void)snprintf(reset, sizeof(reset), "NETLANE_RESET=%u", state->reset);
	ret = spawn_shell(command, env, DRAIN_HOOK_S);
	if (!ret)
		return;
	if (ret == -ETIMEDOUT)
		(void)snprintf(text, sizeof(text), "killed after %d s", DRAIN_HOOK_S);
	else if (ret < 0)
		(void)snprintf(text, sizeof(text), "%s", strerror(-ret));
	else
		(void)snprintf(text, sizeof(text), "exit %d", ret);
	trouble(state, !strcmp(what, "start") ? "on_start" : "on_end", text);
}

static void begin(struct drain_state *state)
{
	int ret;

	if (state->began)
		return;
	ret = state->health_file[0] ? drain_health_fail(state->health_file) : 0;
	if (ret)
		trouble(state, state->health_file, strerror(-ret));
	hook(state, state->on_start, "start");
	state->began = true;
	(void)drain_state_write(state);
}

static void pause_ms(uint64_t until_ms)
{
	uint64_t now = boot_ms();

	timer_wait(until_ms < now + LOOK_EVERY_MS ? until_ms : now + LOOK_EVERY_MS);
}

/* Tried until it is done: there is nobody who could. False: the state is gone, so it was stopped. */
static bool refuse(struct drain_state *state)
{
	struct drain_state now;

	while (boot_ms() < state->refuse_ms) {
		pause_ms(state->refuse_ms);
		if (!drain_state_read(state->netns, &now))
			return false;
	}
	for (;;) {
		struct err err = { 0 };

		if (!drain_set(state->netns, state->value, state->why, &err))
			break;
		trouble(state, "refusing", err.text);
		(void)drain_state_write(state);
		pause_ms(UINT64_MAX);
		if (!drain_state_read(state->netns, &now))
			return false;
	}
	state->phase = DRAIN_REFUSING;
	state->refuse_ms = boot_ms();
	state->deadline_ms = state->deadline_s ? state->refuse_ms + state->deadline_s * 1000ULL : 0;
	(void)drain_state_write(state);
	return true;
}

/* Until nothing is left or the time is over. False: somebody ended the refusal. */
static bool await(struct drain_state *state, const struct portset *ports)
{
	struct drain_now now;

	for (;;) {
		struct err err = { 0 };
		struct left left;

		if (drain_read(state->netns, &now, &err) == -ENOENT)
			return false;
		memset(&err, 0, sizeof(err));
		if (left_read(ports, false, &left, &err)) {
			trouble(state, "counting", err.text);
			return true;
		}
		state->left = left.all;
		left_free(&left);
		if (!state->left || (state->deadline_ms && boot_ms() >= state->deadline_ms))
			return true;
		pause_ms(state->deadline_ms ? state->deadline_ms : UINT64_MAX);
	}
}

static void reset_rest(struct drain_state *state, const struct portset *ports)
{
	unsigned int i, nr;

	for (i = 0; i < RESET_TRIES && state->left && state->then_reset && !state->rehearsal; i++) {
		struct err err = { 0 };
		int ret = left_reset(ports, &nr, &err);

		state->reset += nr;
		if (ret)
			trouble(state, "reset", err.text);
		if (ret || !nr)
			break;
	}
}

static void end(struct drain_state *state)
{
	hook(state, state->on_end, "end");
	state->phase = DRAIN_OVER;
	state->over_ms = boot_ms();
	(void)drain_state_write(state);
}

/* ------------------------------------------------------------- the driver */

/* Sockets are those of the namespace that one is in. */
static int enter(unsigned int netns)
{
	int fd, ret;

	if (netns_own() == netns)
		return 0;
	fd = netns_open(netns);
	if (fd < 0)
		return fd;
	ret = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return ret;
}

static void drive(struct drain_state *state)
{
	struct portset ports;

	if (portset_parse(strchr(state->value, ' ') + 1, &ports))
		return;
	if (state->phase == DRAIN_GRACE) {
		begin(state);
		if (!refuse(state))
			return;
	}
	if (state->phase == DRAIN_REFUSING) {
		if (!await(state, &ports)) {
			(void)drain_health_mend(state->health_file);
			drain_state_remove(state->netns);
			return;
		}
		reset_rest(state, &ports);
		end(state);
	}
}

int drain_drive(unsigned int netns)
{
	struct drain_state state;
	struct err err = { 0 };
	int lock = drain_lock(netns), ret;

	if (lock == -EBUSY)
		return CODE_DONE; /* one is enough */
	if (lock < 0 || !drain_state_read(netns, &state) || !strchr(state.value, ' '))
		return fail("nothing is being drained in network namespace %u", netns);
	ret = enter(netns);
	if (ret)
		return fail("network namespace %u cannot be entered: %s", netns, strerror(-ret));
	state.driver = (unsigned int)getpid();
	(void)drain_state_write(&state);
	drive(&state);
	if (state.rehearsal && state.phase == DRAIN_OVER) {
		close(lock); /* this driver is at its end, and no stop has to end it */
		return drain_stop(netns, state.health_file, &err) ? fail("%s", err.text) :
								    CODE_DONE;
	}
	return CODE_DONE;
}

/* ------------------------------------------------------------- from outside */

static int detached(void *arg)
{
	return drain_drive(*(const unsigned int *)arg);
}

static bool unit_start(unsigned int netns)
{
	char self[PATH_MAX], unit[64], number[16];
	const char *argv[] = { "systemd-run",
			       "--quiet",
			       "--collect",
			       unit,
			       "--description=netlane takes the node out of service",
			       "--",
			       self,
			       "drain",
			       "drive",
			       number,
			       NULL };

	if (!file_exists(NULL, "/run/systemd/system") ||
	    file_link(NULL, self, sizeof(self), "/proc/self/exe") || !file_exists(NULL, "%s", self))
		return false;
	(void)snprintf(unit, sizeof(unit), "--unit=netlane-drain-%u", netns);
	(void)snprintf(number, sizeof(number), "%u", netns);
	return !spawn_wait(argv);
}

int drain_launch(unsigned int netns, struct err *err)
{
	int ret;

	if (unit_start(netns))
		return 0;
	ret = spawn_detached(detached, &netns);
	return ret ? err_set(err, ret, "no process could be started that goes on with it: %s",
			     strerror(-ret)) :
		     0;
}

/* Ends the driver, if there is one, and returns with its lock. */
static int driver_end(unsigned int netns, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	struct drain_state state;
	unsigned int tries = 1000;
	int lock;

	while ((lock = drain_lock(netns)) == -EBUSY && --tries) {
		/* who holds the lock has written his pid before he did anything */
		if (drain_state_read(netns, &state) && state.driver &&
		    state.driver != (unsigned int)getpid())
			(void)kill((pid_t)state.driver, SIGTERM);
		(void)nanosleep(&moment, NULL);
	}
	if (lock == -EBUSY)
		return err_set(err, lock, "the process that drives it (pid %u) does not end",
			       state.driver);
	return lock;
}

int drain_stop(unsigned int netns, const char *health_file, struct err *err)
{
	int lock = driver_end(netns, err), ret;

	if (lock < 0 && lock != -EACCES)
		return err->text[0] ? lock :
				      err_set(err, lock, RUN_DIR " cannot be written: %s",
					      strerror(-lock));
	ret = drain_set(netns, DRAIN_OPEN, NULL, err);
	if (ret) { /* its state stays, for status and for the next stop */
		err_prefix(err, "new connections are still not taken: ");
		goto close_lock;
	}
	if (health_file[0] && drain_health_mend(health_file) &&
	    !file_exists(NULL, "%s", health_file))
		ret = err_set(err, -ENOENT,
			      "new connections are taken again, but %s is not back: make it",
			      health_file);
	drain_state_remove(netns);
close_lock:
	if (lock >= 0)
		close(lock);
	return ret;
}

void drain_forget_all(void)
{
	unsigned int netns[64], nr = drain_states(netns, 64), i;

	for (i = 0; i < nr; i++) {
		struct drain_state state;
		struct err err = { 0 };
		int lock = driver_end(netns[i], &err);

		if (drain_state_read(netns[i], &state) && state.health_file[0])
			(void)drain_health_mend(state.health_file);
		drain_state_remove(netns[i]);
		if (lock >= 0)
			close(lock);
	}
}
