// SPDX-License-Identifier: GPL-2.0
/* netlane tcp: what the TCP connections do now, and how they are accepted. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/names.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/flow.h"
#include "cmd/tcp_events.h"
#include "judge/tcp.h"
#include "observe/tcp.h"
#include "view/events.h"
#include "view/tcp.h"

#define ROWS_SHOWN 20
#define JSON_ROWS 1000 /* each is about 1500 bytes of text */
#define WORST_SHOWN 10

struct tcp_opts {
	bool json;
	bool check;
	bool all;
	bool listeners;
	bool events;
	const char *by;
	const char *worst;
	const char *order;
	const char *config;
};

/* ------------------------------------------------------------- listeners */

static int listeners_show(const struct tcp_opts *opts)
{
	struct listeners listeners = { 0 };
	struct text text = { 0 };
	struct err err = { 0 };
	int ret, found, code;

	ret = listeners_take(&listeners, &err);
	if (!ret)
		tcp_waits_add(&listeners);
	found = ret ? 0 : listeners_judge(&listeners);
	if (ret) {
		code = fail_err(ret == -ENOENT ? -EOPNOTSUPP : ret, &err);
	} else if (found < 0) {
		code = fail("out of memory");
	} else if (opts->json) {
		code = print_json(view_listeners_json(&listeners));
	} else {
		view_listeners(&text, &listeners, opts->all ? UINT_MAX : ROWS_SHOWN,
			       terminal_width());
		code = print_text(&text);
	}
	if (code == CODE_DONE && opts->check && found)
		code = CODE_FINDINGS;
	listeners_free(&listeners);
	return code;
}

/* ------------------------------------------------------------- connections */

static int name_parse(const char *option, const char *name, const char *const *names, int *out)
{
	struct text all = { 0 };
	char shown[64];
	unsigned int i;

	*out = name ? name_find(names, name) : 0;
	if (*out >= 0)
		return 0;
	for (i = 0; names[i]; i++)
		text_add(&all, "%s%s", i ? ", " : "", names[i]);
	text_escape(shown, sizeof(shown), name);
	(void)fail("%s '%s': allowed are %s", option, shown, all.s ? all.s : "other words");
	text_free(&all);
	return -EINVAL;
}

/* 0, or the exit code after a sentence was printed. */
static int ask_make(const struct tcp_opts *opts, struct tcp_ask *ask)
{
	unsigned long nr = WORST_SHOWN;
	int by, order;

	if (opts->by && (!strcmp(opts->by, "cpu") || !strcmp(opts->by, "lane"))) {
		(void)fail("--by %s: the kernel's list of sockets does not say on which CPU a "
			   "connection is; netlane tcp --events --by cpu shows what happened on "
			   "each, netlane stat what it carries",
			   opts->by);
		return CODE_CANNOT;
	}
	if (name_parse("--by", opts->by, tcp_by_names, &by) ||
	    name_parse("--order", opts->order, tcp_order_names, &order))
		return CODE_USAGE;
	if (opts->worst && text_uint(opts->worst, 0, TCP_WORST_MAX, &nr)) {
		(void)fail("--worst takes a number of connections, 0 to %u", TCP_WORST_MAX);
		return CODE_USAGE;
	}
	ask->by = (enum tcp_by)by;
	ask->order = (enum tcp_order)order;
	ask->nr_worst = (unsigned int)nr;
	return 0;
}

static int view_show(const struct tcp_opts *opts, const struct tcp_ask *ask)
{
	unsigned int rows = opts->json ? JSON_ROWS : ROWS_SHOWN;
	struct tcp_view view = { 0 };
	struct text text = { 0 };
	struct err err = { 0 };
	int ret, found, code;

	ret = tcp_take(ask, &view, &err);
	found = ret ? 0 : tcp_judge(&view);
	if (ret) {
		code = fail_err(ret == -ENOENT ? -EOPNOTSUPP : ret, &err);
	} else if (found < 0) {
		code = fail("out of memory");
	} else {
		tcp_fold(&view, opts->all ? UINT_MAX : rows);
		if (opts->json) {
			code = print_json(view_tcp_json(&view));
		} else {
			view_tcp(&text, &view, terminal_width());
			code = print_text(&text);
		}
	}
	if (code == CODE_DONE && opts->check && found)
		code = CODE_FINDINGS;
	tcp_free(&view);
	return code;
}

