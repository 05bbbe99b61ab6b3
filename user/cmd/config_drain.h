/* SPDX-License-Identifier: GPL-2.0 */
/* The section [drain] of the configuration: how a node is taken out of service. */
#ifndef NETLANE_CMD_CONFIG_DRAIN_H
#define NETLANE_CMD_CONFIG_DRAIN_H

#include "base/err.h"
#include "types.h"

/* Three checks of a load balancer that asks every 10 s. */
#define DRAIN_GRACE_S 30

/* Takes one key. 0 or -EINVAL with the sentence, without file and line. */
int config_drain_take(struct drain_policy *drain, const char *key, const char *value,
		      struct err *err);

#endif /* NETLANE_CMD_CONFIG_DRAIN_H */
