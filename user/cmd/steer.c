// SPDX-License-Identifier: GPL-2.0
/* netlane steer: which worker gets a connection, and by whose choice. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json_object.h>

#include "base/netns.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/config_steer.h"
#include "cmd/control.h"
#include "cmd/flow.h"
#include "cmd/steer_set.h"
#include "cmd/steer_show.h"
#include "view/view.h"

struct steer_opts {
	const char *listen;
	const char *by;
	const char *spill;
	const char *netns;
	const char *protocol;
	const char *udp;
	bool pin;
	bool dry_run;
	bool json;
	bool check;
	const char *config;
};

/* ------------------------------------------------------------- start and stop */

/* The options as keys of a section, in @keys for the service and in @wish for this process. */
static int wish_take(const struct steer_opts *opts, bool start, struct json_object *keys,
		     struct steer_policy *wish, struct err *err)
{
	const char *const given[][2] = {
		{ "listen", opts->listen },	    { "by", opts->by },
		{ "spill", opts->spill },	    { "netns", opts->netns },
		{ "protocol", opts->protocol },	    { "udp", opts->udp },
		{ "pin", opts->pin ? "yes" : NULL }
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < sizeof(given) / sizeof(given[0]) && !ret; i++) {
		if (!given[i][1])
			continue;
		ret = config_steer_key(wish, given[i][0], given[i][1], err);
		if (!ret &&
		    json_object_object_add(keys, given[i][0], json_object_new_string(given[i][1])))
			ret = err_set(err, -ENOMEM, "out of memory");
	}
	if (ret)
		return err_prefix(err, "--"), ret;
	ret = start && wish->port ? config_steer_check(wish, err) : 0;
	if (ret)
		err_prefix(err, "asked for is ");
	return ret;
}

/* The service does it, where one lives; -ENOENT: none does. Takes @keys over. */
static int ask_service(bool start, struct json_object *keys, int *code, struct err *err)
{
	struct json_object *request = json_object_new_object();

	if (!request || json_object_object_add(request, "steer", keys)) {
		json_object_put(request);
		json_object_put(keys);
		return err_set(err, -ENOMEM, "out of memory");
	}
	if (json_object_object_add(request, "command",
				   json_object_new_string(start ? "steer-start" : "steer-stop")) ||
	    json_object_object_add(request, "netns", json_object_new_int64(netns_own()))) {
		json_object_put(request);
		return err_set(err, -ENOMEM, "out of memory");
	}
	return control_ask(request, code, err);
}

static int change_here(const struct steer_opts *opts, bool start, const struct steer_policy *wish,
		       struct err *err)
{
	struct policy policy;
	struct steer_ask ask = { .policy = &policy, .wish = *wish };
	int ret = config_read("/", opts->config, &policy, err);

	if (ret)
		return ret;
	ask.wish.asked_in = netns_own();
	ret = start ? steer_start_here(&ask, err) : steer_stop_here(&ask, err);
	if (ret >= 0 && start)
		say("for now, until the next boot, and not kept: no service runs; netlane steer "
		    "stop gives it back\n");
	config_free(&policy);
	return ret;
}

static int dry_run(const struct steer_opts *opts, const struct steer_policy *wish)
{
	struct policy policy;
	struct steer_ask ask = { .policy = &policy, .wish = *wish };
	struct text text = { 0 };
	struct err err = { 0 };
	struct flow flow = { 0 };
	int code, ret = config_read("/", opts->config, &policy, &err);

	if (ret)
		return fail_err(ret, &err);
	ret = steer_plan_wish(&ask, &flow, &err);
	if (!ret)
		view_plan(&text, &flow.plan, terminal_width());
	code = ret ? fail_err(ret, &err) : print_text(&text);
	flow_free(&flow);
	config_free(&policy);
	return code;
}

static int change(const struct steer_opts *opts, bool start)
{
	struct json_object *keys = json_object_new_object();
	struct steer_opts given = *opts;
	struct steer_policy wish = { 0 };
	struct err err = { 0 };
	int ret, code;

	if (!start && !strcmp(opts->listen, "all"))
		given.listen = NULL;
	ret = keys ? wish_take(&given, start, keys, &wish, &err) :
		     err_set(&err, -ENOMEM, "out of memory");
	if (ret || opts->dry_run) {
		json_object_put(keys);
		return ret ? fail_err(ret, &err) : dry_run(opts, &wish);
	}
	if (geteuid()) {
		json_object_put(keys);
		return fail("steer %s needs root", start ? "start" : "stop");
	}
	ret = ask_service(start, keys, &code, &err);
	if (!ret)
		return code;
	if (ret == -ENOENT) {
		memset(&err, 0, sizeof(err));
		ret = change_here(opts, start, &wish, &err);
	}
	if (ret > 0)
		return CODE_FAILED; /* what failed is said */
	return ret ? fail_err(ret, &err) : output_done();
}

