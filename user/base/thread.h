/* SPDX-License-Identifier: GPL-2.0 */
/* One thread of the node, and the CPUs that it may run on. */
#ifndef NETLANE_BASE_THREAD_H
#define NETLANE_BASE_THREAD_H

#include <stdint.h>

#include "base/cpumask.h"

/* When it started, in ticks since boot: with its id that is nobody else. 0: it is gone. */
uint64_t thread_started(unsigned int tid);
/* 0, -ESRCH or another -errno. */
int thread_cpus_get(unsigned int tid, struct cpumask *cpus);
int thread_cpus_set(unsigned int tid, const struct cpumask *cpus);

#endif /* NETLANE_BASE_THREAD_H */
