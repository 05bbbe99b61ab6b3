// SPDX-License-Identifier: GPL-2.0
/* netlane stat: what each lane carries, line by line like vmstat. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/names.h"
#include "cmd/cmd.h"
#include "cmd/timer.h"
#include "cmd/watch.h"
#include "judge/load.h"
#include "observe/cost.h"
#include "view/load.h"

#define HEADER_EVERY_LINES 20 /* as vmstat does, so that a screen always has one */
#define NS_PER_MS 1000000ULL
#define COST_MS 100 /* how long netlane's own cost is accounted, at the end of each interval */

struct stat_opts {
	const char *config;
	const char *by;
	const char *fields;
	const char *nic;
	bool json;
	bool self;
	bool drops;
	bool lean;
};

struct stat_state {
	const struct stat_opts *opts;
	struct watch watch;
	struct column_list list;
	enum load_by by;
	unsigned int lines_since_header;
	uint64_t drops[TRAFFIC_REASONS];
};

/* Now, for people or for programs. */
static void time_text(bool json, char *buf, size_t len)
{
	time_t now = time(NULL);
	struct tm tm;

	*buf = 0;
	if (!localtime_r(&now, &tm))
		return;
	if (json)
		(void)strftime(buf, len, "%Y-%m-%dT%H:%M:%S%z", &tm);
	else
		(void)strftime(buf, len, "%H:%M:%S", &tm);
}

/* ---- netlane's own cost, in the last moments of an interval */

struct self {
	struct cost cost;
	bool accounted;
	double bpf_percent;
	double bpf_ns; /* a run of a program, on average */
	double process_percent;
	uint64_t at_ns;
	uint64_t cpu_ns;
};

