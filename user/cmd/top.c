// SPDX-License-Identifier: GPL-2.0
/* netlane top: the lanes on a full screen, until somebody leaves. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/netns.h"
#include "cmd/cmd.h"
#include "cmd/watch.h"
#include "facts/instances.h"
#include "judge/accepts.h"
#include "judge/load.h"
#include "judge/paths.h"
#include "observe/events.h"
#include "observe/paths.h"
#include "view/load.h"
#include "view/steer.h"
#include "view/top.h"

#define NS_PER_MS 1000000ULL
#define TITLE_LINE 0
#define HEADER_LINE 4

struct top_opts {
	const char *config;
	const char *nic;
};

struct top_state {
	struct watch watch;
	struct top top;
	struct load load; /* what is on the screen */
	char now[256];
	char accepts[160];
	struct event_matrix matrix; /* of the last reading */
	struct event_paths paths;
	bool loaded;
	uint64_t cap_pps;
};

static void title_make(const struct facts *facts, char *buf, size_t len)
{
	time_t now = time(NULL);
	char clock[32] = "", host[96];
	struct tm tm;

	if (localtime_r(&now, &tm))
		(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	text_escape(host, sizeof(host), facts->node.hostname);
	(void)snprintf(buf, len, "netlane top  %s  %s  %s  %u CPUs", clock, host,
		       facts->node.instance_type, cpumask_count(&facts->cpus.online));
}

/* The line `now` from the same two samples, by CPU. */
static void now_make(struct top_state *state, const struct load *lanes)
{
	const struct watch *w = &state->watch;
	struct text text = { 0 };
	struct load cpus = { 0 };

	if (lanes->since_load || load_make(&w->sample[!w->turn], &w->sample[w->turn], &w->flow.plan,
					   &w->flow.facts.cpus, LOAD_BY_CPU, &cpus))
		return;
	view_now(&text, lanes, &cpus, state->cap_pps);
	(void)text_copy(state->now, sizeof(state->now), text.s ? text.s : "");
	text_free(&text);
	load_free(&cpus);
}

/* How local what ended since the last reading was, in this network namespace. */
static void paths_make(struct top_state *state, const struct event_paths *now, struct text *text)
{
	const struct path_of of = { .netns = netns_own() };
	struct event_paths grown;
	struct txq *txq = NULL;
	struct path_share share;
	unsigned int nr_txq;

	if (!paths_since(&state->paths, now, &grown) &&
	    !paths_queues(&grown, of.netns, &txq, &nr_txq)) {
		share = paths_share(&grown, &of, txq, nr_txq);
		view_path_share(text, &share);
	}
	free(grown.path);
	free(txq);
}

/* How local what was accepted since the last reading was. */
static void accepts_make(struct top_state *state)
{
	struct event_matrix now;
	struct event_paths paths;
	struct accept_cross *cross = NULL;
	struct accept_load load = { 0 };
	struct text text = { 0 };
	unsigned int nr = 0;

	if (events_matrix(&now, &paths)) {
		(void)text_copy(state->accepts, sizeof(state->accepts), "accepts are not counted");
		free(now.accepted);
		free(paths.path);
		return;
	}
	if (!accept_crosses(&state->matrix, &now, &cross, &nr) &&
	    !accept_load_of(cross, nr, &load)) {
		view_accepts(&text, &load);
		paths_make(state, &paths, &text);
		if (text.s)
			(void)text_copy(state->accepts, sizeof(state->accepts), text.s);
	}
	text_free(&text);
	free(load.lane);
	free(cross);
	free(state->matrix.accepted);
	state->matrix = now;
	free(state->paths.path);
	state->paths = paths;
}

static int reading(struct top_state *state, struct err *err)
{
	struct load load = { 0 };
	int ret;

	ret = watch_load(&state->watch, state->top.by, &load, err);
	if (ret)
		return ret;
	if (load.since_load && state->loaded) {
		load_free(&load); /* the counters began anew: keep what is on the screen */
		return 0;
	}
	if (!load.since_load)
		top_remember(&state->top, &load);
	accepts_make(state);
	if (state->top.by == LOAD_BY_LANE)
		now_make(state, &load);
	load_free(&state->load);
	state->load = load;
	state->loaded = true;
	return 0;
}

static void paint(struct top_state *state)
{
	struct text text = { 0 };
	char title[256], *line, *rest;
	int y = 0;

	state->top.width = COLS > 0 ? (unsigned int)COLS : 80;
	state->top.height = LINES > 0 ? (unsigned int)LINES : 24;
	title_make(&state->watch.flow.facts, title, sizeof(title));
	top_draw(&text, &state->top, &state->load, title, state->now, state->accepts);
	(void)erase();
	for (line = text.s; line && *line && y < LINES; line = rest, y++) {
		rest = line + strcspn(line, "\n");
		if (*rest)
			*rest++ = 0;
		if (y == TITLE_LINE)
			(void)attron(A_BOLD);
		if (y == HEADER_LINE && !state->top.help)
			(void)attron(A_REVERSE);
		(void)mvaddstr(y, 0, line);
		(void)attrset(A_NORMAL);
	}
	(void)refresh();
	text_free(&text);
}

static void sort_step(struct top *top, int step)
{
	unsigned int nr = 0, at = 0;
	const struct column *column;

	for (column = columns; column->name; column++, nr++)
		at = column == top->sort ? nr + 1 : at;
	at = (at + nr + 1 + (unsigned int)step) % (nr + 1); /* 0: as they stand */
	top->sort = at ? &columns[at - 1] : NULL;
}

static void scroll_by(struct top *top, int rows)
{
	if (rows < 0 && top->first < (unsigned int)-rows)
		top->first = 0;
	else
		top->first += (unsigned int)rows; /* top_draw() knows the end */
}

/* False: leave. */
static bool key(struct top_state *state, int c, bool *anew)
{
	struct top *top = &state->top;

	switch (c) {
	case 'q':
		return false;
	case ' ':
	case 'p':
		top->paused = !top->paused;
		break;
	case 'b':
		top->by = (top->by + 1) % (LOAD_BY_NIC + 1);
		top->first = 0;
		*anew = true;
		break;
	case 's':
		sort_step(top, 1);
		break;
	case 'S':
		sort_step(top, -1);
		break;
	case 'r':
		top->reverse = !top->reverse;
		break;
	case 'o':
		top->sort = NULL;
		top->reverse = false;
		break;
	case 'h':
	case '?':
		top->help = !top->help;
		break;
	case KEY_UP:
		scroll_by(top, -1);
		break;
	case KEY_DOWN:
		scroll_by(top, 1);
		break;
	case KEY_PPAGE:
		scroll_by(top, -LINES / 2);
		break;
	case KEY_NPAGE:
		scroll_by(top, LINES / 2);
		break;
	case KEY_HOME:
		top->first = 0;
		break;
	}
	return true;
}

/* The same two samples in other rows, without waiting for the next reading. */
static void regroup(struct top_state *state)
{
	const struct watch *w = &state->watch;
	struct load load = { 0 };

	if (load_make(&w->sample[!w->turn], &w->sample[w->turn], &w->flow.plan, &w->flow.facts.cpus,
		      state->top.by, &load))
		return;
	load_free(&state->load);
	state->load = load;
}

static int loop(struct top_state *state, struct err *err)
{
	uint64_t next_ms = 0, now_ms;
	bool anew = false;
	int c, ret;

	for (;;) {
		now_ms = clock_boot_ns() / NS_PER_MS;
		if (now_ms >= next_ms) {
			ret = state->top.paused ? 0 : reading(state, err);
			if (ret)
				return ret;
			next_ms = now_ms + state->top.seconds * 1000ULL;
		}
		if (anew)
			regroup(state);
		anew = false;
		paint(state);
		now_ms = clock_boot_ns() / NS_PER_MS;
		timeout(next_ms > now_ms ? (int)(next_ms - now_ms) : 0);
		c = getch();
		if (c != ERR && !key(state, c, &anew))
			return 0;
	}
}

static int screen_run(struct top_state *state, struct err *err)
{
	int ret;

	(void)setlocale(LC_CTYPE, "");
	state->top.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	if (!initscr())
		return err_set(err, -ENOTTY, "this terminal (TERM) is not known");
	(void)cbreak();
	(void)noecho();
	(void)keypad(stdscr, TRUE);
	(void)curs_set(0); /* a terminal that cannot hide it shows it */
	ret = loop(state, err);
	(void)endwin();
	return ret;
}

static int top_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct top_opts *opts = arg;
	struct top_state state = { .watch = { .config = opts->config }, .top = { .seconds = 1 } };
	struct instance instance = { 0 };
	struct err err = { 0 };
	char *name = (char *)(uintptr_t)opts->nic; /* only read */
	int ret;

	if (nr_words > 1 || (nr_words && text_seconds(words[0], &state.top.seconds))) {
		(void)fail("top takes an interval, 1 second to 7 days, such as 2 or 1m");
		return CODE_USAGE;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return fail("top needs a terminal; netlane stat is for files and pipes");
	state.watch.names = &name;
	state.watch.nr_names = opts->nic ? 1 : 0;
	ret = watch_open(&state.watch, &err);
	if (!ret && state.watch.flow.facts.node.instance_type[0] &&
	    !instances_find(state.watch.flow.facts.node.instance_type, &instance, NULL))
		state.cap_pps = instance.pps;
	if (!ret)
		ret = screen_run(&state, &err);
	top_free(&state.top);
	load_free(&state.load);
	free(state.matrix.accepted);
	free(state.paths.path);
	watch_close(&state.watch);
	return ret ? fail_err(ret, &err) : CODE_DONE;
}

static const struct option_desc top_options[] = {
	{ "nic", OPTION_TEXT, offsetof(struct top_opts, nic), "NAME",
	  "this interface only, also one without a device of its own (veth)" },
	{ "config", OPTION_TEXT, offsetof(struct top_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_top = {
	.name = "top",
	.words = "[INTERVAL]",
	.summary = "the lanes on a full screen: load, place, softirq wait, history",
	.help = "A row a lane, renewed every INTERVAL (1 s): packets and bits, how many of them\n"
		"stayed on the lane, softirq wait, and a sparkline of what it carried. Where not\n"
		"all rows fit, NUMA nodes are summed up and outliers come first. `h` shows the\n"
		"keys and explains the columns. Needs root; changes nothing.",
	.options = top_options,
	.size = sizeof(struct top_opts),
	.run = top_run,
};
