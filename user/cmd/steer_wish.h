/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is steered by command, until the next boot, in /run/netlane: as sections
 * of a configuration that nobody wrote. The rule: it is of the network namespace
 * in which it was asked for, and comes behind every section of the configuration.
 */
#ifndef NETLANE_CMD_STEER_WISH_H
#define NETLANE_CMD_STEER_WISH_H

#include <stdbool.h>

#include "types.h"

/* In the place of what @policy has of them, those of this network namespace. 0 or -ENOMEM. */
int steer_wishes_take(struct policy *policy);
/* Adds @wish, or puts it in the place of the one that names just the same. False: not written. */
bool steer_wish_add(const struct steer_policy *wish);
/* And takes that one out. */
bool steer_wish_remove(const struct steer_policy *wish);
/* Writes again what @policy has of them, where somebody emptied /run. */
void steer_wishes_mend(const struct policy *policy);
/* None is left, of any namespace. */
void steer_wishes_forget(void);

#endif /* NETLANE_CMD_STEER_WISH_H */
