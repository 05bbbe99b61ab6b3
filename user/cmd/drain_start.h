/* SPDX-License-Identifier: GPL-2.0 */
/* Begins to take the node out of service, for the command and for the spot watch. */
#ifndef NETLANE_CMD_DRAIN_START_H
#define NETLANE_CMD_DRAIN_START_H

#include "base/err.h"
#include "types.h"

/* The ports that @policy names: [drain]'s, else those that its other sections name. Heap or NULL. */
char *drain_ports(const struct policy *policy);
/*
 * Checks that all of it is possible here, writes the state and starts the driver. @why: who or
 * what wants it. 0; -EALREADY: it is under way; -EINVAL, -EOPNOTSUPP or -errno with a sentence.
 */
int drain_start(const struct policy *policy, bool rehearsal, const char *why, struct err *err);

#endif /* NETLANE_CMD_DRAIN_START_H */
