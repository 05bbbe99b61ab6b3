/* SPDX-License-Identifier: GPL-2.0 */
/* What netlane steer says of groups, sections and bindings. Changes nothing. */
#ifndef NETLANE_CMD_STEER_SHOW_H
#define NETLANE_CMD_STEER_SHOW_H

#include <stdbool.h>

/* A CODE_*; with @check CODE_FINDINGS where something is not as it is to be. */
int steer_show(bool json, bool check, const char *config);

#endif /* NETLANE_CMD_STEER_SHOW_H */
