/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netlane's BPF programs cost this node, by the kernel's own account. The
 * account itself costs two clock readings a run of every BPF program on the
 * node, so it is kept only for a short while.
 */
#ifndef NETLANE_OBSERVE_COST_H
#define NETLANE_OBSERVE_COST_H

#include <stdint.h>

#include "observe/traffic.h"

struct cost {
	int fd; /* as long as it is open the kernel keeps account */
	uint64_t from_ns;
	uint64_t run_ns;
	uint64_t runs;
};

/* Begins to keep account. 0; -errno, -EPERM without root, -EINVAL before 5.8. */
int cost_begin(const struct traffic *traffic, struct cost *cost);
/*
 * Ends it: @percent of one CPU that the programs took, and @ns_a_run; both 0
 * when none ran. After a failed cost_begin() it does nothing and says -EBADF.
 */
int cost_end(const struct traffic *traffic, struct cost *cost, double *percent, double *ns_a_run);

#endif /* NETLANE_OBSERVE_COST_H */
