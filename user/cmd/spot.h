/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The service's watch for the notice that this spot instance is taken back. The
 * rule: it asks only where the configuration says so, and acts only there.
 */
#ifndef NETLANE_CMD_SPOT_H
#define NETLANE_CMD_SPOT_H

#include <systemd/sd-event.h>

#include "types.h"

/*
 * Asks every 15 s as @policy says, which must live on; again: as it says now. The metadata
 * service publishes a notice five minutes before (ECS documentation, "preemptible instances").
 */
void spot_follow(sd_event *event, const struct policy *policy);
void spot_end(void);

#endif /* NETLANE_CMD_SPOT_H */
