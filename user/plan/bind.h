/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bindings as a step. The rule: one step for all of them, so that what is in force
 * is one configuration or the other; a listener that is not there is no obstacle,
 * the kernel's own lookup decides until it comes.
 */
#ifndef NETLANE_PLAN_BIND_H
#define NETLANE_PLAN_BIND_H

#include "plan/work.h"

/* Adds the step, and notes about listeners and about who else looks sockets up. */
void bind_build(struct work *w);
/* Does it look sockets up where a binding of ours would? */
bool bind_is_beside(const struct foreign *foreign);
/* Is a listener missing that a binding of @policy leads to? */
bool bind_waits(const struct policy *policy, const struct facts *facts);

#endif /* NETLANE_PLAN_BIND_H */
