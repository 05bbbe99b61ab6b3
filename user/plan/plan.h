/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The second stage, pure: facts and policy in, ordered steps out, each with
 * before, after, risk and why. No system call, no clock, no environment: the
 * same input gives the same plan, byte for byte. The rules are those of a
 * lane; lanes.h holds them, steps.h turns them into knobs.
 */
#ifndef NETLANE_PLAN_PLAN_H
#define NETLANE_PLAN_PLAN_H

#include "base/err.h"
#include "base/fields.h"
#include "types.h"

/*
 * 0, -EINVAL when the policy cannot be met on this node (a named CPU is
 * offline, more channels than the device has): the sentence names the policy's
 * file and line. -ENOMEM.
 */
int plan_build(const struct facts *facts, const struct policy *policy, struct plan *plan,
	       struct err *err);
void plan_free(struct plan *plan);
/* Steps that change something by themselves: all but the carried ones. */
unsigned int plan_changes(const struct plan *plan);
/* The highest risk among the changes; *needs_confirm if one of them is gated. */
enum risk plan_risk(const struct plan *plan, bool *needs_confirm);
/* A POSIX shell script that does the steps by sysfs, procfs and ethtool. Heap, NULL: no memory. */
char *plan_as_shell(const struct plan *plan);

extern const struct field plan_fields[];

#endif /* NETLANE_PLAN_PLAN_H */
