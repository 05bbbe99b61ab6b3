// SPDX-License-Identifier: GPL-2.0
/* From lines to what is known; see replay.h. */
#include "journal/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "base/text.h"
#include "journal/journal.h"
#include "journal/reboot.h"

static int out_of_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "out of memory");
}

void replay_entry_free(struct entry *entry)
{
	step_free(&entry->step);
	free(entry->earlier);
	free(entry->prior_after);
	free(entry->prior_earlier);
	free(entry->found);
	memset(entry, 0, sizeof(*entry));
}

void journal_state_free(struct journal_state *state)
{
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++)
		replay_entry_free(&state->entry[i]);
	free(state->entry);
	memset(state, 0, sizeof(*state));
}

int journal_find(const struct journal_state *state, const struct knob *knob)
{
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++)
		if (knob_equal(&state->entry[i].step.knob, knob))
			return (int)i;
	return -1;
}

static void open_count(struct journal_state *state)
{
	unsigned int i;

	state->open = false;
	for (i = 0; i < state->nr_entry; i++)
		state->open |= !state->entry[i].undone;
}

static int entry_add(struct journal_state *state, const struct step *step)
{
	struct entry *more = realloc(state->entry, (state->nr_entry + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	state->entry = more;
	memset(&more[state->nr_entry], 0, sizeof(*more));
	if (step_copy(&more[state->nr_entry].step, step))
		return -ENOMEM;
	state->nr_entry++;
	return 0;
}

/* A knob that was given back once and is changed anew: nothing of the past counts. */
static int entry_renew(struct entry *entry, const struct step *step)
{
	replay_entry_free(entry);
	return step_copy(&entry->step, step);
}

/*
 * Ours already: the first before stays, and so does whether it was the
 * driver's default. What stands there now is either what the last up meant or,
 * where that was cut short, what the one before it wrote; the step's before,
 * read a moment ago, tells which. That is kept as ours in @earlier.
 */
static int entry_merge(struct entry *entry, const struct step *step)
{
	bool cut_short = entry->earlier && !strcmp(step->before, entry->earlier);
	char *earlier = strdup(cut_short ? entry->earlier : entry->step.after);
	char *after = strdup(step->after);

	if (!earlier || !after) {
		free(earlier);
		free(after);
		return -ENOMEM;
	}
	free(entry->prior_after);
	free(entry->prior_earlier);
	entry->prior_after = entry->step.after;
	entry->prior_earlier = entry->earlier;
	entry->prior_done = entry->done;
	entry->prior_yielded = entry->yielded;
	entry->yielded = false;
	entry->earlier = earlier;
	entry->done = false;
	entry->step.after = after;
	entry->step.carried &= step->carried;
	entry->step.risk = step->risk;
	entry->step.needs_confirm = step->needs_confirm;
	memcpy(entry->step.ifname, step->ifname, sizeof(step->ifname));
	memcpy(entry->step.why, step->why, sizeof(step->why));
	return 0;
}

static int replay_intents(struct journal_state *state, const struct record *record, struct err *err)
{
	unsigned int i;
	int at, ret;

	for (i = 0; i < record->nr_step; i++) {
		const struct step *step = &record->step[i];

		if (!step->before || !step->after)
			return err_set(err, -EPROTO, "step %u has no before or no after", i);
		at = journal_find(state, &step->knob);
		if (at < 0)
			ret = entry_add(state, step);
		else if (state->entry[at].undone)
			ret = entry_renew(&state->entry[at], step);
		else
			ret = entry_merge(&state->entry[at], step);
		if (ret)
			return out_of_memory(err);
	}
	/* one that is cut short leaves the up as whole as it was, and its knobs to the next */
	if (strcmp(record->why, JOURNAL_REPAIR) && strcmp(record->why, JOURNAL_STEER) &&
	    strcmp(record->why, JOURNAL_DRAIN))
		state->complete = false;
	state->deadline_boot_ms = record->deadline_boot_ms;
	state->confirm = record->confirm;
	return 0;
}

static int replay_undoing(struct journal_state *state, const struct record *record, struct err *err)
{
	unsigned int i;

	for (i = 0; i < record->nr_kept; i++) {
		const struct kept *kept = &record->kept[i];
		struct entry *entry;

		if (kept->entry >= state->nr_entry)
			return err_set(err, -EPROTO, "there is no entry %u", kept->entry);
		entry = &state->entry[kept->entry];
		/* from here on a driver's default standing there is netlane's doing */
		entry->done = false;
		free(entry->found);
		entry->found = kept->found ? strdup(kept->found) : NULL;
		if (kept->found && !entry->found)
			return out_of_memory(err);
	}
	return 0;
}

static void entry_undone(struct entry *entry, const struct record *record)
{
	entry->outcome = record->outcome;
	entry->undone = record->outcome != OUTCOME_FAILED;
	memcpy(entry->now, record->now, sizeof(entry->now));
	memcpy(entry->note, record->note, sizeof(entry->note));
}

static void entry_yielded(struct entry *entry, const struct record *record)
{
	entry->yielded = true;
	memcpy(entry->now, record->now, sizeof(entry->now));
	memcpy(entry->note, record->note, sizeof(entry->note));
}

/* The failed up is as if it had not been: back to what the up before it left. */
static void entry_reverted(struct entry *entry)
{
	if (!entry->prior_after) {
		entry->undone = true;
		entry->outcome = OUTCOME_RESTORED;
		return;
	}
	free(entry->step.after);
	free(entry->earlier);
	entry->step.after = entry->prior_after;
	entry->earlier = entry->prior_earlier;
	entry->done = entry->prior_done;
	entry->yielded = entry->prior_yielded;
	entry->prior_done = entry->prior_yielded = false;
	entry->prior_after = entry->prior_earlier = NULL;
}

static void replay_open(struct journal_state *state, const struct record *record)
{
	memcpy(state->boot_id, record->boot_id, sizeof(state->boot_id));
	memcpy(state->machine_id, record->machine_id, sizeof(state->machine_id));
	memcpy(state->instance_id, record->instance_id, sizeof(state->instance_id));
	memcpy(state->opened, record->time, sizeof(state->opened));
}

/* A state record holds entries as JSON does; merging copies them one by one. */
static int replay_state(struct journal_state *state, const struct record *record, struct err *err)
{
	struct record copy = { 0 };
	struct text line = { 0 };
	int ret;

	ret = record_line(record, &line);
	if (ret)
		return out_of_memory(err);
	line.s[line.len - 1] = 0;
	ret = record_parse(line.s, &copy, err);
	text_free(&line);
	if (ret)
		return ret;
	journal_state_free(state);
	*state = copy.state;
	return 0;
}

int replay_record(struct journal_state *state, const struct record *record, struct err *err)
{
	struct entry *entry = record->entry < state->nr_entry ? &state->entry[record->entry] : NULL;
	int ret = 0;

	if (record->record != RECORD_OPEN && !state->opened[0])
		return err_set(err, -EPROTO, "the first line is missing");
	switch (record->record) {
	case RECORD_OPEN:
		replay_open(state, record);
		break;
	case RECORD_INTENTS:
		ret = replay_intents(state, record, err);
		break;
	case RECORD_UNDOING:
		ret = replay_undoing(state, record, err);
		break;
	case RECORD_STATE:
		ret = replay_state(state, record, err);
		break;
	case RECORD_DONE:
	case RECORD_UNDONE:
	case RECORD_REVERTED:
	case RECORD_YIELDED:
		if (!entry)
			return err_set(err, -EPROTO, "there is no entry %u", record->entry);
		if (record->record == RECORD_DONE)
			entry->done = true;
		else if (record->record == RECORD_UNDONE)
			entry_undone(entry, record);
		else if (record->record == RECORD_YIELDED)
			entry_yielded(entry, record);
		else
			entry_reverted(entry);
		break;
	case RECORD_COMPLETE:
		state->complete = true;
		break;
	case RECORD_DEADLINE:
		state->deadline_boot_ms = record->deadline_boot_ms;
		state->confirm = record->confirm;
		break;
	case RECORD_VOID:
		reboot_void(state);
		break;
	case RECORD_FINISH:
	case RECORD_COUNT:
		break;
	}
	open_count(state);
	return ret;
}

static int replay_line(const char *line, struct replay *replay, replay_each each, void *arg,
		       struct err *err)
{
	struct record record;
	int ret = record_parse(line, &record, err);

	if (ret)
		return ret;
	ret = replay_record(&replay->state, &record, err);
	if (!ret && each)
		ret = each(arg, &record, &replay->state);
	if (record.record == RECORD_OPEN)
		replay->version = record.version;
	replay->finished = record.record == RECORD_FINISH || record.record == RECORD_VOID;
	record_free(&record);
	return ret;
}

int replay_text(char *text, size_t len, struct replay *replay, replay_each each, void *arg,
		struct err *err)
{
	struct err why = { 0 };
	int ret;

	memset(replay, 0, sizeof(*replay));
	while (replay->good < len) {
		char *line = text + replay->good;
		char *end = memchr(line, '\n', len - replay->good);

		replay->torn = true;
		if (!end)
			return 0;
		*end = 0;
		ret = replay_line(line, replay, each, arg, &why);
		*end = '\n';
		if (ret == -EBADMSG && end + 1 == text + len)
			return 0;
		if (ret)
			return err_set(err, ret == -EPROTO ? -EBADMSG : ret, "%s", why.text);
		replay->torn = false;
		replay->good = (size_t)(end + 1 - text);
		replay->lines++;
	}
	return 0;
}
