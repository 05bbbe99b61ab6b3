// SPDX-License-Identifier: GPL-2.0
/* Opening the journal: ours, void, or of another machine; see journal.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/step.h"
#include "journal/file.h"
#include "journal/reboot.h"
#include "journal/replay.h"
#include "journal/store.h"
#include "journal/who.h"

/* How many entries a reboot undid: those that it leaves are not counted. */
static unsigned int entries_void(const struct journal_state *state)
{
	unsigned int i, nr = 0;

	for (i = 0; i < state->nr_entry; i++)
		nr += !state->entry[i].undone && !knob_lasts(state->entry[i].step.knob.kind);
	return nr;
}

/*
 * What outlived the reboot stays, in a journal of this boot; one that had come
 * to two lines already has nothing for the history. Where it cannot be written,
 * an undo is still right by the old one, and an up must not be.
 */
static int outlived_keep(struct journal *journal, const struct node *node, unsigned int lines)
{
	reboot_take(&journal->state, node);
	if (!journal->state.open)
		return store_shelve(journal->dirfd);
	journal->read_only |= journal_shorten(journal, lines > 2);
	return 0;
}

/* A reboot undid what stands in it, but for files: into the history with it. */
static int void_take(struct journal *journal, const struct node *node, unsigned int lines,
		     bool damaged, struct err *said, struct err *err)
{
	struct record record = { .record = RECORD_VOID };
	unsigned int nr = entries_void(&journal->state);
	char opened[sizeof(journal->state.opened)];
	int ret;

	memcpy(opened, journal->state.opened, sizeof(opened));
	if (!damaged && nr)
		/* on a full disk the boot of its first line must do */
		(void)journal_append(journal, &record, false, NULL);
	ret = outlived_keep(journal, node, lines + (nr || damaged));
	if (ret)
		return store_fail(err, ret, journal->dir, "the old journal cannot be shelved");
	if (nr || damaged)
		(void)err_set(
			said, 0,
			"the journal of an earlier boot (%u changes, opened %s%s) is void: the "
			"reboot undid them; see netlane log",
			nr, opened, damaged ? ", damaged" : "");
	if (!journal->state.open)
		journal_file_close(journal);
	return 0;
}

static int other_take(struct journal *journal, struct err *said, struct err *err)
{
	char name[STORE_NAME_LEN];
	int ret = store_aside(journal->dirfd, "other", false, name);

	if (ret)
		return store_fail(err, ret, journal->dir,
				  "the journal of another machine cannot be set aside");
	journal_file_close(journal);
	(void)err_set(said, 0,
		      "the journal was written on another machine or instance (a golden image, a "
		      "resize): nothing of it is undone here; it is kept as %s/%s",
		      journal->dir, name);
	return 0;
}

static int file_open(struct journal *journal, struct err *err)
{
	int flags = O_CLOEXEC | O_NOFOLLOW, ret;

	journal->fd = openat(journal->dirfd, STORE_JOURNAL, flags | O_WRONLY);
	/* EPERM is an immutable file: root is refused nothing else */
	journal->read_only = journal->fd < 0 && (errno == EROFS || errno == EPERM);
	if (journal->read_only)
		journal->fd = openat(journal->dirfd, STORE_JOURNAL, flags | O_RDONLY);
	ret = journal->fd < 0 ? -errno : 0;
	return ret ? store_fail(err, ret, journal->dir, "the journal cannot be written") : 0;
}

/* What is there already: ours to go on with, or somebody else's or void. */
static int existing_take(struct journal *journal, const struct node *node, struct err *said,
			 struct err *err)
{
	struct err why = { 0 };
	struct replay replay;
	size_t len;
	char *text;
	int ret, damage;

	ret = store_read(journal->dirfd, journal->dir, STORE_JOURNAL, &text, &len, err);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	damage = replay_text(text, len, &replay, NULL, NULL, &why);
	free(text);
	journal->state = replay.state;
	journal->good = replay.good;
	journal->version = replay.version;
	ret = file_open(journal, err);
	if (ret)
		return ret;
	switch (journal_origin(&journal->state, node)) {
	case JOURNAL_OTHER_MACHINE:
		ret = other_take(journal, said, err);
		break;
	case JOURNAL_OTHER_BOOT:
		if (!damage || damage == -EBADMSG)
			return void_take(journal, node, replay.lines, damage, said, err);
		/* fall through */
	case JOURNAL_HERE:
		if (damage) {
			(void)replay_damage(journal->dir, &replay, damage, &why);
			return err_set(err, damage, "%s", why.text);
		}
		/* all was given back, and only the end of it was cut short */
		if (!replay.finished && (journal->state.open || !journal->state.nr_entry))
			return 0;
		ret = store_shelve(journal->dirfd);
		journal_file_close(journal);
		break;
	}
	return ret ? store_fail(err, ret, journal->dir, "the journal cannot be put away") : 0;
}

int journal_open(const char *dir, const struct node *node, struct journal **journal,
		 struct err *said, struct err *err)
{
	struct journal *j = calloc(1, sizeof(*j));
	int ret;

	*journal = NULL;
	if (!j)
		return err_set(err, -ENOMEM, "out of memory");
	j->dirfd = j->lockfd = j->fd = -1;
	if (!text_copy(j->dir, sizeof(j->dir), dir)) {
		ret = err_set(err, -ENAMETOOLONG, "%.60s...: the path is too long", dir);
		goto close_journal;
	}
	who_get(j->who, sizeof(j->who));
	ret = j->dirfd = store_open(dir, true, err);
	if (ret < 0)
		goto close_journal;
	ret = j->lockfd = store_lock(j->dirfd, dir, err);
	if (ret < 0)
		goto close_journal;
	ret = existing_take(j, node, said, err);
	if (ret)
		goto close_journal;
	*journal = j;
	return 0;
close_journal:
	journal_close(j);
	return ret;
}
