/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netlane changed, so that it can be given back: an append-only file of
 * checksummed lines, fsynced before the first change. All intents of an `up`
 * are written in one batch, so a full disk fails before anything is changed.
 * The one rule: no knob is written whose before is not in the journal.
 *
 * A line is "CRC32 JSON\n" (8 hex digits over the JSON text, zlib's crc32).
 * A torn last line was never followed by a change and is dropped; a damaged
 * line before the end is -EBADMSG with file and line.
 */
#ifndef NETLANE_JOURNAL_JOURNAL_H
#define NETLANE_JOURNAL_JOURNAL_H

#include "base/err.h"
#include "base/fields.h"
#include "types.h"

#define JOURNAL_DIR "/var/lib/netlane"

struct journal;

/*
 * Opens for changing, under the writers' lock; -EBUSY names the pid that
 * holds it. Creates @dir (0700) when absent. Of a journal of another boot only
 * what outlives a reboot stands, the rest is void and closed as such; one of
 * another machine or instance is set aside under another name; *said then holds
 * a sentence about it, else "".
 */
int journal_open(const char *dir, const struct node *node, struct journal **journal,
		 struct err *said, struct err *err);
void journal_close(struct journal *journal);
/* On whose behalf, where that is not the caller's parent process (a daemon's client). */
void journal_who(struct journal *journal, const char *who);
/*
 * What the next intents are for, a word for the log; "": an up. The others are
 * not about lanes, or not about all of them, and leave what stands as whole as it was.
 */
#define JOURNAL_REPAIR "repair"
#define JOURNAL_STEER "steer"
#define JOURNAL_DRAIN "drain"
void journal_why(struct journal *journal, const char *why);
/* What the journal says, merged by knob; stays valid until the next call on it. */
const struct journal_state *journal_state(const struct journal *journal);

/*
 * Records that every step of @plan is about to be made, fsynced with its
 * folder. A knob that already has an open entry keeps its first before.
 * @deadline_boot_ms: CLOCK_BOOTTIME at which it is to be undone, 0 none: it
 * takes the place of an earlier deadline. What follows is not synced line by
 * line: after a power cut nothing but the intents and the history counts.
 */
int journal_intend(struct journal *journal, const struct node *node, const struct plan *plan,
		   uint64_t deadline_boot_ms, bool confirm, struct err *err);
/* Step @i of the state's entries was written and read back. */
int journal_done(struct journal *journal, unsigned int i, struct err *err);
/* The up came to its end. */
int journal_complete(struct journal *journal, struct err *err);
/* The deadline is lifted (confirmed) or set anew. 0 lifts it. */
int journal_deadline(struct journal *journal, uint64_t deadline_boot_ms, bool confirm,
		     struct err *err);
/*
 * Entry @i is no longer ours, unless @outcome is OUTCOME_FAILED. @now: the
 * value found, for OUTCOME_FOREIGN; @note: what else there is to say, or NULL.
 */
int journal_undone(struct journal *journal, unsigned int i, enum outcome outcome, const char *now,
		   const char *note, struct err *err);
/*
 * An undo is about to change the channels of a NIC, and its driver will
 * rewrite these entries: a driver's default that a later undo finds there is
 * netlane's doing. @found[i]: somebody's value to carry over, NULL the before.
 */
int journal_undoing(struct journal *journal, const unsigned int *entry, const char *const *found,
		    unsigned int nr, struct err *err);
/*
 * Entry @i is left to @who, whose value is @now, until intents for it come
 * again: nobody repairs it, and an undo finds it foreign.
 */
int journal_yielded(struct journal *journal, unsigned int i, const char *now, const char *who,
		    struct err *err);
/* The up that failed took back its step of entry @i, which is what it was before that up. */
int journal_reverted(struct journal *journal, unsigned int i, struct err *err);
/* Nothing of ours stands any more: the file becomes history. @why: "down", "failed up", ... */
int journal_finish(struct journal *journal, const char *why, struct err *err);
/* The same where no entry is ours any more; else it goes on. */
int journal_finish_if_last(struct journal *journal, const char *why, struct err *err);
/*
 * Keeps a damaged journal under another name (*moved_to) and puts its readable
 * part, up to the damage, in its place, so that it can be undone. -ENOENT when
 * there is none; 0 with moved_to "" when it is not damaged.
 */
int journal_set_aside(const char *dir, char moved_to[256], struct err *err);

/*
 * Reads without lock and without changing anything. -ENOENT: there is none.
 * -ENOTSUP: a newer netlane's. It may be of another boot: see journal_origin().
 */
int journal_read(const char *dir, struct journal_state *state, struct err *err);
/* As journal_read(), but takes what stands before the damage; *line says where it is. */
int journal_salvage(const char *dir, struct journal_state *state, unsigned int *line,
		    struct err *err);
/* Index of @knob's entry, given back or not; -1: there never was one. */
int journal_find(const struct journal_state *state, const struct knob *knob);
void journal_state_free(struct journal_state *state);
/* Leaves of a state of another boot (JOURNAL_OTHER_BOOT) what still stands: files. */
void journal_outlived(struct journal_state *state, const struct node *node);

/* Where a journal was written, seen from @node. Ids that are "" say nothing. */
enum journal_origin { JOURNAL_HERE, JOURNAL_OTHER_BOOT, JOURNAL_OTHER_MACHINE };
enum journal_origin journal_origin(const struct journal_state *state, const struct node *node);

/* One line of `netlane log`. */
struct journal_event {
	char when[32]; /* RFC 3339 UTC */
	char what[24]; /* up, repair, step, yielded, complete, deadline, undone, ... */
	char knob[160]; /* "eth0 xps tx-3", or "" */
	char from[80];
	char to[80];
	char who[64]; /* "root by sshd (pid 812)", as far as known */
	char note[160];
};

/* All events of the kept history, oldest first. Freed by the caller: free(*events). */
int journal_history(const char *dir, struct journal_event **events, unsigned int *nr,
		    struct err *err);

extern const struct field journal_event_fields[];
extern const struct field journal_state_fields[];

#endif /* NETLANE_JOURNAL_JOURNAL_H */
