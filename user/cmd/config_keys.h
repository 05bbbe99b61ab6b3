/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of the configuration: one row each, with what it may hold. The rule:
 * a value is taken whole or refused; which file and line is config.c's matter.
 */
#ifndef NETLANE_CMD_CONFIG_KEYS_H
#define NETLANE_CMD_CONFIG_KEYS_H

#include "types.h"

/* One key: what it may hold, in words, and who parses it. 0 or -EINVAL. */
struct config_key {
	const char *name;
	const char *allowed;
	int (*parse)(struct policy *policy, struct nic_policy *nic, const char *value);
};

/* Of [netlane] and of [nic NAME]; each ends with a row without name. */
extern const struct config_key config_node_keys[];
extern const struct config_key config_nic_keys[];

#endif /* NETLANE_CMD_CONFIG_KEYS_H */
