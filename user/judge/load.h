/* SPDX-License-Identifier: GPL-2.0 */
/* Two samples -> what was carried between them, by lane, queue, CPU or NIC. Pure. */
#ifndef NETLANE_JUDGE_LOAD_H
#define NETLANE_JUDGE_LOAD_H

#include "base/load.h"

/*
 * What was counted from @before to @now; @before NULL, or of another
 * generation: since the loading. @plan says whose lane a queue is, @cpus where
 * a CPU is. Rows of queues without a lane, or without a number, are there only
 * when something was counted. 0 or -ENOMEM; freed by load_free().
 */
int load_make(const struct sample *before, const struct sample *now, const struct plan *plan,
	      const struct cpus *cpus, enum load_by by, struct load *load);
void load_free(struct load *load);
/*
 * The rows of @load added up by NUMA node, one row a node that has any. Rows
 * that share a CPU (two NICs) share its times, so those count twice: look at
 * quantiles there, not at sums. 0 or -ENOMEM; freed by load_free().
 */
int load_by_node(const struct load *load, struct load *nodes);

uint64_t hist_count(const struct hist *hist);
/* The value that @permille of the counted ones do not exceed, in ns; within its bucket a
 * straight line is assumed, so it is right within a factor of 2. 0: nothing was counted. */
uint64_t hist_quantile_ns(const struct hist *hist, unsigned int permille);

#endif /* NETLANE_JUDGE_LOAD_H */
