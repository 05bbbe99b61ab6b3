/* SPDX-License-Identifier: GPL-2.0 */
/* The [steer NAME] sections of the configuration. Of config.c. */
#ifndef NETLANE_CMD_CONFIG_STEER_H
#define NETLANE_CMD_CONFIG_STEER_H

#include <stdbool.h>

#include "base/err.h"
#include "types.h"

#define CONFIG_STEERS_MAX 64

/* One key of [steer @name]. 0, or -errno with a sentence that lacks file and line. */
int config_steer_take(struct policy *policy, const char *name, const char *key, const char *value,
		      struct err *err);
/* The same of one that stands by itself. */
int config_steer_key(struct steer_policy *steer, const char *key, const char *value,
		     struct err *err);
/* Do its keys go together? 0, or -EINVAL with a sentence that lacks the section. */
int config_steer_check(const struct steer_policy *steer, struct err *err);
/* Is each group that @of names one that @steer names as well? */
bool config_steer_has(const struct steer_policy *steer, const struct steer_policy *of);
/* Has each one all it needs? 0, or -EINVAL with a sentence that names @file (or its folder). */
int config_steers_check(const struct policy *policy, const char *file, struct err *err);
/* @to holds a copy of its own. 0 or -ENOMEM. */
int config_steers_copy(const struct policy *from, struct policy *to);

/*
 * "80", then @listen is "", or an address and a port as ss -lnt shows them, then
 * @listen is its canonical text. 0 or -EINVAL.
 */
int config_listen_parse(const char *value, char listen[ADDR_LEN], unsigned int *port);

#endif /* NETLANE_CMD_CONFIG_STEER_H */
