// SPDX-License-Identifier: GPL-2.0
/* The table of NIC drivers and what they set by themselves; see driver.h. */
#include "base/driver.h"

#include <string.h>

static const struct driver drivers[] = {
	{ .name = "virtio_net", .gro = true, .driven = true },
	{ .name = "ena", .gro = true },
	{ .name = "gve", .gro = true },
	{ .name = "mlx5_core", .gro = true },
};

const struct driver *driver_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (!strcmp(drivers[i].name, name))
			return &drivers[i];
	return NULL;
}

void driver_default_cpus(const struct cpumask *online, unsigned int channels, unsigned int queue,
			 struct cpumask *out)
{
	unsigned int nr = cpumask_count(online), stride, stragglers, skip, take, cpu;

	cpumask_clear(out);
	if (!nr || queue >= channels)
		return;
	stride = nr / channels ? nr / channels : 1;
	stragglers = nr >= channels ? nr % channels : 0;
	take = stride + (queue < stragglers);
	skip = queue * stride + (queue < stragglers ? queue : stragglers);
	cpu = cpumask_next(online, 0);
	for (skip %= nr; skip; skip--)
		cpu = cpumask_next(online, cpu + 1);
	while (take--) {
		cpumask_add(out, cpu);
		cpu = cpumask_next(online, cpu + 1);
		if (cpu == CPUMASK_BITS)
			cpu = cpumask_next(online, 0);
	}
}
