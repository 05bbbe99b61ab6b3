/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timer outside the process that undoes an `up --for` or an unconfirmed
 * `up --confirm`, also when that `up` was killed or its session was cut off.
 * Under systemd it is a transient timer unit, which survives the end of the
 * login session; elsewhere a detached process. Either runs what `netlane down
 * --if-due` does: nothing, unless the journal says that this very deadline is
 * in force.
 */
#ifndef NETLANE_CMD_TIMER_H
#define NETLANE_CMD_TIMER_H

#include <stdint.h>

#include "base/err.h"

/* Ends the timer of @deadline_boot_ms, 0: none. Without effect where it is gone already. */
void timer_disarm(uint64_t deadline_boot_ms);
/* Arms it; @deadline_boot_ms as in the journal. 0 or -errno: then nothing may be changed. */
int timer_arm(uint64_t deadline_boot_ms, struct err *err);
/* Sleeps until CLOCK_BOOTTIME @deadline_boot_ms. */
void timer_wait(uint64_t deadline_boot_ms);

#endif /* NETLANE_CMD_TIMER_H */
