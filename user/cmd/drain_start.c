// SPDX-License-Identifier: GPL-2.0
/*
 * The beginning of a drain; see drain_start.h. The rule: what will not be possible
 * later is refused now, while the node is still in service.
 */
#include "cmd/drain_start.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/drain.h"
#include "base/bindings.h"
#include "base/files.h"
#include "base/netns.h"
#include "base/portset.h"
#include "base/sockdiag.h"
#include "base/text.h"
#include "cmd/drain_drive.h"
#include "cmd/drain_set.h"
#include "cmd/drain_state.h"
#include "cmd/flow.h"
#include "cmd/writer.h"
#include "journal/journal.h"

#define DRIVER_BEGINS_MS 10000

char *drain_ports(const struct policy *policy)
{
	struct portset ports = { { 0 } };
	struct text t = { 0 };
	unsigned int i;

	if (policy->drain.ports[0])
		(void)portset_parse(policy->drain.ports, &ports); /* checked when it was taken */
	for (i = 0; i < policy->nr_steer && !policy->drain.ports[0]; i++)
		/* connections alone are drained, and those of another namespace there, if at all */
		if (!policy->steer[i].netns[0] && !policy->steer[i].udp)
			portset_add(&ports, policy->steer[i].port);
	/* what leads to a drained listener leads nowhere */
	for (i = 0; i < policy->nr_bind && !policy->drain.ports[0]; i++)
		if (binding_has(&policy->bind[i], false, false) ||
		    binding_has(&policy->bind[i], false, true))
			portset_add(&ports, binding_port(policy->bind[i].to));
	if (portset_empty(&ports))
		return NULL;
	portset_add_text(&t, &ports);
	return text_take(&t);
}

/* Asked about a connection that there is not: a kernel that could, does not find it. */
static int resets_work(struct err *err)
{
	struct inet_diag_msg none = {
		.idiag_family = AF_INET,
		.id = { .idiag_sport = htons(1), .idiag_dport = htons(1) },
	};
	int ret = sockdiag_reset(&none);

	return ret && ret != -ENOENT ? err_set(err, ret, "connections cannot be reset here: %s",
					       ret == -EOPNOTSUPP ? "the kernel is built without "
								    "CONFIG_INET_DIAG_DESTROY" :
								    strerror(-ret)) :
				       0;
}

static int state_make(const struct policy *policy, bool rehearsal, const char *why,
		      struct drain_state *state, struct err *err)
{
	const struct drain_policy *drain = &policy->drain;
	char *ports = drain_ports(policy);

	memset(state, 0, sizeof(*state));
	if (!ports)
		return err_set(err, -EINVAL,
			       "which ports? --ports 80,443, or ports = 80,443 in [drain] of the "
			       "configuration");
	if (strlen(ports) + strlen(DRAIN_REFUSE) >= sizeof(state->value)) {
		free(ports);
		return err_set(err, -EINVAL, "the list of ports is too long: name ranges");
	}
	(void)snprintf(state->value, sizeof(state->value), "%s%s",
		       drain->drops ? DRAIN_DROP : DRAIN_REFUSE, ports);
	free(ports);
	state->netns = netns_own();
	state->started_ms = boot_ms();
	state->refuse_ms = state->started_ms + drain->grace_s * 1000ULL;
	state->deadline_s = drain->deadline_s;
	state->then_reset = drain->then_reset;
	state->rehearsal = rehearsal;
	(void)text_copy(state->why, sizeof(state->why), why); /* cut is enough */
	memcpy(state->health_file, drain->health_file, sizeof(state->health_file));
	memcpy(state->on_start, drain->on_start, sizeof(state->on_start));
	memcpy(state->on_end, drain->on_end, sizeof(state->on_end));
	return state->netns ? 0 : err_set(err, -errno, "/proc/self/ns/net: %s", strerror(errno));
}

/* At the end of an up --for all is given back: a drain that would end with it is none. */
static int no_time_runs(struct err *err)
{
	struct journal_state journal;
	int ret;

	if (journal_read(JOURNAL_DIR, &journal, NULL))
		return 0; /* there is none, or who writes it says what is wrong with it */
	ret = writer_may_add(&journal, err);
	journal_state_free(&journal);
	return ret;
}

/* The driver says that it lives by its pid in the state. */
static int driver_await(unsigned int netns, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	uint64_t until = boot_ms() + DRIVER_BEGINS_MS;
	struct drain_state state;

	while (boot_ms() < until) {
		if (!drain_state_read(netns, &state) || state.driver)
			return 0; /* gone already: a rehearsal is short */
		(void)nanosleep(&moment, NULL);
	}
	return err_set(err, -ETIMEDOUT, "the process that is to drive it does not begin");
}

/* One that is there already goes on, by another driver where its own is gone. */
static int go_on(struct drain_state *state, struct err *err)
{
	int lock = drain_lock(state->netns);

	if (lock < 0)
		return lock == -EBUSY ? -EALREADY :
					err_set(err, lock, RUN_DIR " cannot be written: %s",
						strerror(-lock));
	close(lock);
	state->driver = 0;
	(void)drain_state_write(state);
	lock = drain_launch(state->netns, err);
	return lock ? lock : driver_await(state->netns, err);
}

int drain_start(const struct policy *policy, bool rehearsal, const char *why, struct err *err)
{
	struct drain_state state, there;
	int ret = state_make(policy, rehearsal, why, &state, err);

	if (ret)
		return ret;
	if (drain_state_read(state.netns, &there) && there.phase != DRAIN_OVER) {
		if (strcmp(there.value, state.value))
			return err_set(err, -EBUSY,
				       "%s is under way already: netlane drain status shows it, "
				       "netlane drain stop ends it",
				       there.value);
		return go_on(&there, err);
	}
	ret = no_time_runs(err);
	if (!ret)
		ret = drain_possible(policy->drain.drops, err);
	if (!ret && state.then_reset)
		ret = resets_work(err);
	if (ret)
		return ret;
	if (!drain_state_write(&state))
		return err_set(err, -EIO, RUN_DIR " cannot be written");
	ret = drain_launch(state.netns, err);
	if (!ret)
		ret = driver_await(state.netns, err);
	if (ret)
		drain_state_remove(state.netns);
	return ret;
}
