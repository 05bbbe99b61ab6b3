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

static void begin(void)
{
	enum { TIMEWAIT, EVENTS, TRAFFIC, KINDS };
	struct keeping keeping[KINDS];
	struct err err = { 0 };
	struct facts facts;
	unsigned int i, nr = KINDS;

	/* read again: an up may just have changed what RPS is on */
	if (facts_gather("/", 0, &facts, &err)) {
		(void)fail("nothing is counted: %s", err.text);
	} else if (facts.node.cmdline_off[0] != '1') { /* that wins over everything */
		timewait_keeping(&keeping[TIMEWAIT]);
		keeping[EVENTS] = events_keeping();
		if (traffic_keeping(&facts, &keeping[TRAFFIC])) {
			(void)fail("%s: %s", keeping[TRAFFIC].kind->missing,
				   keeping[TRAFFIC].err.text);
			nr = TRAFFIC; /* the others are counted all the same */
		}
		(void)kept_begin(keeping, nr); /* each says its own */
		for (i = 0; i < nr; i++)
			if (keeping[i].ret)
				(void)fail("%s: %s", keeping[i].kind->missing, keeping[i].err.text);
		if (keeping[TIMEWAIT].began)
			timewait_settle();
		traffic_keeping_done(&keeping[TRAFFIC]);
	}
	facts_free(&facts);
}

int counting_end(void)
{
	struct err err = { 0 };
	int ret = kept_end(&err);

	return ret ? fail_err(ret, &err) : CODE_DONE;
}

void counting_follow(bool wanted)
{
	if (wanted)
		begin();
	else
		(void)counting_end(); /* it says itself what went wrong */
}
