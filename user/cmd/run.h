/* SPDX-License-Identifier: GPL-2.0 */
/* Is the service there? And: be it. */
#ifndef NETLANE_CMD_RUN_H
#define NETLANE_CMD_RUN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/files.h"

#define RUN_PID_PATH RUN_DIR "/run.pid"

/* A `netlane run` lives on this node (works without root). */
bool run_is_alive(void);
/* The pid file, locked for as long as its descriptor is open; that or -errno. */
int run_pid_take(struct err *err);
/* Is @fd of run_pid_take() the file of that name still? Somebody may have emptied /run. */
bool run_pid_stands(int fd);

#endif /* NETLANE_CMD_RUN_H */
