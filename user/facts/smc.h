/* SPDX-License-Identifier: GPL-2.0 */
/* What this node has for SMC, and what is in its way. Loads no module, changes nothing. */
#ifndef NETLANE_FACTS_SMC_H
#define NETLANE_FACTS_SMC_H

#include "base/err.h"
#include "base/smc.h"

/*
 * Reads below @root; what netlink and bpf(2) tell is asked only where that is "/". 0 or
 * -ENOMEM: what could not be read is unknown in @node, whose end is smc_node_free().
 */
int smc_node_gather(const char *root, struct smc_node *node, struct err *err);
/* Does this kernel have SMC, loaded or there to be loaded? The part of it that is quick. */
enum tri smc_kernel_has(const char *root);

#endif /* NETLANE_FACTS_SMC_H */
