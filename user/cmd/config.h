/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration: /etc/netlane/netlane.conf and the .conf files of netlane.conf.d, INI
 * in systemd's manner, into a policy. All or nothing: one bad line and the
 * policy is not touched; the sentence names file, line, value and what is
 * allowed.
 */
#ifndef NETLANE_CMD_CONFIG_H
#define NETLANE_CMD_CONFIG_H

#include "base/err.h"
#include "types.h"

#define CONFIG_PATH "/etc/netlane/netlane.conf"

/*
 * Reads @path, and the .d folder beside it when @path is NULL (then CONFIG_PATH
 * below @root, which may be absent: the defaults). On the node itself what is
 * steered by command follows the sections. 0 or -errno.
 */
int config_read(const char *root, const char *path, struct policy *policy, struct err *err);
/* A deep copy, freed by config_free(). 0 or -ENOMEM, with nothing to free. */
int config_copy(const struct policy *from, struct policy *to);
void config_free(struct policy *policy);

#endif /* NETLANE_CMD_CONFIG_H */
