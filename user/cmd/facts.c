// SPDX-License-Identifier: GPL-2.0
/* netlane facts: reads the node, changes nothing. */
#include "facts/facts.h"

#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "view/view.h"

struct facts_opts {
	bool json;
	bool redact;
	const char *file;
};

static int facts_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct facts_opts *opts = arg;
	struct text text = { 0 };
	struct err err = { 0 };
	struct facts facts;
	int ret, code;

	if (opts->file)
		ret = facts_load(opts->file, &facts, &err);
	else
		ret = facts_gather("/", FACTS_ALL, &facts, &err);
	if (ret) {
		facts_free(&facts);
		return fail_err(ret, &err);
	}
	if (opts->redact)
		facts_redact(&facts);
	if (opts->json) {
		code = print_json(facts_to_json(&facts));
	} else {
		view_facts(&text, &facts);
		code = print_text(&text);
	}
	facts_free(&facts);
	return code;
}

static const struct option_desc facts_options[] = {
	{ "json", OPTION_FLAG, offsetof(struct facts_opts, json), NULL,
	  "all of it, as every later stage can read it" },
	{ "redact", OPTION_FLAG, offsetof(struct facts_opts, redact), NULL,
	  "without host name, ids, MACs and foreign names, for a ticket" },
	{ "facts", OPTION_TEXT, offsetof(struct facts_opts, file), "FILE",
	  "show a saved file (- is standard input) instead of this node" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_facts = {
	.name = "facts",
	.words = "",
	.summary = "read the node: CPUs, NICs, queues, owners, kernel features",
	.help = "Reads the node and changes nothing: CPUs, NICs, queues, interrupts, RSS, XPS,\n"
		"RPS, who else sets them, and what this kernel can do. Without root it sees less\n"
		"and says so. Save with --json, replay with netlane plan --facts FILE.",
	.options = facts_options,
	.size = sizeof(struct facts_opts),
	.run = facts_run,
};
