// SPDX-License-Identifier: GPL-2.0
/* netlane smc: whether this node can do SMC, and what its connections do. Both only look. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "facts/smc.h"
#include "judge/smc.h"
#include "observe/smc.h"
#include "view/smc.h"

#define ROWS_SHOWN 20

struct smc_opts {
	bool json;
	bool check;
	bool all;
};

static int check_code(const struct smc_judged *judged)
{
	if (judged->worst == SMC_NEVER)
		return CODE_CANNOT;
	return judged->worst >= SMC_FOUND ? CODE_FINDINGS : CODE_DONE;
}

static int check_run(const struct smc_opts *opts)
{
	struct smc_judged judged = { 0 };
	struct text text = { 0 };
	struct smc_node node;
	struct err err = { 0 };
	int ret, code;

	ret = smc_node_gather("/", &node, &err);
	if (!ret && smc_judge(&node, &judged))
		ret = err_set(&err, -ENOMEM, "out of memory");
	if (ret) {
		code = fail_err(ret, &err);
	} else if (opts->json) {
		code = print_json(view_smc_check_json(&node, &judged));
	} else {
		view_smc_check(&text, &judged, terminal_width());
		code = print_text(&text);
	}
	if (code == CODE_DONE)
		code = check_code(&judged);
	smc_judged_free(&judged);
	smc_node_free(&node);
	return code;
}

static int status_run(const struct smc_opts *opts)
{
	struct text text = { 0 };
	struct err err = { 0 };
	struct smc_view view;
	int ret, code;

	if (smc_kernel_has("/") == IS_NO) {
		(void)fail("this kernel has no SMC; netlane smc check says more");
		return CODE_CANNOT;
	}
	ret = smc_take(&view, &err);
	if (ret) {
		code = fail_err(ret, &err);
	} else if (opts->json) {
		code = print_json(view_smc_status_json(&view));
	} else {
		view_smc_status(&text, &view, opts->all ? UINT_MAX : ROWS_SHOWN, terminal_width());
		code = print_text(&text);
	}
	if (code == CODE_DONE && opts->check && smc_fallen(&view))
		code = CODE_FINDINGS;
	smc_view_free(&view);
	return code;
}

static int smc_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct smc_opts *opts = arg;

	if (nr_words == 1 && !strcmp(words[0], "check") && !opts->all)
		return check_run(opts);
	if (nr_words == 1 && !strcmp(words[0], "status"))
		return status_run(opts);
	(void)fail("smc takes one word: check (with --json and --check) or status (with --json, "
		   "--check and --all)");
	return CODE_USAGE;
}

static const struct option_desc smc_options[] = {
	{ "json", OPTION_FLAG, offsetof(struct smc_opts, json), NULL, "as JSON" },
	{ "check", OPTION_FLAG, offsetof(struct smc_opts, check), NULL,
	  "of status: exit 3 when a connection fell back to TCP; check always has such codes" },
	{ "all", OPTION_FLAG, offsetof(struct smc_opts, all), NULL, "of status: every connection" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_smc = {
	.name = "smc",
	.words = "check|status",
	.summary = "connections by shared memory: what is missing for it, and what uses it",
	.help = "smc check: can this node do SMC (Shared Memory Communications), and if not, what\n"
		"is missing: module, device, names that both ends share, a way to convert programs,\n"
		"and what is in its way. Exits 0 when it can, 3 when something is missing (-) or\n"
		"found (!), 4 when this kernel was built without it. smc status: connections by\n"
		"mode (SMC-R, SMC-D, fallen back to TCP), whose they are, why they fell back, link\n"
		"groups and sums; exits 4 where the kernel has no SMC. Both change nothing and load\n"
		"no module; root sees more.",
	.options = smc_options,
	.size = sizeof(struct smc_opts),
	.run = smc_run,
};
