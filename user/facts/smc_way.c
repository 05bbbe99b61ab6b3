// SPDX-License-Identifier: GPL-2.0
/* By which way a program gets a socket of SMC without being changed; see smc_parts.h. */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/smcnl.h"
#include "facts/gather.h"
#include "facts/smc_parts.h"

#define FMOD_RET "fmod-ret-update-socket-protocol"
/* socket(AF_INET, SOCK_STREAM, IPPROTO_SMC) asks for it */
#define INET_ALIAS "net-pf-2-proto-256-type-1"

/*
 * Opening such a socket would load the module. Where it is loaded its protocol is in
 * the kernel's list, where it is not the module's own alias tells.
 */
static enum tri inet_smc(const char *root, const struct smc_node *node)
{
	static const char *const lists[] = { "modules.alias", "modules.builtin.modinfo" };
	enum tri is = IS_UNKNOWN;
	struct text text;
	unsigned int i;

	if (node->smc.loaded == IS_YES)
		return smcnl_protocol(root, "INET_SMC") ? IS_NO : IS_YES;
	if (node->smc.there == IS_NO)
		return IS_NO;
	for (i = 0; i < 2 && is != IS_YES; i++) {
		memset(&text, 0, sizeof(text));
		if (!file_slurp(root, &text, "/lib/modules/%s/%s", node->release, lists[i]) &&
		    text.s)
			is = memmem(text.s, text.len, INET_ALIAS, strlen(INET_ALIAS)) ? IS_YES :
											IS_NO;
		text_free(&text);
	}
	return is;
}

static void smc_run_find(const char *root, struct smc_node *node)
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/local/sbin", "/usr/bin",
					       "/usr/sbin", "/bin" };
	unsigned int i;

	for (i = 0; i < 5 && !node->smc_run[0]; i++)
		if (file_exists(root, "%s/smc_run", folders[i]))
			(void)snprintf(node->smc_run, sizeof(node->smc_run), "%s/smc_run",
				       folders[i]);
}

/* Of a file that comes with the module: no is an answer only where that is loaded. */
static enum tri sysctl_there(const char *root, const struct smc_node *node, const char *name)
{
	if (file_exists(root, "/proc/sys/net/smc/%s", name))
		return IS_YES;
	return node->smc.loaded == IS_YES || node->smc.there == IS_NO ? IS_NO : IS_UNKNOWN;
}

void smc_ways_gather(const char *root, bool live, struct smc_node *node)
{
	node->inet_smc = inet_smc(root, node);
	node->mptcp = file_exists(root, "/proc/sys/net/mptcp/enabled") ? IS_YES : IS_NO;
	if (live) /* a program of two instructions is loaded, and dropped */
		node->fmod_ret = cap_probe(FMOD_RET, &node->fmod_ret_err);
	node->tcp2smc = sysctl_there(root, node, "tcp2smc");
	(void)file_read_uint(root, &node->tcp2smc_value, "/proc/sys/net/smc/tcp2smc"); /* or 0 */
	node->hs_ctrl = sysctl_there(root, node, "hs_ctrl");
	smc_run_find(root, node);
}
