// SPDX-License-Identifier: GPL-2.0
/* Looking at a journal without writing to it, and mending one; see journal.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/journal.h"
#include "journal/reboot.h"
#include "journal/replay.h"
#include "journal/store.h"

static bool differ(const char *a, const char *b)
{
	return a[0] && b[0] && strcmp(a, b);
}

enum journal_origin journal_origin(const struct journal_state *state, const struct node *node)
{
	/* one boot is one machine, whatever was written to /etc/machine-id since */
	if (state->boot_id[0] && !strcmp(state->boot_id, node->boot_id))
		return JOURNAL_HERE;
	if (differ(state->machine_id, node->machine_id) ||
	    differ(state->instance_id, node->instance_id))
		return JOURNAL_OTHER_MACHINE;
	return differ(state->boot_id, node->boot_id) ? JOURNAL_OTHER_BOOT : JOURNAL_HERE;
}

void journal_outlived(struct journal_state *state, const struct node *node)
{
	reboot_take(state, node);
}

int replay_damage(const char *dir, const struct replay *replay, int ret, struct err *err)
{
	if (ret == -EBADMSG)
		err_prefix(err, "%s/" STORE_JOURNAL ":%u is damaged: ", dir, replay->lines + 1);
	else
		err_prefix(err, "%s/" STORE_JOURNAL ":%u: ", dir, replay->lines + 1);
	if (ret == -EBADMSG && strlen(err->text) + 80 < sizeof(err->text))
		strcat(err->text, "; netlane down --salvage gives back what stands before it");
	return ret;
}

/* The file's text and what it says. @ret of replay_text() goes to *damage. */
static int file_replay(int dirfd, const char *dir, char **text, struct replay *replay, int *damage,
		       struct err *err)
{
	size_t len;
	int ret = store_read(dirfd, dir, STORE_JOURNAL, text, &len, err);

	memset(replay, 0, sizeof(*replay));
	*damage = 0;
	if (!ret)
		*damage = replay_text(*text, len, replay, NULL, NULL, err);
	return ret;
}

static int dir_replay(const char *dir, struct replay *replay, int *damage, struct err *err)
{
	int dirfd = store_open(dir, false, err), ret;
	char *text;

	memset(replay, 0, sizeof(*replay));
	if (dirfd < 0)
		return dirfd;
	ret = file_replay(dirfd, dir, &text, replay, damage, err);
	close(dirfd);
	free(text);
	if (!ret && !*damage && !replay->lines)
		ret = -ENOENT; /* torn before its first line was whole */
	return ret;
}

int journal_read(const char *dir, struct journal_state *state, struct err *err)
{
	struct replay replay;
	int damage, ret;

	memset(state, 0, sizeof(*state));
	ret = dir_replay(dir, &replay, &damage, err);
	if (!ret && damage)
		ret = replay_damage(dir, &replay, damage, err);
	if (ret)
		journal_state_free(&replay.state);
	else
		*state = replay.state;
	return ret;
}

int journal_salvage(const char *dir, struct journal_state *state, unsigned int *line,
		    struct err *err)
{
	struct err ignored = { 0 };
	struct replay replay;
	int damage, ret;

	memset(state, 0, sizeof(*state));
	*line = 0;
	ret = dir_replay(dir, &replay, &damage, &ignored);
	if (!ret && damage && damage != -EBADMSG)
		ret = damage;
	if (ret) {
		journal_state_free(&replay.state);
		return err_set(err, ret, "%s", ignored.text);
	}
	*line = damage ? replay.lines + 1 : 0;
	*state = replay.state;
	return 0;
}

int journal_set_aside(const char *dir, char moved_to[256], struct err *err)
{
	int dirfd, lockfd, damage, ret;
	struct err why = { 0 };
	struct replay replay;
	char *text = NULL, name[STORE_NAME_LEN];

	moved_to[0] = 0;
	dirfd = store_open(dir, false, err);
	if (dirfd < 0)
		return dirfd;
	ret = lockfd = store_lock(dirfd, dir, err);
	if (ret < 0)
		goto close_dir;
	ret = file_replay(dirfd, dir, &text, &replay, &damage, &why);
	journal_state_free(&replay.state);
	if (!ret && damage == -EBADMSG) {
		ret = store_aside(dirfd, "damaged", true, name);
		if (!ret)
			ret = store_replace(dirfd, text, replay.good);
		if (ret)
			(void)store_fail(err, ret, dir, "the journal cannot be mended");
		else
			(void)snprintf(moved_to, 256, "%s/%s", dir, name); /* fits a real dir */
	} else if (!ret && damage) {
		ret = replay_damage(dir, &replay, damage, &why);
	}
	if (ret)
		(void)err_set(err, ret, "%s", why.text);
	free(text);
	close(lockfd);
close_dir:
	close(dirfd);
	return ret;
}