static uint64_t process_cpu_ns(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) ?
		       0 :
		       (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static void self_end(const struct traffic *traffic, struct self *self)
{
	uint64_t at = clock_mono_ns(), cpu = process_cpu_ns();

	self->accounted = !cost_end(traffic, &self->cost, &self->bpf_percent, &self->bpf_ns);
	self->process_percent = at > self->at_ns ? 100.0 * (double)(cpu - self->cpu_ns) /
							   (double)(at - self->at_ns) :
						   0;
	self->at_ns = at;
	self->cpu_ns = cpu;
}

static void self_add(struct text *out, struct json_object *json, const struct self *self)
{
	struct json_object *sub = json ? json_object_new_object() : NULL;

	if (!json && self->accounted)
		text_add(out,
			 "# netlane itself: BPF %.2f %% of one CPU (%.0f ns a run), this process "
			 "%.2f %%\n",
			 self->bpf_percent, self->bpf_ns, self->process_percent);
	else if (!json)
		text_add(out,
			 "# netlane itself: the kernel gives no account of BPF; this process "
			 "%.2f %% of one CPU\n",
			 self->process_percent);
	if (!sub)
		return;
	if (self->accounted) {
		(void)json_object_object_add(sub, "bpf_percent",
					     json_object_new_double(self->bpf_percent));
		(void)json_object_object_add(sub, "bpf_ns_a_run",
					     json_object_new_double(self->bpf_ns));
	}
	(void)json_object_object_add(sub, "process_percent",
				     json_object_new_double(self->process_percent));
	(void)json_object_object_add(json, "self", sub);
}

/* ---- drops by reason */

static void drop_name(unsigned int reason, char *buf, size_t len)
{
	const char *name = traffic_reason(reason);
	static const char prefix[] = "SKB_DROP_REASON_";

	if (!reason)
		(void)snprintf(buf, len, "other"); /* a subsystem's own number */
	else if (!name)
		(void)snprintf(buf, len, "reason %u", reason);
	else
		text_escape(buf, len,
			    strncmp(name, prefix, strlen(prefix)) ? name : name + strlen(prefix));
}

static void drops_add(struct text *out, struct json_object *json, struct stat_state *state)
{
	struct json_object *sub = json ? json_object_new_object() : NULL;
	uint64_t now[TRAFFIC_REASONS];
	char name[96];
	unsigned int i, nr = 0;

	if (traffic_drops(state->watch.traffic, now))
		return; /* the next reading of the maps will say why */
	for (i = 0; i < TRAFFIC_REASONS; i++) {
		uint64_t n = now[i] >= state->drops[i] ? now[i] - state->drops[i] : now[i];

		state->drops[i] = now[i];
		if (!n)
			continue;
		drop_name(i, name, sizeof(name));
		if (sub)
			(void)json_object_object_add(sub, name, json_object_new_uint64(n));
		else
			text_add(out, "%s%s %llu", nr++ ? ", " : "# dropped: ", name,
				 (unsigned long long)n);
	}
	if (sub)
		(void)json_object_object_add(json, "dropped", sub);
	else
		text_add(out, "%s", nr ? "\n" : "# dropped: none\n");
}

/* ---- one reading */

static int load_print(struct stat_state *state, const struct load *load, const struct self *self)
{
	const struct stat_opts *opts = state->opts;
	struct json_object *json = NULL;
	struct text text = { 0 };
	char when[64];
	int code;

	if (opts->json) {
		time_text(true, when, sizeof(when));
		json = load_to_json(load, when);
		if (!json)
			return fail("out of memory");
	} else {
		time_text(false, when, sizeof(when));
		if (!state->lines_since_header ||
		    state->lines_since_header + load->nr_row >= HEADER_EVERY_LINES) {
			text_add(&text, "%-*s ", LOAD_WHEN_WIDTH, "TIME");
			load_header(&text, state->by, &state->list);
			text_add(&text, "\n");
			state->lines_since_header = 0;
		}
		load_rows(&text, load, &state->list, load->since_load ? "since" : when);
		state->lines_since_header += load->nr_row + 1;
	}
	if (opts->drops && !load->since_load)
		drops_add(&text, json, state);
	if (self)
		self_add(&text, json, self);
	if (json) {
		/* one object a line, as tools that read lines want it */
		text_add(&text, "%s\n",
			 json_object_to_json_string_ext(
				 json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
	}
	code = print_text(&text);
	return code;
}

static void since_say(const struct stat_state *state, const struct load *load)
{
	time_t began = time(NULL) - (time_t)load->seconds;
	char when[64] = "";
	struct tm tm;

	if (state->opts->json)
		return;
	if (localtime_r(&began, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	printf("# since %s, when counting began; drops and softirq times are not known so far "
	       "back\n",
	       when);
}

/* One line or block. @self NULL: without netlane's own cost. */
static int step(struct stat_state *state, const struct self *self)
{
	struct err err = { 0 };
	struct load load;
	int ret, code;

	ret = watch_load(&state->watch, state->by, &load, &err);
	if (ret)
		return fail_err(ret, &err);
	if (load.since_load)
		since_say(state, &load);
	code = load_print(state, &load, self);
	load_free(&load);
	return code;
}

/* The first reading: since counting began if that was not by us, else nothing to show. */
static int first_step(struct stat_state *state)
{
	struct err err = { 0 };
	struct load load;
	int ret;

	if (traffic_is_kept(state->watch.traffic))
		return step(state, NULL);
	ret = watch_load(&state->watch, state->by, &load, &err);
	if (ret)
		return fail_err(ret, &err);
	load_free(&load);
	return CODE_DONE;
}

/* @count 0: until somebody ends it. */
static int steps(struct stat_state *state, unsigned int seconds, unsigned int count)
{
	bool kept = traffic_is_kept(state->watch.traffic);
	uint64_t next_ms = clock_boot_ns() / NS_PER_MS;
	struct self self = { .at_ns = clock_mono_ns(), .cpu_ns = process_cpu_ns() };
	unsigned int done;
	int code;

	code = first_step(state);
	if (state->opts->drops)
		(void)traffic_drops(state->watch.traffic, state->drops); /* step() says why */
	for (done = kept; code == CODE_DONE && (!count || done < count); done++) {
		next_ms += seconds * 1000ULL;
		if (next_ms < clock_boot_ns() / NS_PER_MS) /* held up: no burst to catch up */
			next_ms = clock_boot_ns() / NS_PER_MS + seconds * 1000ULL;
		if (state->opts->self) {
			timer_wait(next_ms - COST_MS);
			(void)cost_begin(state->watch.traffic, &self.cost); /* cost_end() tells */
		}
		timer_wait(next_ms);
		if (state->opts->self)
			self_end(state->watch.traffic, &self);
		code = step(state, state->opts->self ? &self : NULL);
	}
	return code;
}

/* ---- the command line */

static int words_parse(char **words, unsigned int nr_words, unsigned int *seconds,
		       unsigned int *count)
{
	unsigned long n = 0;

	*seconds = 1;
	*count = nr_words ? 0 : 1;
	if (nr_words > 2 || (nr_words && text_seconds(words[0], seconds)) ||
	    (nr_words == 2 && text_uint(words[1], 1, 1000000000, &n))) {
		(void)fail("stat takes an interval, 1 second to 7 days, such as 5 or 1m, and a "
			   "count of lines, 1 to 1000000000");
		return -EINVAL;
	}
	*count = nr_words == 2 ? (unsigned int)n : *count;
	return 0;
}

static int fields_list(void)
{
	const struct column *column;

	for (column = columns; column->name; column++)
		printf("%-13s %-10s %s\n", column->name, column->unit, column->help);
	return CODE_DONE;
}

static int state_prepare(struct stat_state *state)
{
	const struct stat_opts *opts = state->opts;
	struct err err = { 0 };
	int by = opts->by ? name_find(load_by_names, opts->by) : LOAD_BY_LANE;

	if (by < 0) {
		char shown[64];

		text_escape(shown, sizeof(shown), opts->by);
		(void)fail("--by '%s': allowed are lane, queue, cpu and nic", shown);
		return -EINVAL;
	}
	state->by = (enum load_by)by;
	columns_default(state->by, &state->list);
	if (opts->fields && columns_parse(opts->fields, &state->list, &err))
		return fail("--fields: %s", err.text), -EINVAL;
	return 0;
}

static int stat_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct stat_opts *opts = arg;
	struct stat_state state = { .opts = opts,
				    .watch = { .config = opts->config, .lean = opts->lean } };
	unsigned int seconds, count;
	struct err err = { 0 };
	char *name = NULL;
	int ret, code;

	if (opts->fields && !strcmp(opts->fields, "help"))
		return fields_list();
	if (words_parse(words, nr_words, &seconds, &count) || state_prepare(&state))
		return CODE_USAGE;
	if (opts->nic) {
		name = (char *)(uintptr_t)opts->nic; /* only read */
		state.watch.names = &name;
		state.watch.nr_names = 1;
	}
	ret = watch_open(&state.watch, &err);
	if (!ret && opts->drops)
		ret = traffic_watch(state.watch.traffic, WATCH_DROPS, &err);
	code = ret ? fail_err(ret, &err) : steps(&state, seconds, count);
	watch_close(&state.watch);
	return code;
}

static const struct option_desc stat_options[] = {
	{ "by", OPTION_TEXT, offsetof(struct stat_opts, by), "WHAT",
	  "a row a lane (default), queue, cpu or nic" },
	{ "fields", OPTION_TEXT, offsetof(struct stat_opts, fields), "A,B,..",
	  "these columns; `--fields help` lists and explains them" },
	{ "nic", OPTION_TEXT, offsetof(struct stat_opts, nic), "NAME",
	  "this interface only, also one without a device of its own (veth)" },
	{ "json", OPTION_FLAG, offsetof(struct stat_opts, json), NULL,
	  "one JSON object a line, with all columns and the counts behind them" },
	{ "drops", OPTION_FLAG, offsetof(struct stat_opts, drops), NULL,
	  "and what the kernel dropped, by its reason (5.17 and later)" },
	{ "lean", OPTION_FLAG, offsetof(struct stat_opts, lean), NULL,
	  "only what is always counted: without softirq times, which cost time stamps" },
	{ "self", OPTION_FLAG, offsetof(struct stat_opts, self), NULL,
	  "and what netlane itself costs" },
	{ "config", OPTION_TEXT, offsetof(struct stat_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_stat = {
	.name = "stat",
	.words = "[INTERVAL [COUNT]]",
	.summary = "what each lane carries: packets, bits, softirq wait, place",
	.help = "Like vmstat: the first line is since counting began (by up or run), then one\n"
		"every INTERVAL (5, 1m), COUNT lines in all or until Ctrl-C. Where nothing is\n"
		"counted yet, netlane counts while it looks, and the first line is left out.\n"
		"Softirq times are taken while somebody looks. Needs root and a kernel with BTF;\n"
		"changes nothing.",
	.options = stat_options,
	.size = sizeof(struct stat_opts),
	.run = stat_run,
};
