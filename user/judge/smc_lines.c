// SPDX-License-Identifier: GPL-2.0
/* Lines of files that set something of SMC and do nothing; see smc_parts.h. */
#include <string.h>

#include "judge/smc_parts.h"

/* Guides have them; no kernel does, neither Linux's of any version nor Alibaba's. */
static const char *const invented[] = { "smc_enabled", "smc_rdma_enabled" };

static bool is_invented(const char *key)
{
	unsigned int i;

	for (i = 0; i < sizeof(invented) / sizeof(invented[0]); i++)
		if (!strcmp(invented[i], key))
			return true;
	return false;
}

void smc_lines_judge(const struct smc_node *node, struct smc_judged *judged)
{
	unsigned int i;

	for (i = 0; i < node->nr_sysctl; i++) {
		const struct smc_line *line = &node->sysctl[i];

		if (line->exists)
			continue;
		if (is_invented(line->key))
			smc_say(judged, SMC_FOUND, "sysctl", "no-such-sysctl",
				"take the line out; what turns programs to SMC is told at route",
				"%.250s: no kernel has net.smc.%s: the line does nothing",
				line->from, line->key);
		else if (node->smc.there == IS_NO || node->smc.loaded == IS_YES)
			smc_say(judged, SMC_FOUND, "sysctl", "not-here", "take the line out",
				"%.250s: this kernel has no net.smc.%s: the line does nothing",
				line->from, line->key);
		else
			smc_say(judged, SMC_NOTE, "sysctl", "too-early",
				"smc in a file of /etc/modules-load.d, if SMC is wanted",
				"%.250s: net.smc.%s cannot be set before smc is loaded", line->from,
				line->key);
	}
}
