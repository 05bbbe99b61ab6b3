/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which CPU each lane of a NIC runs on, which CPUs help it, and which CPUs
 * transmit by it: rules 1, 2, 4 and 5 of the plan (DESIGN.md). The rule: every
 * CPU's nearest lane is the one on its core, else on its NUMA node, else any;
 * among equals the one with the fewest, then the lowest.
 */
#ifndef NETLANE_PLAN_LANES_H
#define NETLANE_PLAN_LANES_H

#include "types.h"

/* The CPUs as lanes see them, by CPU number. */
struct lane_cpus {
	struct cpumask online;
	struct cpumask isolated; /* online ones */
	struct cpumask housekeeping; /* online, not isolated, allowed */
	int node[CPUMASK_BITS]; /* -1 unknown */
	unsigned int core[CPUMASK_BITS]; /* the lowest CPU of the same core */
	unsigned int load[CPUMASK_BITS]; /* lanes planned so far */
	unsigned int core_load[CPUMASK_BITS]; /* the same by core */
};

void lanes_init(struct lane_cpus *lc, const struct cpus *cpus, const struct cpumask *allowed);
/*
 * Gives @nic @nr lanes, on the CPUs @named (lane i on named[i]) or, when that
 * is NULL, on the least loaded, nearest ones; @nr is at most the number of
 * housekeeping CPUs then. Fills out->lane. 0 or -ENOMEM.
 */
int lanes_take(struct lane_cpus *lc, const struct nic *nic, unsigned int nr,
	       const unsigned int *named, struct nic_plan *out);

#endif /* NETLANE_PLAN_LANES_H */
