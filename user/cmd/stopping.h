/* SPDX-License-Identifier: GPL-2.0 */
/* Is the service being stopped for good, or only restarted? */
#ifndef NETLANE_CMD_STOPPING_H
#define NETLANE_CMD_STOPPING_H

#include <stdbool.h>

/*
 * True when systemd stops this unit because somebody asked for that: not for a
 * restart or an upgrade (try-restart), not at shutdown, when the kernel forgets
 * all by itself, and not when a signal came from elsewhere.
 */
bool stopping_for_good(void);

#endif /* NETLANE_CMD_STOPPING_H */
