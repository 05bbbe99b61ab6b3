/* SPDX-License-Identifier: GPL-2.0 */
/* Is the daemon there? */
#ifndef NETLANE_CMD_RUN_H
#define NETLANE_CMD_RUN_H

#include <stdbool.h>

#include "base/files.h"

#define RUN_PID_PATH RUN_DIR "/run.pid"

/* A `netlane run` lives on this node (works without root). */
bool run_is_alive(void);

#endif /* NETLANE_CMD_RUN_H */
