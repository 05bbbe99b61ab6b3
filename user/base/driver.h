/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which NIC drivers netlane knows, one row each, and what a driver sets by
 * itself. Pure.
 */
#ifndef NETLANE_BASE_DRIVER_H
#define NETLANE_BASE_DRIVER_H

#include "types.h"

struct driver {
	const char *name; /* as ethtool -i says */
	bool gro; /* hands every packet to napi_gro_receive() */
	bool driven; /* tested: netlane sets its knobs; otherwise planned and shown only */
};

/* NULL: a driver that netlane does not know (veth, bridge, ...) and leaves alone. */
const struct driver *driver_find(const char *name);

/*
 * The CPUs that virtio-net itself gives queue pair @queue of @channels, for
 * both interrupts and for XPS: online CPUs in contiguous groups, the first
 * (online mod channels) groups one larger, around again when there are fewer
 * CPUs than queues (drivers/net/virtio_net.c, virtnet_set_affinity()).
 */
void driver_default_cpus(const struct cpumask *online, unsigned int channels, unsigned int queue,
			 struct cpumask *out);

#endif /* NETLANE_BASE_DRIVER_H */
