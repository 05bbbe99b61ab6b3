// SPDX-License-Identifier: GPL-2.0
/* Counting what lanes carry; see counting.h. */
#include "cmd/counting.h"

#include <stdio.h>

#include "cmd/cmd.h"
#include "facts/facts.h"
#include "observe/traffic.h"

void counting_begin(void)
{
	struct err err = { 0 };
	struct facts facts;
	bool began;
	int ret;

	/* read again: an up may just have changed what RPS is on */
	ret = facts_gather("/", 0, &facts, &err);
	if (!ret && facts.node.cmdline_off[0] != '1') /* that wins over everything */
		ret = traffic_keep(&facts, &began, &err);
	if (ret)
		(void)fail("packets are not counted by lane: %s", err.text);
	facts_free(&facts);
}

int counting_end(void)
{
	struct err err = { 0 };
	int ret = traffic_drop(&err);

	return ret ? fail_err(ret, &err) : CODE_DONE;
}
