/* SPDX-License-Identifier: GPL-2.0 */
/* Workers that may run anywhere, each to a CPU that receives: [steer NAME] with pin = yes. */
#ifndef NETLANE_PLAN_PIN_H
#define NETLANE_PLAN_PIN_H

#include "plan/work.h"

/*
 * The sockets of @group as they would be with their workers pinned to CPUs of
 * @receiving (empty: not known); heap, NULL: memory ran out, which @w remembers.
 * A worker that is pinned for another group already keeps that CPU.
 */
struct group_socket *pin_choose(struct work *w, const struct listen_group *group,
				const struct cpumask *receiving);
/* The steps from @group to @pinned. */
void pin_build(struct work *w, const struct listen_group *group, const struct group_socket *pinned);

#endif /* NETLANE_PLAN_PIN_H */
