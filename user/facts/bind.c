// SPDX-License-Identifier: GPL-2.0
/* Bindings that stand, and where a policy has some, what listens here. */
#include "base/bind.h"

#include <errno.h>

#include "facts/facts.h"
#include "facts/gather.h"

int binds_gather(const struct gather *g, struct facts *facts)
{
	struct err err = { 0 };
	struct bind_now now;
	int ret;

	if (!g->live)
		return 0;
	ret = bind_read(&now, g->what & FACTS_BINDS, &err);
	facts->binds_err = -ret;
	facts->binds_known = ret ? IS_UNKNOWN : IS_YES;
	facts->bind_value = now.value; /* handed over, as what follows */
	facts->bound = now.bound;
	facts->nr_bound = now.nr_bound;
	facts->endpoint = now.endpoint;
	facts->nr_endpoint = now.nr_endpoint;
	return ret == -ENOMEM ? ret : 0;
}
