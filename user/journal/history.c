// SPDX-License-Identifier: GPL-2.0
/*
 * The journals of the past and the one of now as a list of events. The rule:
 * nothing here stops at a damaged file; what cannot be read is an event too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/names.h"
#include "base/step.h"
#include "journal/journal.h"
#include "journal/replay.h"
#include "journal/store.h"

const struct field journal_event_fields[] = {
	F_STR(journal_event, when), F_STR(journal_event, what),
	F_STR(journal_event, knob), F_STR(journal_event, from),
	F_STR(journal_event, to),   F_STR(journal_event, who),
	F_STR(journal_event, note), F_END,
};

/* What a step of the last intents found: the entry has only what the first of them did. */
struct found {
	struct knob knob;
	char value[80];
};

struct events {
	struct journal_event *event;
	unsigned int nr;
	struct found *found;
	unsigned int nr_found;
};

static struct journal_event *event_add(struct events *events, const char *when, const char *what)
{
	struct journal_event *more = realloc(events->event, (events->nr + 1) * sizeof(*more));

	if (!more)
		return NULL;
	events->event = more;
	more += events->nr++;
	memset(more, 0, sizeof(*more));
	(void)text_copy(more->when, sizeof(more->when), when); /* all of these fit or are cut */
	(void)text_copy(more->what, sizeof(more->what), what);
	return more;
}

/* A value may be a table of hundreds of numbers; its beginning is enough here. */
static void value_cut(char *dst, size_t len, const char *value)
{
	if (!text_copy(dst, len, value))
		memcpy(dst + len - 4, "...", 4);
}

static int intents_note(struct events *events, const struct record *record)
{
	unsigned int i;

	free(events->found);
	events->nr_found = 0;
	events->found = calloc(record->nr_step + 1, sizeof(*events->found));
	if (!events->found)
		return -ENOMEM;
	for (i = 0; i < record->nr_step; i++) {
		events->found[i].knob = record->step[i].knob;
		value_cut(events->found[i].value, sizeof(events->found[i].value),
			  record->step[i].before);
	}
	events->nr_found = record->nr_step;
	return 0;
}

static const char *found_of(const struct events *events, const struct entry *entry)
{
	unsigned int i;

	for (i = 0; i < events->nr_found; i++)
		if (knob_equal(&events->found[i].knob, &entry->step.knob))
			return events->found[i].value;
	return entry->step.before;
}

static int entry_event(struct events *events, const struct record *record,
		       const struct journal_state *state, const char *what)
{
	const struct entry *entry = &state->entry[record->entry];
	struct journal_event *event = event_add(events, record->time, what);
	const char *from = entry->step.before, *to = entry->step.after;

	if (!event)
		return -ENOMEM;
	knob_label(&entry->step.knob, entry->step.ifname, event->knob, sizeof(event->knob));
	if (record->record == RECORD_DONE) {
		from = found_of(events, entry);
		(void)text_copy(event->note, sizeof(event->note), entry->step.why);
	} else if (record->record == RECORD_UNDONE) {
		bool known = entry->outcome == OUTCOME_RESTORED || entry->outcome == OUTCOME_FAILED;

		from = known || entry->now[0] ? entry->step.after : "";
		to = known ? entry->step.before : entry->now;
		(void)snprintf(event->note, sizeof(event->note), "%s%s%.130s",
			       outcome_names[entry->outcome], entry->note[0] ? ": " : "",
			       entry->note);
	} else if (record->record == RECORD_YIELDED) {
		from = entry->step.after;
		to = entry->now;
		(void)snprintf(event->note, sizeof(event->note), "left until the next up to %.130s",
			       entry->note);
	} else {
		from = to = "";
		(void)text_copy(event->note, sizeof(event->note), "the up failed and took it back");
	}
	value_cut(event->from, sizeof(event->from), from);
	value_cut(event->to, sizeof(event->to), to);
	return 0;
}

static int deadline_event(struct events *events, const struct record *record)
{
	struct journal_event *event = event_add(events, record->time, "deadline");

	if (!event)
		return -ENOMEM;
	(void)text_copy(event->who, sizeof(event->who), record->who);
	if (record->deadline_boot_ms)
		(void)snprintf(event->note, sizeof(event->note), "%s %llu s after boot",
			       record->confirm ? "undone unless confirmed by" : "undone",
			       (unsigned long long)record->deadline_boot_ms / 1000);
	else
		(void)text_copy(event->note, sizeof(event->note), "lifted");
	return 0;
}

static int plain_event(struct events *events, const struct record *record, const char *what)
{
	struct journal_event *event = event_add(events, record->time, what);

	if (!event)
		return -ENOMEM;
	(void)text_copy(event->who, sizeof(event->who), record->who);
	if (record->record == RECORD_INTENTS)
		(void)snprintf(event->note, sizeof(event->note), "%u steps", record->nr_step);
	else if (record->record == RECORD_VOID)
		(void)text_copy(event->note, sizeof(event->note), "a reboot undid what stood");
	else
		(void)text_copy(event->note, sizeof(event->note), record->why);
	return 0;
}

