/* SPDX-License-Identifier: GPL-2.0 */
/* How the service ends: stopped for good, or only restarted? */
#ifndef NETLANE_CMD_STOPPING_H
#define NETLANE_CMD_STOPPING_H

#include "cmd/keep.h"

/*
 * What is held when the service ends. systemctl stop gives the node back. At
 * any other end it stays, and that is said: a restart or an upgrade, a
 * shutdown, when the kernel forgets all by itself, a signal from elsewhere; and
 * where systemd cannot be asked what it is.
 */
void held_end(struct keep *keep);

#endif /* NETLANE_CMD_STOPPING_H */
