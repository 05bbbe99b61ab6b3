// SPDX-License-Identifier: GPL-2.0
/* Groups of listening sockets, where a policy wants to steer them. */
#include "base/groups.h"

#include <errno.h>

#include "facts/facts.h"
#include "facts/gather.h"

/* A kernel does not change its mind: asked once by a process. */
static enum tri heeds_cpu(int *errno_out)
{
	static enum tri known;

	*errno_out = 0;
	if (known == IS_UNKNOWN)
		known = groups_probe(errno_out);
	return known;
}

int groups_gather(const struct gather *g, struct facts *facts)
{
	struct err err = { 0 };
	int ret;

	if (!g->live || !(g->what & FACTS_GROUPS))
		return 0;
	ret = groups_read(&facts->group, &facts->nr_group, GROUPS_SERVED, &err);
	facts->groups_err = -ret;
	facts->groups_known = ret ? IS_UNKNOWN : IS_YES;
	/* without two sockets there is nothing that it could decide */
	if (!ret && facts->nr_group)
		facts->groups_heed_cpu = heeds_cpu(&facts->groups_err);
	return ret == -ENOMEM ? ret : 0;
}
