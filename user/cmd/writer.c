// SPDX-License-Identifier: GPL-2.0
/* Before a change; see writer.h. */
#include "cmd/writer.h"

#include <errno.h>

#include "base/nicleft.h"
#include "cmd/cmd.h"

static void settled_say(const char *ifname, int ret, const char *why)
{
	if (ret)
		(void)fail("%s: a netlane that was killed had its addresses and routes in hand; "
			   "not all came back: %s",
			   ifname, why);
	else
		say("%s: what a netlane that was killed had in hand of its addresses and routes "
		    "is back\n",
		    ifname);
}

void writer_settle(void)
{
	nicleft_settle(settled_say);
}

int writer_open(const struct node *node, const char *who, struct journal **journal, struct err *err)
{
	struct err said = { 0 };
	int ret = journal_open(JOURNAL_DIR, node, journal, &said, err);

	if (ret)
		return ret;
	if (who)
		journal_who(*journal, who);
	if (said.text[0])
		say("%s\n", said.text);
	writer_settle();
	return 0;
}

int writer_may_add(const struct journal_state *state, struct err *err)
{
	if (!state->open || !state->deadline_boot_ms)
		return 0;
	return err_set(err, -EBUSY,
		       "the time of an up --for or --confirm is running, at whose end all is given "
		       "back, this as well: netlane up first");
}
