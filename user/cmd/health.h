/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The service's answer to a load balancer over HTTP: 200 while the node is in
 * service, 503 from the beginning of a drain on. The rule: it is the service that
 * answers, so that a balancer which asks here takes the node out when it is gone.
 */
#ifndef NETLANE_CMD_HEALTH_H
#define NETLANE_CMD_HEALTH_H

#include <systemd/sd-event.h>

#include "base/err.h"

/* Answers at @where ("10.0.0.1:9181", "[::]:9181", "*:9181"), "": nowhere. 0 or -errno. */
int health_listen(sd_event *event, const char *where, struct err *err);
void health_end(void);

#endif /* NETLANE_CMD_HEALTH_H */
