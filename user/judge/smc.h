/* SPDX-License-Identifier: GPL-2.0 */
/* What a node has for SMC -> can it, and what is missing, in words. Pure. */
#ifndef NETLANE_JUDGE_SMC_H
#define NETLANE_JUDGE_SMC_H

#include "base/smc.h"

/*
 * Fills @judged, in the order in which they are to be read. 0 or -ENOMEM. A kernel
 * without SMC has its first verdict at SMC_NEVER, and little else.
 */
int smc_judge(const struct smc_node *node, struct smc_judged *judged);

/* The route that a program in scope would take: "bpf", "tcp2smc", "smc_run", NULL none. */
const char *smc_route(const struct smc_node *node);

/* How many connections fell back and are open: what --check of the status goes by. */
unsigned int smc_fallen(const struct smc_view *view);

#endif /* NETLANE_JUDGE_SMC_H */
