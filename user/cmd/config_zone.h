/* SPDX-License-Identifier: GPL-2.0 */
/* The [zone NAME] sections of the configuration. Of config.c. */
#ifndef NETLANE_CMD_CONFIG_ZONE_H
#define NETLANE_CMD_CONFIG_ZONE_H

#include "base/err.h"
#include "types.h"

#define CONFIG_PREFIXES_MAX 4096 /* of all zones */

/* One key of [zone @zone]. 0, or -errno with a sentence that lacks file and line. */
int config_zone_take(struct policy *policy, const char *zone, const char *key, const char *value,
		     struct err *err);
/* Is @name one for a section: letters, digits, '.', '_' and '-', below @len bytes? */
bool config_name_is_good(const char *name, unsigned long len);
/*
 * The canonical text of a network that an address can be in: IPv4 behind ::ffff: is
 * written as IPv4, and no bit is set behind the length. 0 or -EINVAL.
 */
int config_network_parse(const char *word, char text[ADDR_LEN]);
/* @to holds a copy of its own, also of a part when it fails. 0 or -ENOMEM. */
int config_zones_copy(const struct policy *from, struct policy *to);
void config_zones_free(struct policy *policy);

#endif /* NETLANE_CMD_CONFIG_ZONE_H */
