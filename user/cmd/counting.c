// SPDX-License-Identifier: GPL-2.0
/* Counting what lanes carry; see counting.h. */
#include "cmd/counting.h"

#include <stdio.h>

#include "cmd/cmd.h"
#include "facts/facts.h"
#include "observe/events.h"
#include "observe/timewait.h"
#include "observe/traffic.h"

/* What there is already when counting begins. */
static void timewait_settle(void)
{
	struct timewait_reader *reader;
	struct err err = { 0 };
	int ret = timewait_open(&reader);

	if (ret)
		return; /* ended by somebody meanwhile */
	if (timewait_tend(reader, true, &err))
		(void)fail("TIME_WAITs that are older than the counting are not known: %s",
			   err.text);
	timewait_close(reader);
}

void counting_begin(void)
{
	struct keeping keeping[3];
	struct err err = { 0 };
	struct facts facts;
	unsigned int i, nr = sizeof(keeping) / sizeof(keeping[0]);
	int ret;

	/* read again: an up may just have changed what RPS is on */
	ret = facts_gather("/", 0, &facts, &err);
	if (ret) {
		(void)fail("nothing is counted: %s", err.text);
	} else if (facts.node.cmdline_off[0] != '1') { /* that wins over everything */
		ret = traffic_keeping(&facts, &keeping[0]);
		timewait_keeping(&keeping[1]);
		keeping[2] = events_keeping();
		if (!ret)
			(void)kept_begin(keeping, nr); /* each says its own */
		for (i = 0; i < nr; i++)
			if (ret || keeping[i].ret)
				(void)fail("%s: %s", keeping[i].kind->missing, keeping[i].err.text);
		if (!ret && keeping[1].began)
			timewait_settle();
		traffic_keeping_done(&keeping[0]);
	}
	facts_free(&facts);
}

int counting_end(void)
{
	struct err err = { 0 };
	int ret = kept_end(&err);

	return ret ? fail_err(ret, &err) : CODE_DONE;
}
