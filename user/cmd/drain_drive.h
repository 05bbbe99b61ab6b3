/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Taking a node out of service, step by step, by a process that outlives who
 * asked for it: the health answer fails, the start hook runs, the grace passes, new
 * connections are refused, what is left ends or its time does, the end hook runs.
 */
#ifndef NETLANE_CMD_DRAIN_DRIVE_H
#define NETLANE_CMD_DRAIN_DRIVE_H

#include "cmd/drain_state.h"

#define DRAIN_HOOK_S 30 /* a hook that takes longer is killed */

/* Goes on with namespace @netns' state, to its end. A CODE_*. */
int drain_drive(unsigned int netns);
/* A driver for the state that was just written: under systemd a unit of its own. 0 or -errno. */
int drain_launch(unsigned int netns, struct err *err);
/* Ends it: the driver, what is refused, the health answer, the state. 0 or -errno. */
int drain_stop(unsigned int netns, const char *health_file, struct err *err);
/* Without what a journal knows: drivers, health answers, states, of all namespaces. */
void drain_forget_all(void);

/* The health answer: @file is moved aside, and back. 0, -ENOENT: it is not there, or -errno. */
int drain_health_fail(const char *file);
int drain_health_mend(const char *file);

#endif /* NETLANE_CMD_DRAIN_DRIVE_H */
