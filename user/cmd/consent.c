// SPDX-License-Identifier: GPL-2.0
/* Reasons not to touch the node; see consent.h. */
#include "cmd/consent.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/files.h"
#include "cmd/boots.h"
#include "cmd/down.h"
#include "facts/facts.h"

const char *consent_withheld(struct err *err)
{
	const char *why = NULL;
	bool too_many = false;
	struct facts facts;

	if (file_exists(NULL, "%s", HANDS_OFF_PATH))
		return WHY_DOWN;
	if (mkdir(JOURNAL_DIR, 0700) && errno != EEXIST)
		return "no folder for the journal (" JOURNAL_DIR ")";
	if (facts_gather("/", 0, &facts, err))
		why = "the node could not be read";
	else if (facts.node.cmdline_off[0] == '1')
		why = "netlane.off is on the kernel command line";
	else if (boots_begin(BOOTS_PATH, facts.node.boot_id, &too_many, err))
		why = "the boots could not be counted";
	else if (too_many)
		why = "the last two boots did not get ready under netlane; "
		      "remove " BOOTS_PATH " to try again";
	facts_free(&facts);
	return why;
}
