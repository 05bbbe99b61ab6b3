// SPDX-License-Identifier: GPL-2.0
/* netlane ports: who uses up local ports toward whom, and when there are none left. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/growing.h"
#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "judge/live.h"
#include "judge/ports.h"
#include "observe/census.h"
#include "observe/timewait.h"
#include "view/growing.h"
#include "view/ports.h"
#include "view/timewait.h"

#define ROWS_SHOWN 20
#define JSON_ROWS 1000 /* each is about 600 bytes of text */

struct ports_opts {
	bool json;
	bool check;
	bool all;
	bool live;
};

/* What is counted; 0, or a code that is not 0 when there is none, which is said if it is wanted. */
static int live_read(struct timewait *tw, bool wanted)
{
	struct timewait_reader *reader;
	struct err err = { 0 };
	int ret = timewait_open(&reader);

	memset(tw, 0, sizeof(*tw));
	if (ret && !wanted)
		return CODE_CANNOT;
	if (ret == -EPERM)
		return fail("reading BPF maps needs root");
	if (ret == -ESTALE)
		return fail("another version of netlane is counting");
	if (ret)
		return fail("TIME_WAITs are not counted: netlane up, or the service, begins it "
			    "(unless counters = no)");
	ret = timewait_sample(reader, tw, &err);
	timewait_close(reader);
	if (ret && !wanted) {
		timewait_free(tw); /* what was read of it is no answer */
		return CODE_CANNOT;
	}
	if (ret)
		return fail_err(ret, &err);
	timewait_name(tw);
	return 0;
}

/* What is counted, as it is, and no walk. */
static int live_run(const struct ports_opts *opts)
{
	struct text text = { 0 };
	struct timewait tw;
	int code = live_read(&tw, true);

	if (!code && opts->json) {
		code = print_json(view_timewait_json(&tw));
	} else if (!code) {
		view_timewait(&text, &tw, opts->all ? UINT_MAX : ROWS_SHOWN, terminal_width());
		code = print_text(&text);
	}
	if (code == CODE_DONE && opts->check && live_refused(&tw))
		code = CODE_FINDINGS;
	timewait_free(&tw);
	return code;
}

/* "counted" is there where something is counted, "growing" always. */
static struct json_object *walked_json(const struct census *census, const struct timewait *tw,
				       const struct growing *growing)
{
	struct json_object *json = view_ports_json(census), *counted = NULL;

	if (json && json_object_object_add(json, "growing", view_growing_json(growing)))
		return json; /* memory ran out; it is an addition */

	if (json && tw->at_ns)
		counted = view_timewait_notes_json(tw);
	if (counted && json_object_object_add(json, "counted", counted))
		json_object_put(counted); /* it is an addition */
	return json;
}

static int ports_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct ports_opts *opts = arg;
	struct text text = { 0 };
	struct err err = { 0 };
	unsigned int tight = 0;
	struct growing growing;
	struct census census;
	struct timewait tw;
	int ret, code;

	if (opts->live)
		return live_run(opts);
	ret = census_take(&census, &err);
	(void)live_read(&tw, false); /* an addition: not counted, or not root */
	growing_read(&growing); /* the same: no service */
	if (!ret) {
		census_name(&census, ROWS_SHOWN);
		live_join(&census, &tw);
		tight = ports_judge(&census) + live_refused(&tw) + growing.nr_row;
	}
	if (opts->json && !opts->all && census.nr_row > JSON_ROWS) {
		census.more_rows = census.nr_row - JSON_ROWS;
		census.nr_row = JSON_ROWS;
	}
	if (ret) {
		code = fail_err(ret == -ENOENT ? -EOPNOTSUPP : ret, &err);
	} else if (opts->json) {
		code = print_json(walked_json(&census, &tw, &growing));
	} else {
		view_ports(&text, &census, opts->all ? UINT_MAX : ROWS_SHOWN, terminal_width());
		view_timewait_notes(&text, &tw, terminal_width());
		view_growing(&text, &growing, terminal_width());
		code = print_text(&text);
	}
	if (code == CODE_DONE && opts->check && tight)
		code = CODE_FINDINGS;
	growing_free(&growing);
	timewait_free(&tw);
	census_free(&census);
	return code;
}

static const struct option_desc ports_options[] = {
	{ "json", OPTION_FLAG, offsetof(struct ports_opts, json), NULL, "as JSON" },
	{ "check", OPTION_FLAG, offsetof(struct ports_opts, check), NULL,
	  "exit 3 when ports run out somewhere, or nearly, or just did, or connections only grow" },
	{ "live", OPTION_FLAG, offsetof(struct ports_opts, live), NULL,
	  "TIME_WAITs as they were counted since up, of all network namespaces" },
	{ "all", OPTION_FLAG, offsetof(struct ports_opts, all), NULL, "every destination" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_ports = {
	.name = "ports",
	.words = "",
	.summary = "local ports in use toward each destination, and when they run out",
	.help = "Walks the TCP connections of this network namespace once. A connection that was\n"
		"opened here needs a local port that no other one between the same addresses and\n"
		"remote port has, and keeps it in TIME_WAIT for a minute after it ended. Shows each\n"
		"destination with the ports it holds, how many end a second, in how many seconds\n"
		"none is left if that goes on, and what would help there. Only naming the process\n"
		"wants root. --live walks nothing: it shows what the BPF programs of netlane up or\n"
		"of the service counted, which is exact, or is called an estimate.\n"
		"Connections that have only grown for ten minutes are told by the service.",
	.options = ports_options,
	.size = sizeof(struct ports_opts),
	.run = ports_run,
};
