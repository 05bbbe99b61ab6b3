/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel counts by itself: read, never counted again. */
#ifndef NETLANE_OBSERVE_KERNEL_H
#define NETLANE_OBSERVE_KERNEL_H

#include "base/load.h"

/*
 * /proc/net/softnet_stat below @root into @sample->cpu: time squeezes, backlog
 * drops and flow limit drops. A CPU without a line is offline. 0 or -errno.
 */
int kernel_softnet(const char *root, struct sample *sample);
/* Drops and requeues of devices and qdiscs into @sample->nic; one not there is gone. */
int kernel_drops(struct sample *sample);

#endif /* NETLANE_OBSERVE_KERNEL_H */
