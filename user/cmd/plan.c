// SPDX-License-Identifier: GPL-2.0
/* netlane plan: what stands there, what should, and why. Changes nothing. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "view/view.h"

struct plan_opts {
	bool json;
	bool check;
	const char *facts;
	const char *as_type;
	const char *as;
	const char *config;
};

static int plan_print(const struct plan_opts *opts, const struct plan *plan)
{
	struct text text = { 0 };
	char *script;

	if (opts->json)
		return print_json(fields_to_json(plan_fields, plan));
	if (opts->as) {
		script = plan_as_shell(plan);
		if (!script)
			return fail("out of memory");
		text_add(&text, "%s", script);
		free(script);
	} else {
		view_plan(&text, plan, terminal_width());
	}
	return print_text(&text);
}

static int plan_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct plan_opts *opts = arg;
	struct flow_from from = {
		.config = opts->config,
		.facts_file = opts->facts,
		.as_type = opts->as_type,
		.nics = words,
		.nr_nics = nr_words,
	};
	struct err err = { 0 };
	struct flow flow;
	int ret, code;

	if (opts->as && strcmp(opts->as, "shell")) {
		(void)fail("--as '%s': allowed is shell", opts->as);
		return CODE_USAGE;
	}
	if (opts->as && opts->json) {
		(void)fail("--as shell and --json exclude each other");
		return CODE_USAGE;
	}
	if (opts->facts && opts->as_type) {
		(void)fail("--facts and --as-type exclude each other");
		return CODE_USAGE;
	}
	ret = flow_prepare(&from, &flow, &err);
	code = ret ? fail_err(ret, &err) : plan_print(opts, &flow.plan);
	if (code == CODE_DONE && opts->check && plan_changes(&flow.plan))
		code = CODE_FINDINGS;
	flow_free(&flow);
	return code;
}

static const struct option_desc plan_options[] = {
	{ "json", OPTION_FLAG, offsetof(struct plan_opts, json), NULL, "as JSON" },
	{ "check", OPTION_FLAG, offsetof(struct plan_opts, check), NULL,
	  "exit 3 when there is something to change" },
	{ "as", OPTION_TEXT, offsetof(struct plan_opts, as), "shell",
	  "as a script, to read or to run by hand" },
	{ "facts", OPTION_TEXT, offsetof(struct plan_opts, facts), "FILE",
	  "plan for saved facts (- is standard input)" },
	{ "as-type", OPTION_TEXT, offsetof(struct plan_opts, as_type), "TYPE",
	  "plan for a fresh ECS instance of that type" },
	{ "config", OPTION_TEXT, offsetof(struct plan_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_plan = {
	.name = "plan",
	.words = "[NIC...]",
	.summary = "say what is crooked and what netlane up would change",
	.help = "Says, step by step, what stands there, what should, with which risk and why.\n"
		"Changes nothing. The same facts and policy always give the same plan.",
	.options = plan_options,
	.size = sizeof(struct plan_opts),
	.run = plan_run,
};
