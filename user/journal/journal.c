// SPDX-License-Identifier: GPL-2.0
/* What netlane changed, written before it is changed; see journal.h. */
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "journal/file.h"
#include "journal/record.h"
#include "journal/replay.h"
#include "journal/store.h"

/*
 * A longer journal is cut to its state before the next change: repairs add up, and
 * each of them reads all of it. The long form is history.
 */
#define JOURNAL_LONG_BYTES (256U << 10)

void journal_file_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
	journal->good = 0;
	journal_state_free(&journal->state);
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	journal_file_close(journal);
	if (journal->lockfd >= 0)
		close(journal->lockfd);
	if (journal->dirfd >= 0)
		close(journal->dirfd);
	free(journal);
}

const struct journal_state *journal_state(const struct journal *journal)
{
	return &journal->state;
}

void journal_who(struct journal *journal, const char *who)
{
	(void)text_copy(journal->who, sizeof(journal->who), who); /* a cut name still helps */
}

void journal_why(struct journal *journal, const char *why)
{
	(void)text_copy(journal->why, sizeof(journal->why), why); /* words of ours, they fit */
}

/* Writes @nr records with one write, and takes them over once they are there. */
static int append(struct journal *journal, const struct record *record, unsigned int nr, bool sync,
		  struct err *err)
{
	struct text lines = { 0 };
	int ret, ret_after;
	unsigned int i;

	ret = journal->read_only ? -EROFS : fault_point("before a journal write");
	for (i = 0; i < nr && !ret; i++)
		ret = record_line(&record[i], &lines);
	if (!ret)
		ret = store_append(journal->fd, journal->good, lines.s, lines.len, sync);
	if (ret) {
		text_free(&lines);
		return store_fail(err, ret, journal->dir, "the journal cannot be written");
	}
	journal->good += lines.len;
	text_free(&lines);
	for (i = 0; i < nr && !ret; i++)
		ret = replay_record(&journal->state, &record[i], err);
	ret_after = fault_point("after a journal write");
	if (!ret && ret_after)
		ret = store_fail(err, ret_after, journal->dir, "the journal was written, but");
	return ret;
}

int journal_append(struct journal *journal, struct record *record, bool sync, struct err *err)
{
	if (journal->fd < 0)
		return err_set(err, -ENOENT, "%s: there is no journal to write to", journal->dir);
	record_stamp(record->time);
	return append(journal, record, 1, sync, err);
}

