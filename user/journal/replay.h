/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From lines to what is known: each record changes the state as it says. The
 * writer changes its own state by the very same function, after the line is
 * on the disk. The rule: pure; the same lines give the same state.
 */
#ifndef NETLANE_JOURNAL_REPLAY_H
#define NETLANE_JOURNAL_REPLAY_H

#include <stddef.h>

#include "base/err.h"
#include "journal/record.h"
#include "types.h"

/* 0, -EPROTO: it does not fit what went before; -ENOMEM. */
int replay_record(struct journal_state *state, const struct record *record, struct err *err);

/* What an entry points to is freed; the entry is zeroed. */
void replay_entry_free(struct entry *entry);

/* What a whole file says. */
struct replay {
	struct journal_state state;
	size_t good; /* bytes of whole, sound lines */
	unsigned int lines; /* as many */
	unsigned int version; /* of the first one */
	bool torn; /* something stands behind them that was never finished */
	bool finished; /* the last line is a finish: only the renaming was left */
};

/* Called after each record was replayed; not 0 ends the reading. May be NULL. */
typedef int (*replay_each)(void *arg, const struct record *record,
			   const struct journal_state *state);

/*
 * Replays @len bytes at @text, which are written to. A last line without
 * newline or with a wrong checksum is torn and dropped. -EBADMSG at damage
 * before the end, -ENOTSUP at a newer netlane's line: @replay then holds what
 * stands before it. The caller frees @replay->state always.
 */
int replay_text(char *text, size_t len, struct replay *replay, replay_each each, void *arg,
		struct err *err);

/* Puts file, line and what to do around the sentence of replay_text()'s failure; returns @ret. */
int replay_damage(const char *dir, const struct replay *replay, int ret, struct err *err);

#endif /* NETLANE_JOURNAL_REPLAY_H */
