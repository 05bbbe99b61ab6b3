// SPDX-License-Identifier: GPL-2.0
/* netlane log: what was changed, when, by whom, from the journal and its history. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "journal/journal.h"

struct log_opts {
	bool json;
};

static int log_json(const struct journal_event *events, unsigned int nr)
{
	struct json_object *array = json_object_new_array(), *event;
	unsigned int i;

	for (i = 0; array && i < nr; i++) {
		event = fields_to_json(journal_event_fields, &events[i]);
		if (!event || json_object_array_add(array, event))
			return fail("out of memory");
	}
	return print_json(array);
}

static int log_text(const struct journal_event *events, unsigned int nr)
{
	struct text text = { 0 };
	char note[400], who[160], knob[320];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct journal_event *e = &events[i];

		text_escape(note, sizeof(note), e->note);
		text_escape(who, sizeof(who), e->who);
		text_escape(knob, sizeof(knob), e->knob);
		text_add(&text, "%-20s  %-9s", e->when[0] ? e->when : "-", e->what);
		if (knob[0])
			text_add(&text, "  %s", knob);
		if (e->from[0] || e->to[0])
			text_add(&text, "  %s -> %s", e->from, e->to);
		if (note[0])
			text_add(&text, "  %s", note);
		if (who[0])
			text_add(&text, "  (%s)", who);
		text_add(&text, "\n");
	}
	if (!nr)
		text_add(&text, "netlane has changed nothing on this node so far\n");
	return print_text(&text);
}

static int log_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct log_opts *opts = arg;
	struct journal_event *events = NULL;
	struct err err = { 0 };
	unsigned int nr = 0;
	int ret, code;

	ret = journal_history(JOURNAL_DIR, &events, &nr, &err);
	if (ret == -EACCES)
		code = fail("log reads " JOURNAL_DIR ", which only root may");
	else if (ret && ret != -ENOENT)
		code = fail_err(ret, &err);
	else
		code = opts->json ? log_json(events, nr) : log_text(events, nr);
	free(events);
	return code;
}

static const struct option_desc log_options[] = {
	{ "json", OPTION_FLAG, offsetof(struct log_opts, json), NULL, "as JSON" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_log = {
	.name = "log",
	.words = "",
	.summary = "what netlane changed and gave back, when, and who asked",
	.help = "Reads the journal and its history, oldest first: each change with what stood\n"
		"there before, when it was given back or why it was not, and who asked for it.",
	.options = log_options,
	.size = sizeof(struct log_opts),
	.run = log_run,
};
