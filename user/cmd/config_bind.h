/* SPDX-License-Identifier: GPL-2.0 */
/* The [bind NAME] sections of the configuration. Of config.c. */
#ifndef NETLANE_CMD_CONFIG_BIND_H
#define NETLANE_CMD_CONFIG_BIND_H

#include "base/err.h"
#include "types.h"

/* One key of [bind @name]. 0, or -errno with a sentence that lacks file and line. */
int config_bind_take(struct policy *policy, const char *name, const char *key, const char *value,
		     struct err *err);
/*
 * Has each one all it needs, and does none claim what another does? Puts them into
 * their order. 0, or -EINVAL with a sentence that names @file (or its folder).
 */
int config_binds_check(struct policy *policy, const char *file, struct err *err);
/* @to holds a copy of its own, also of a part when it fails. 0 or -ENOMEM. */
int config_binds_copy(const struct policy *from, struct policy *to);
void config_binds_free(struct policy *policy);

#endif /* NETLANE_CMD_CONFIG_BIND_H */
