// SPDX-License-Identifier: GPL-2.0
/*
 * The first screen: netlane without a command. Read-only, under a second,
 * without root where possible; a line that cannot be known says why.
 */
#include <errno.h>
#include <string.h>

#include "base/files.h"
#include "cmd/cmd.h"
#include "cmd/down.h"
#include "cmd/flow.h"
#include "cmd/now.h"
#include "cmd/run.h"
#include "facts/facts.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "view/view.h"

static void journal_look(struct first *first, struct journal_state *state, struct err *err)
{
	int ret = journal_read(JOURNAL_DIR, state, err);

	first->journal_why = "";
	/* what came with a disk image does not stand here, and a reboot left files only */
	if (!ret && journal_origin(state, &first->facts->node) == JOURNAL_OTHER_BOOT)
		journal_outlived(state, &first->facts->node);
	if (!ret && journal_origin(state, &first->facts->node) == JOURNAL_HERE)
		first->journal = state;
	else if (!ret)
		return;
	else if (ret == -EACCES)
		first->journal_why = "reading " JOURNAL_DIR " needs root";
	else if (ret != -ENOENT)
		first->journal_why = err->text;
}

static int first_run(const void *arg, char **words, unsigned int nr_words)
{
	struct flow_from from = { .what = FACTS_METADATA };
	struct err err = { 0 }, journal_err = { 0 };
	struct journal_state state = { 0 };
	struct text text = { 0 }, now = { 0 };
	struct first first = { 0 };
	struct flow flow;
	int ret, code;

	ret = flow_prepare(&from, &flow, &err);
	if (ret && cpumask_empty(&flow.facts.cpus.online)) {
		struct facts facts; /* a broken configuration must not hide the node */

		memset(&facts, 0, sizeof(facts));
		if (!facts_gather("/", FACTS_METADATA, &facts, NULL))
			flow.facts = facts;
	}
	first.facts = &flow.facts;
	first.plan = ret ? NULL : &flow.plan;
	first.plan_why = err.text;
	first.mode = flow.policy.mode;
	first.daemon = run_is_alive();
	first.hands_off = file_exists(NULL, HANDS_OFF_PATH);
	first.now_boot_ms = boot_ms();
	journal_look(&first, &state, &journal_err);
	now_add(&now, &flow.facts, &flow.plan);
	first.now = now.s ? now.s : "";
	view_first(&text, &first);
	code = print_text(&text);
	text_free(&now);
	journal_state_free(&state);
	flow_free(&flow);
	return code;
}

static const struct option_desc first_options[] = {
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_first = {
	.name = "",
	.words = "",
	.summary = "the first screen",
	.help = "The node, its lanes, who else sets them, what netlane holds, and what next.",
	.options = first_options,
	.run = first_run,
};
