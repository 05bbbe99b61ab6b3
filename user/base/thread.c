// SPDX-License-Identifier: GPL-2.0
/* One thread of the node; see thread.h. */
#include "base/thread.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"

#define STARTED_AT 20 /* words behind the name: field 22 of proc(5) */

uint64_t thread_started(unsigned int tid)
{
	uint64_t started = 0;
	char line[1024], *at;
	unsigned int i;

	if (file_read("/", line, sizeof(line), "/proc/%u/stat", tid))
		return 0;
	at = strrchr(line, ')'); /* a name may have any, so the last one */
	for (i = 0; at && i < STARTED_AT; i++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, "%" SCNu64, &started) == 1 ? started : 0;
}

int thread_cpus_get(unsigned int tid, struct cpumask *cpus)
{
	cpu_set_t *set = CPU_ALLOC(CPUMASK_BITS);
	const size_t size = CPU_ALLOC_SIZE(CPUMASK_BITS);
	unsigned int cpu;
	int ret = 0;

	if (!set)
		return -ENOMEM;
	cpumask_clear(cpus);
	CPU_ZERO_S(size, set);
	if (sched_getaffinity((pid_t)tid, size, set))
		ret = -errno;
	for (cpu = 0; cpu < CPUMASK_BITS && !ret; cpu++)
		if (CPU_ISSET_S(cpu, size, set))
			cpumask_add(cpus, cpu);
	CPU_FREE(set);
	return ret;
}

int thread_cpus_set(unsigned int tid, const struct cpumask *cpus)
{
	cpu_set_t *set = CPU_ALLOC(CPUMASK_BITS);
	const size_t size = CPU_ALLOC_SIZE(CPUMASK_BITS);
	unsigned int cpu;
	int ret = 0;

	if (!set)
		return -ENOMEM;
	CPU_ZERO_S(size, set);
	cpumask_for_each(cpu, cpus)
		CPU_SET_S(cpu, size, set);
	if (sched_setaffinity((pid_t)tid, size, set))
		ret = -errno;
	CPU_FREE(set);
	return ret;
}
