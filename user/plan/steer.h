/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listening sockets for lanes, as steps. The rule: a socket is meant for the
 * CPU that its server runs on, and where that is not one CPU, or not known, the
 * group is left to the kernel's hash and it is said why.
 */
#ifndef NETLANE_PLAN_STEER_H
#define NETLANE_PLAN_STEER_H

#include "plan/work.h"

/* Adds the steps, and notes about what is left and why. */
void steer_build(struct work *w);
/* Is @group one that @policy is about? */
bool steer_names(const struct facts *facts, const struct steer_policy *policy,
		 const struct listen_group *group);
/* Why @group cannot be steered, in words; "" if it can. */
void steer_obstacle(const struct listen_group *group, char *buf, unsigned int len);

#endif /* NETLANE_PLAN_STEER_H */
