/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of smc_node_gather(), one file each; 0 or -ENOMEM. */
#ifndef NETLANE_FACTS_SMC_PARTS_H
#define NETLANE_FACTS_SMC_PARTS_H

#include "base/smc.h"

/* smc_module.c: modules and the kernel's configuration */
void smc_module_gather(const char *root, struct smc_node *node);
/* smc_rdma.c: the ports of RDMA devices, by sysfs */
int smc_rdma_gather(const char *root, struct smc_node *node);
/* smc_kernel.c: what SMC itself tells, where it is loaded */
int smc_kernel_gather(struct smc_node *node);
/* smc_way.c: ways to convert sockets */
void smc_ways_gather(const char *root, bool live, struct smc_node *node);
/* smc_obstacles.c: what is in the way */
int smc_obstacles_gather(const char *root, bool live, struct smc_node *node);
/* smc_lines.c: lines of files that set something of SMC */
int smc_lines_gather(const char *root, struct smc_node *node);

#endif /* NETLANE_FACTS_SMC_PARTS_H */