static int events_show(const struct tcp_opts *opts, const struct zones *zones)
{
	int by;

	if (name_parse("--by", opts->by, events_by_names, &by))
		return CODE_USAGE;
	return tcp_events_show((enum events_by)by, zones, opts->all ? UINT_MAX : ROWS_SHOWN,
			       opts->json);
}

/* With the zones of the configuration, which nothing else here needs. */
static int zones_show(const struct tcp_opts *opts, const struct tcp_ask *wanted)
{
	struct policy policy = { 0 };
	struct zones zones = { 0 };
	struct tcp_ask ask = *wanted;
	struct err err = { 0 };
	int ret, code;

	ret = config_read("/", opts->config, &policy, &err);
	if (ret)
		return fail_err(ret, &err);
	ret = zones_make(policy.zone, policy.nr_zone, &zones);
	ask.zones = &zones;
	if (ret)
		code = fail("out of memory");
	else if (!policy.nr_zone)
		code = fail("--by zone: there is no [zone NAME] section in the configuration");
	else
		code = opts->events ? events_show(opts, &zones) : view_show(opts, &ask);
	zones_free(&zones);
	config_free(&policy);
	return code;
}

static int tcp_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct tcp_opts *opts = arg;
	struct tcp_ask ask = { 0 };
	int code;

	if (opts->listeners && (opts->by || opts->worst || opts->order)) {
		(void)fail("--listeners goes without --by, --worst and --order");
		return CODE_USAGE;
	}
	if (opts->events && (opts->listeners || opts->worst || opts->order || opts->check)) {
		(void)fail("--events goes without --listeners, --worst, --order and --check");
		return CODE_USAGE;
	}
	if (opts->listeners)
		return listeners_show(opts);
	if (opts->events && opts->by && !strcmp(opts->by, events_by_names[EVENTS_BY_ZONE]))
		return zones_show(opts, &ask);
	if (opts->events)
		return events_show(opts, NULL);
	code = ask_make(opts, &ask);
	if (code)
		return code;
	return ask.by == TCP_BY_ZONE ? zones_show(opts, &ask) : view_show(opts, &ask);
}

static const struct option_desc tcp_options[] = {
	{ "by", OPTION_TEXT, offsetof(struct tcp_opts, by), "WHAT",
	  "a row a remote network (remote, the default: /24 and /64), service, cc or zone" },
	{ "worst", OPTION_TEXT, offsetof(struct tcp_opts, worst), "N",
	  "so many of the worst connections, 10 by default, 0 to 1000" },
	{ "order", OPTION_TEXT, offsetof(struct tcp_opts, order), "WHAT",
	  "the worst by trouble (default: timeouts, zero windows, retransmits), resent or rtt" },
	{ "listeners", OPTION_FLAG, offsetof(struct tcp_opts, listeners), NULL,
	  "who accepts: true backlog, queue, drops, half-open connections" },
	{ "events", OPTION_FLAG, offsetof(struct tcp_opts, events), NULL,
	  "what happened since the counting began, also --by cpu and netns; wants root" },
	{ "all", OPTION_FLAG, offsetof(struct tcp_opts, all), NULL, "every row" },
	{ "json", OPTION_FLAG, offsetof(struct tcp_opts, json), NULL, "as JSON" },
	{ "check", OPTION_FLAG, offsetof(struct tcp_opts, check), NULL,
	  "exit 3 on findings; netlane(8) lists them" },
	{ "config", OPTION_TEXT, offsetof(struct tcp_opts, config), "FILE",
	  "zones of this file instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_tcp = {
	.name = "tcp",
	.words = "",
	.summary = "what TCP connections do now, what happened to them, and who accepts them",
	.help = "Walks the TCP connections of this network namespace once and adds them up: RTT,\n"
		"segments sent again, congestion states now, what they wait for, what paces them;\n"
		"then the worst connections. Retransmits and waiting times are since each\n"
		"connection began, the rest is now. With --listeners: each listener with the\n"
		"backlog that it truly has, its queue now, and its drops. Only naming the process\n"
		"wants root. With --events: what was counted of all connections, those that are\n"
		"gone as well, since netlane up or the service began to.",
	.options = tcp_options,
	.size = sizeof(struct tcp_opts),
	.run = tcp_run,
};