/* What goes with @word, as a sentence of what does not; NULL: all does. */
static const char *misused(const struct steer_opts *opts, const char *word)
{
	bool start = !strcmp(word, "start"), stop = !strcmp(word, "stop");

	if (!start && !stop && strcmp(word, "status"))
		return "steer takes one of status, start and stop";
	if (!start && (opts->by || opts->spill || opts->udp || opts->pin || opts->dry_run))
		return "--by, --spill, --udp, --pin and --dry-run are of steer start";
	if (!start && !stop && (opts->listen || opts->netns || opts->protocol))
		return "--listen, --netns and --protocol are of steer start and steer stop";
	if (start && !opts->listen)
		return "which server? steer start --listen 80, or --listen 10.0.0.1:80";
	if (stop && !opts->listen)
		return "which one? steer stop --listen 80, as it was started, or --listen all";
	if ((start || stop) && (opts->json || opts->check))
		return "--json and --check are of steer status";
	return NULL;
}

static int steer_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct steer_opts *opts = arg;
	const char *word = nr_words ? words[0] : "status";
	const char *why = nr_words > 1 ? "steer takes one word" : misused(opts, word);

	if (why) {
		(void)fail("%s", why);
		return CODE_USAGE;
	}
	return strcmp(word, "status") ? change(opts, !strcmp(word, "start")) :
					steer_show(opts->json, opts->check, opts->config);
}

static const struct option_desc steer_options[] = {
	{ "listen", OPTION_TEXT, offsetof(struct steer_opts, listen), "PORT|ADDR:PORT",
	  "of start and stop: where the server listens; all, of stop: what was started" },
	{ "by", OPTION_TEXT, offsetof(struct steer_opts, by), "auto|incoming-cpu|program",
	  "of start: how a socket is meant for its worker's CPU" },
	{ "spill", OPTION_TEXT, offsetof(struct steer_opts, spill), "PERCENT|off",
	  "of start: more of a backlog than this, and the hash decides" },
	{ "netns", OPTION_TEXT, offsetof(struct steer_opts, netns), "NAME|PATH",
	  "of start and stop: the server is in that network namespace" },
	{ "protocol", OPTION_TEXT, offsetof(struct steer_opts, protocol), "tcp|udp",
	  "of start and stop: what it listens for (tcp)" },
	{ "udp", OPTION_TEXT, offsetof(struct steer_opts, udp), "stateless",
	  "of start: any worker may get any datagram, without which UDP is not steered" },
	{ "pin", OPTION_FLAG, offsetof(struct steer_opts, pin), NULL,
	  "of start: workers that float are pinned" },
	{ "dry-run", OPTION_FLAG, offsetof(struct steer_opts, dry_run), NULL,
	  "of start: say what would be done" },
	{ "json", OPTION_FLAG, offsetof(struct steer_opts, json), NULL, "status as JSON" },
	{ "check", OPTION_FLAG, offsetof(struct steer_opts, check), NULL,
	  "exit 3 when what is to be steered, or a [bind NAME], is not as it is to be" },
	{ "config", OPTION_TEXT, offsetof(struct steer_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_steer = {
	.name = "steer",
	.words = "[start|status|stop]",
	.summary = "which listener, and which worker of it, gets a connection",
	.help = "status shows the listening sockets that share a port (SO_REUSEPORT) in this\n"
		"network namespace: who chooses among them, who takes connections from each, and\n"
		"on which CPUs he runs; then the bindings: which addresses and ports go to which\n"
		"listener by a section [bind NAME], and how much came. start gives what a CPU\n"
		"receives to the worker that runs there, until the next boot, as a section\n"
		"[steer NAME] with listen = PORT in the configuration has netlane up, or the\n"
		"service, do for good; stop gives that back, and so does netlane down. Wants root.",
	.options = steer_options,
	.size = sizeof(struct steer_opts),
	.run = steer_run,
};
