// SPDX-License-Identifier: GPL-2.0
/* Lanes, their CPUs and their helpers; see lanes.h. */
#include "plan/lanes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool same_core(const struct cpu *a, const struct cpu *b)
{
	return a->core >= 0 && a->core == b->core && a->package == b->package;
}

void lanes_init(struct lane_cpus *lc, const struct cpus *cpus, const struct cpumask *allowed)
{
	unsigned int i, j;

	memset(lc, 0, sizeof(*lc));
	lc->online = cpus->online;
	cpumask_and(&lc->isolated, &cpus->online, &cpus->isolated);
	cpumask_andnot(&lc->housekeeping, &cpus->online, &cpus->isolated);
	if (!cpumask_empty(allowed))
		cpumask_and(&lc->housekeeping, &lc->housekeeping, allowed);
	for (i = 0; i < CPUMASK_BITS; i++) {
		lc->node[i] = -1;
		lc->core[i] = i;
	}
	for (i = 0; i < cpus->nr_cpu; i++) {
		const struct cpu *cpu = &cpus->cpu[i];

		if (cpu->id >= CPUMASK_BITS)
			continue;
		lc->node[cpu->id] = cpu->node;
		for (j = 0; j < i; j++) {
			if (cpus->cpu[j].id < CPUMASK_BITS && same_core(cpu, &cpus->cpu[j])) {
				lc->core[cpu->id] = cpus->cpu[j].id;
				break;
			}
		}
	}
}

static void load_add(struct lane_cpus *lc, unsigned int cpu)
{
	lc->load[cpu]++;
	lc->core_load[lc->core[cpu]]++;
}

static bool is_remote(const struct lane_cpus *lc, const struct nic *nic, unsigned int cpu)
{
	return nic->node >= 0 && lc->node[cpu] >= 0 && lc->node[cpu] != nic->node;
}

/*
 * Load comes first, so that two NICs do not share CPUs while others are idle;
 * then the NIC's node; then cores before sibling threads.
 */
static bool is_better(const struct lane_cpus *lc, const struct nic *nic, unsigned int a,
		      unsigned int b)
{
	if (lc->load[a] != lc->load[b])
		return lc->load[a] < lc->load[b];
	if (is_remote(lc, nic, a) != is_remote(lc, nic, b))
		return is_remote(lc, nic, b);
	if (lc->core_load[lc->core[a]] != lc->core_load[lc->core[b]])
		return lc->core_load[lc->core[a]] < lc->core_load[lc->core[b]];
	return a < b;
}

/* Takes @nr CPUs one by one; the set is then used in ascending order. */
static void cpus_choose(struct lane_cpus *lc, const struct nic *nic, unsigned int nr,
			struct cpumask *chosen)
{
	struct cpumask left = lc->housekeeping;
	unsigned int cpu, best;

	cpumask_clear(chosen);
	while (nr--) {
		best = cpumask_next(&left, 0);
		cpumask_for_each(cpu, &left)
			if (is_better(lc, nic, cpu, best))
				best = cpu;
		cpumask_del(&left, best);
		cpumask_add(chosen, best);
		load_add(lc, best);
	}
}

/* 0 on the lane's core, 1 on its node, 2 elsewhere. */
static unsigned int distance(const struct lane_cpus *lc, unsigned int a, unsigned int b)
{
	if (lc->core[a] == lc->core[b])
		return 0;
	return lc->node[a] >= 0 && lc->node[a] == lc->node[b] ? 1 : 2;
}

/* Gives each CPU of @cpus to its nearest lane; @helps: as a helper, not only to transmit. */
static void cpus_spread(const struct lane_cpus *lc, const struct cpumask *cpus, bool helps,
			struct nic_plan *out, unsigned int *given)
{
	unsigned int cpu, i;

	memset(given, 0, out->nr_lane * sizeof(*given));
	cpumask_for_each(cpu, cpus) {
		unsigned int best = 0, nearest = distance(lc, out->lane[0].cpu, cpu);

		for (i = 1; i < out->nr_lane; i++) {
			unsigned int d = distance(lc, out->lane[i].cpu, cpu);

			if (d < nearest || (d == nearest && given[i] < given[best])) {
				best = i;
				nearest = d;
			}
		}
		given[best]++;
		cpumask_add(&out->lane[best].xps, cpu);
		if (helps)
			cpumask_add(&out->lane[best].helpers, cpu);
	}
}

int lanes_take(struct lane_cpus *lc, const struct nic *nic, unsigned int nr,
	       const unsigned int *named, struct nic_plan *out)
{
	struct cpumask lanes = { 0 }, helpers, rest;
	unsigned int i, cpu, *given = calloc(nr, sizeof(*given));

	out->lane = calloc(nr, sizeof(*out->lane));
	if (!out->lane || !given) {
		free(given);
		return -ENOMEM;
	}
	out->nr_lane = nr;
	if (!named)
		cpus_choose(lc, nic, nr, &lanes);
	for (i = 0, cpu = cpumask_next(&lanes, 0); i < nr; i++) {
		out->lane[i].index = i;
		out->lane[i].cpu = named ? named[i] : cpu;
		if (named)
			load_add(lc, named[i]);
		cpumask_add(&lanes, out->lane[i].cpu);
		cpumask_add(&out->lane[i].xps, out->lane[i].cpu);
		cpu = cpumask_next(&lanes, cpu + 1);
	}
	cpumask_andnot(&helpers, &lc->housekeeping, &lanes);
	cpumask_andnot(&rest, &lc->online, &lanes);
	cpumask_andnot(&rest, &rest, &helpers);
	cpus_spread(lc, &helpers, true, out, given);
	cpus_spread(lc, &rest, false, out, given);
	free(given);
	return 0;
}
