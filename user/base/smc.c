// SPDX-License-Identifier: GPL-2.0
/* The ends of SMC's nouns; see smc.h. */
#include "base/smc.h"

#include <stdlib.h>
#include <string.h>

void smc_node_free(struct smc_node *node)
{
	free(node->blocked);
	free(node->rdma);
	free(node->ism);
	free(node->pnet);
	free(node->ueid);
	free(node->sysctl);
	free(node->stuck);
	memset(node, 0, sizeof(*node));
}

void smc_view_free(struct smc_view *view)
{
	unsigned int i;

	for (i = 0; i < view->nr_lgr; i++)
		free(view->lgr[i].link);
	free(view->lgr);
	free(view->why);
	free(view->conn);
	memset(view, 0, sizeof(*view));
}

void smc_judged_free(struct smc_judged *judged)
{
	free(judged->verdict);
	memset(judged, 0, sizeof(*judged));
}