int journal_shorten(struct journal *journal, bool shelve)
{
	struct text lines = { 0 };
	int ret, fd;

	ret = record_short(&journal->state, &lines);
	if (!ret && shelve)
		ret = store_shelve_copy(journal->dirfd);
	if (!ret)
		ret = store_replace(journal->dirfd, lines.s, lines.len);
	fd = ret ? -1 : openat(journal->dirfd, STORE_JOURNAL, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (!ret && fd < 0)
		ret = -errno;
	if (!ret) {
		close(journal->fd);
		journal->fd = fd;
		journal->good = lines.len;
		journal->version = RECORD_VERSION;
	}
	text_free(&lines);
	return ret;
}

static int file_create(struct journal *journal, struct err *err)
{
	int ret;

	if (journal->fd >= 0)
		return 0;
	journal->fd = openat(journal->dirfd, STORE_JOURNAL,
			     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal->fd < 0) {
		ret = -errno;
		return store_fail(err, ret, journal->dir, "the journal cannot be made");
	}
	return 0;
}

/* The intents are there, but may not survive: nothing will be made of them. */
static void intents_revert(struct journal *journal, const struct plan *plan)
{
	unsigned int i;
	int at;

	for (i = 0; i < plan->nr_step; i++) {
		at = journal_find(&journal->state, &plan->step[i].knob);
		if (at >= 0)
			/* the first failure is what counts; an undo finds nothing to do */
			(void)journal_reverted(journal, (unsigned int)at, NULL);
	}
}

/*
 * A long journal is as good as a short one; an old one must not take what its
 * readers do not know.
 */
static int shorten_where_due(struct journal *journal, struct err *err)
{
	bool old = journal->good && journal->version < RECORD_VERSION;
	int ret;

	if (!old && journal->good <= JOURNAL_LONG_BYTES)
		return 0;
	ret = journal->read_only ? -EROFS : journal_shorten(journal, true);
	return ret && old ? store_fail(err, ret, journal->dir, "the journal cannot be rewritten") :
			    0;
}

int journal_intend(struct journal *journal, const struct node *node, const struct plan *plan,
		   uint64_t deadline_boot_ms, bool confirm, struct err *err)
{
	struct record record[2] = {
		{ .record = RECORD_OPEN, .version = RECORD_VERSION },
		{ .record = RECORD_INTENTS,
		  .step = plan->step,
		  .nr_step = plan->nr_step,
		  .deadline_boot_ms = deadline_boot_ms,
		  .confirm = confirm },
	};
	bool first = !journal->state.opened[0];
	size_t good;
	int ret;

	ret = shorten_where_due(journal, err);
	if (!ret)
		ret = file_create(journal, err);
	if (ret)
		return ret;
	record_stamp(record[0].time);
	memcpy(record[0].boot_id, node->boot_id, sizeof(node->boot_id));
	memcpy(record[0].machine_id, node->machine_id, sizeof(node->machine_id));
	memcpy(record[0].instance_id, node->instance_id, sizeof(node->instance_id));
	memcpy(record[1].time, record[0].time, sizeof(record[0].time));
	memcpy(record[1].who, journal->who, sizeof(journal->who));
	memcpy(record[1].why, journal->why, sizeof(journal->why));
	good = journal->good;
	ret = append(journal, first ? record : record + 1, first ? 2 : 1, true, err);
	if (!ret) {
		journal->version = RECORD_VERSION;
		ret = store_sync(journal->dirfd);
		if (ret)
			(void)store_fail(err, ret, journal->dir,
					 "the journal's folder cannot be synced");
	}
	if (ret && journal->good != good)
		intents_revert(journal, plan);
	return ret;
}

int journal_done(struct journal *journal, unsigned int i, struct err *err)
{
	struct record record = { .record = RECORD_DONE, .entry = i };

	return journal_append(journal, &record, false, err);
}

int journal_complete(struct journal *journal, struct err *err)
{
	struct record record = { .record = RECORD_COMPLETE };

	return journal_append(journal, &record, true, err);
}

int journal_deadline(struct journal *journal, uint64_t deadline_boot_ms, bool confirm,
		     struct err *err)
{
	struct record record = { .record = RECORD_DEADLINE,
				 .deadline_boot_ms = deadline_boot_ms,
				 .confirm = confirm };

	memcpy(record.who, journal->who, sizeof(journal->who));
	return journal_append(journal, &record, true, err);
}

int journal_undone(struct journal *journal, unsigned int i, enum outcome outcome, const char *now,
		   const char *note, struct err *err)
{
	struct record record = { .record = RECORD_UNDONE, .entry = i, .outcome = outcome };

	(void)text_copy(record.now, sizeof(record.now), now ? now : ""); /* shortened is enough */
	(void)text_copy(record.note, sizeof(record.note), note ? note : "");
	return journal_append(journal, &record, false, err);
}

int journal_reverted(struct journal *journal, unsigned int i, struct err *err)
{
	struct record record = { .record = RECORD_REVERTED, .entry = i };

	return journal_append(journal, &record, false, err);
}

int journal_yielded(struct journal *journal, unsigned int i, const char *now, const char *who,
		    struct err *err)
{
	struct record record = { .record = RECORD_YIELDED, .entry = i };

	(void)text_copy(record.now, sizeof(record.now), now); /* shortened is enough */
	(void)text_copy(record.note, sizeof(record.note), who);
	return journal_append(journal, &record, true, err);
}

int journal_undoing(struct journal *journal, const unsigned int *entry, const char *const *found,
		    unsigned int nr, struct err *err)
{
	struct kept *kept = calloc(nr + 1, sizeof(*kept));
	struct record record = { .record = RECORD_UNDOING, .kept = kept, .nr_kept = nr };
	unsigned int i;
	int ret;

	if (!kept)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < nr; i++) {
		kept[i].entry = entry[i];
		kept[i].found = (char *)(uintptr_t)found[i]; /* borrowed, not written to */
	}
	ret = journal_append(journal, &record, true, err);
	free(kept);
	return ret;
}

int journal_finish(struct journal *journal, const char *why, struct err *err)
{
	struct record record = { .record = RECORD_FINISH };
	int ret;

	if (journal->fd < 0)
		return 0;
	if (!journal->good) {
		/* made, and then nothing could be written to it */
		ret = unlinkat(journal->dirfd, STORE_JOURNAL, 0) ? -errno : 0;
		journal_file_close(journal);
		return ret ? store_fail(err, ret, journal->dir, "it cannot be removed") : 0;
	}
	memcpy(record.who, journal->who, sizeof(journal->who));
	(void)text_copy(record.why, sizeof(record.why), why); /* shortened is enough */
	/* Without the line the rename says it too: a full disk must not keep the journal open. */
	(void)journal_append(journal, &record, true, NULL);
	ret = store_shelve(journal->dirfd);
	if (ret)
		return err_set(err, ret,
			       "all was given back, but %s/" STORE_JOURNAL
			       " cannot be closed: %s; run netlane down again when it is writable",
			       journal->dir, strerror(-ret));
	journal_file_close(journal);
	return 0;
}

int journal_finish_if_last(struct journal *journal, const char *why, struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++)
		if (!state->entry[i].undone)
			return 0;
	return journal_finish(journal, why, err);
}
