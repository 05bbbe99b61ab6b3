// SPDX-License-Identifier: GPL-2.0
/* SMC's modules and how this kernel was built, by files alone; see smc_parts.h. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/files.h"
#include "base/smcnl.h"
#include "facts/smc_parts.h"

/* "CONFIG_SMC=m" or "# CONFIG_SMC is not set", both as files say it. */
static void config_line(const char *line, const char *name, enum tri *is)
{
	const size_t len = strlen(name);

	if (!strncmp(line, name, len) && line[len] == '=')
		*is = line[len + 1] == 'n' ? IS_NO : IS_YES;
	else if (!strncmp(line, "# ", 2) && !strncmp(line + 2, name, len) && line[2 + len] == ' ')
		*is = IS_NO;
}

/* An option that the file does not have at all is off: what it depends on is. */
static bool config_read(const char *root, const char *path, struct smc_node *node)
{
	enum tri smc = IS_NO, dibs = IS_UNKNOWN;
	char line[256], whole[512];
	bool any = false;
	gzFile file; /* reads what is not compressed as it is */

	(void)snprintf(whole, sizeof(whole), "%s%s", strcmp(root, "/") ? root : "", path);
	file = gzopen(whole, "re");
	if (!file)
		return false;
	while (gzgets(file, line, sizeof(line))) {
		any |= !strncmp(line, "CONFIG_", 7);
		config_line(line, "CONFIG_SMC", &smc);
		config_line(line, "CONFIG_DIBS", &dibs);
	}
	(void)gzclose(file); /* it was only read */
	if (any) {
		node->config_smc = smc;
		node->config_dibs = dibs;
	}
	return any;
}

static void config_gather(const char *root, struct smc_node *node)
{
	char path[192];

	if (config_read(root, "/proc/config.gz", node))
		return;
	(void)snprintf(path, sizeof(path), "/boot/config-%s", node->release);
	(void)config_read(root, path, node);
}

void smc_module_gather(const char *root, struct smc_node *node)
{
	smcnl_smc(root, node->release, &node->smc.there, &node->smc.loaded);
	smcnl_module(root, node->release, "smc_diag", &node->diag.there, &node->diag.loaded);
	config_gather(root, node);
	if (node->smc.there == IS_UNKNOWN && node->config_smc == IS_NO)
		node->smc.there = IS_NO;
}