static int record_events(void *arg, const struct record *record, const struct journal_state *state)
{
	struct events *events = arg;
	int ret;

	switch (record->record) {
	case RECORD_INTENTS:
		ret = intents_note(events, record);
		if (!ret)
			ret = plain_event(events, record, record->why[0] ? record->why : "up");
		return ret || !record->deadline_boot_ms ? ret : deadline_event(events, record);
	case RECORD_DONE:
		if (state->entry[record->entry].step.carried)
			return 0;
		return entry_event(events, record, state, "step");
	case RECORD_UNDONE:
	case RECORD_REVERTED:
		return entry_event(events, record, state, "undone");
	case RECORD_YIELDED:
		return entry_event(events, record, state, "yielded");
	case RECORD_COMPLETE:
		return plain_event(events, record, "complete");
	case RECORD_DEADLINE:
		return deadline_event(events, record);
	case RECORD_VOID:
		return plain_event(events, record, "void");
	case RECORD_FINISH:
		return plain_event(events, record, "finish");
	default:
		return 0;
	}
}

static int file_events(int dirfd, const char *dir, const char *name, struct events *events)
{
	struct journal_event *event;
	struct err err = { 0 };
	struct replay replay;
	char *text;
	size_t len;
	int ret;

	ret = store_read(dirfd, dir, name, &text, &len, &err);
	if (ret == -ENOENT)
		return 0;
	if (!ret) {
		ret = replay_text(text, len, &replay, record_events, events, &err);
		if (ret)
			err_prefix(&err, "%s:%u: ", name, replay.lines + 1);
		journal_state_free(&replay.state);
		free(text);
	}
	if (!ret || ret == -ENOMEM)
		return ret;
	event = event_add(events, "", "damaged");
	if (event)
		(void)text_copy(event->note, sizeof(event->note), err.text); /* cut is enough */
	return event ? 0 : -ENOMEM;
}

/* What was set aside is named, not read: it is of another machine or damaged. */
static int aside_events(const char *dir, struct events *events)
{
	static const char *const words[] = { STORE_JOURNAL ".other-", STORE_JOURNAL ".damaged-" };
	struct journal_event *event = NULL;
	unsigned int i, w, nr;
	char **names;
	int ret;

	ret = files_list("/", &names, &nr, "%s", dir);
	for (i = 0; !ret && i < nr; i++) {
		for (w = 0; w < 2; w++) {
			const char *at = names[i] + strlen(words[w]);

			if (strncmp(names[i], words[w], strlen(words[w])))
				continue;
			event = event_add(events, "", "aside");
			ret = event ? 0 : -ENOMEM;
			if (ret || strlen(at) < strlen("YYYYMMDDThhmmssZ"))
				continue;
			(void)snprintf(event->when, sizeof(event->when),
				       "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", at, at + 4, at + 6, at + 9,
				       at + 11, at + 13);
			(void)snprintf(event->note, sizeof(event->note), "%s, kept as %.100s",
				       w ? "a damaged journal" : "another machine's journal",
				       names[i]);
		}
	}
	files_free(names, nr);
	return ret;
}

static int when_compare(const void *a, const void *b)
{
	return strcmp(((const struct journal_event *)a)->when,
		      ((const struct journal_event *)b)->when);
}

int journal_history(const char *dir, struct journal_event **events, unsigned int *nr,
		    struct err *err)
{
	struct events all = { 0 };
	unsigned int i, nr_numbers, *numbers;
	char name[STORE_NAME_LEN];
	int dirfd, ret;

	*events = NULL;
	*nr = 0;
	dirfd = store_open(dir, false, err);
	if (dirfd < 0)
		return dirfd;
	ret = store_history(dir, &numbers, &nr_numbers);
	/* few and few files: what was set aside comes first, the rest is in order already */
	if (!ret)
		ret = aside_events(dir, &all);
	if (!ret && all.nr)
		qsort(all.event, all.nr, sizeof(*all.event), when_compare);
	for (i = 0; !ret && i < nr_numbers; i++) {
		(void)snprintf(name, sizeof(name), STORE_JOURNAL ".%u", numbers[i]); /* fits */
		ret = file_events(dirfd, dir, name, &all);
	}
	if (!ret)
		ret = file_events(dirfd, dir, STORE_JOURNAL, &all);
	free(numbers);
	free(all.found);
	close(dirfd);
	if (ret) {
		free(all.event);
		return store_fail(err, ret, dir, "the history cannot be read");
	}
	*events = all.event;
	*nr = all.nr;
	return 0;
}
