// SPDX-License-Identifier: GPL-2.0
/*
 * SMC's facts; see smc.h. The rule: reading is by files, and by netlink only where
 * that finds its module loaded already, for a socket of AF_SMC, a question for its
 * netlink families or for sockets of a family loads what it is about.
 */
#include "facts/smc.h"

#include <errno.h>
#include <string.h>

#include "base/files.h"
#include "base/smcnl.h"
#include "facts/smc_parts.h"

static void kernel_gather(const char *root, struct smc_node *node)
{
	memset(node, 0, sizeof(*node));
	(void)file_read(root, node->release, sizeof(node->release), "/proc/sys/kernel/osrelease");
	(void)file_read(root, node->build, sizeof(node->build), "/proc/sys/kernel/version");
	smc_module_gather(root, node);
}

enum tri smc_kernel_has(const char *root)
{
	struct smc_node node;

	kernel_gather(root, &node); /* nothing of it is on the heap */
	return node.smc.there;
}

int smc_node_gather(const char *root, struct smc_node *node, struct err *err)
{
	const bool live = !strcmp(root, "/");
	int ret;

	kernel_gather(root, node);
	ret = smc_rdma_gather(root, node);
	if (!ret && live && node->smc.loaded == IS_YES)
		ret = smc_kernel_gather(node);
	smc_ways_gather(root, live, node);
	if (!ret)
		ret = smc_obstacles_gather(root, live, node);
	if (!ret)
		ret = smc_lines_gather(root, node);
	return ret ? err_set(err, ret, "out of memory") : 0;
}
