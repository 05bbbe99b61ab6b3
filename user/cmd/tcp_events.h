/* SPDX-License-Identifier: GPL-2.0 */
/* netlane tcp --events, a part of the command tcp. */
#ifndef NETLANE_CMD_TCP_EVENTS_H
#define NETLANE_CMD_TCP_EVENTS_H

#include "base/events.h"
#include "base/tcp.h"
#include "base/zones.h"

/* Adds what was counted of accept(), where it is and we may know. */
void tcp_waits_add(struct listeners *listeners);
/* Returns the exit code. */
int tcp_events_show(enum events_by by, const struct zones *zones, unsigned int shown, bool json);

#endif /* NETLANE_CMD_TCP_EVENTS_H */
