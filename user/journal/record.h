/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of the journal, as data and as text. The rule: a line that this
 * file wrote reads back as what was meant, or not at all.
 */
#ifndef NETLANE_JOURNAL_RECORD_H
#define NETLANE_JOURNAL_RECORD_H

#include "base/err.h"
#include "base/fields.h"
#include "base/text.h"
#include "types.h"

/*
 * A higher number means that an older netlane must not act on it. 2: knobs that
 * a reboot does not undo (NetworkManager's file); a build of version 1 would
 * take such a line for damage, and salvage without it.
 */
#define RECORD_VERSION 2

/* X(id, word in the file) */
#define RECORD_LIST(X)                                                          \
	X(OPEN, "open") /* first line: which boot and machine, since when */    \
	X(INTENTS, "intents") /* an up is about to make all these steps */      \
	X(DONE, "done") /* an entry was written and read back */                \
	X(COMPLETE, "complete") /* the up came to its end */                    \
	X(DEADLINE, "deadline") /* when it is to be undone */                   \
	X(UNDOING, "undoing") /* an undo is about to change a NIC's channels */ \
	X(UNDONE, "undone") /* an entry was given back or let go */             \
	X(REVERTED, "reverted") /* a failed up took back its step */            \
	X(YIELDED, "yielded") /* an entry is left to somebody until an up */    \
	X(STATE, "state") /* all of the above in one, of a journal cut short */ \
	X(VOID, "void") /* a reboot undid what stood */                         \
	X(FINISH, "finish") /* nothing of ours stands any more */

#define RECORD_ID(id, name) RECORD_##id,
enum record_kind { RECORD_LIST(RECORD_ID) RECORD_COUNT };

/* A value that an undo found and that is to survive a channel change. */
struct kept {
	unsigned int entry;
	char *found; /* NULL: the entry's own before is to come back */
};

/* All kinds in one; a kind uses the members of its table in record.c. */
struct record {
	enum record_kind record;
	unsigned int version;
	char time[32]; /* RFC 3339 UTC */
	char boot_id[40];
	char machine_id[40];
	char instance_id[40];
	char who[128];
	char why[128];
	struct step *step;
	unsigned int nr_step;
	uint64_t deadline_boot_ms;
	bool confirm;
	unsigned int entry; /* index into the merged entries, which only grow */
	enum outcome outcome;
	char now[96];
	char note[160];
	struct kept *kept;
	unsigned int nr_kept;
	struct journal_state state;
};

/* Adds "CRC32 JSON\n" to @out. 0 or -ENOMEM. */
int record_line(const struct record *record, struct text *out);
/* Adds the two lines that say all of @state. 0 or -ENOMEM. */
int record_short(const struct journal_state *state, struct text *out);
/*
 * Reads one line without its newline. -EBADMSG: the checksum does not fit;
 * -EPROTO: it does, but the line makes no sense; -ENOTSUP: written by a newer
 * netlane (its version, record or a word in it is unknown here). 0: the caller
 * frees with record_free().
 */
int record_parse(const char *line, struct record *record, struct err *err);
void record_free(struct record *record);
/* The present time as RFC 3339 UTC. */
void record_stamp(char time[32]);

#endif /* NETLANE_JOURNAL_RECORD_H */
