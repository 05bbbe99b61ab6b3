/* SPDX-License-Identifier: GPL-2.0 */
/* The clocks. */
#ifndef NETLANE_BASE_CLOCK_H
#define NETLANE_BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_BOOTTIME in ns: goes on through suspend, starts anew with a boot. */
uint64_t clock_boot_ns(void);
/* CLOCK_MONOTONIC in ns: what bpf_ktime_get_ns() tells. */
uint64_t clock_mono_ns(void);
/* What this thread has had of a CPU, in ns. */
uint64_t clock_cpu_ns(void);

#endif /* NETLANE_BASE_CLOCK_H */
