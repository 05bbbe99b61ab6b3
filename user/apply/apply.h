/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The third stage: makes a plan's steps true, and takes them back. Journals
 * first, writes once, reads back, believes the kernel and not the call.
 */
#ifndef NETLANE_APPLY_APPLY_H
#define NETLANE_APPLY_APPLY_H

#include "base/err.h"
#include "base/text.h"
#include "journal/journal.h"
#include "types.h"

/* Told of each step as it happens; may be NULL. */
struct apply_watch {
	void (*step)(void *arg, const struct step *step, unsigned int i, unsigned int nr);
	void (*undo)(void *arg, const struct entry *entry, unsigned int i, unsigned int nr);
	void *arg;
};

/* What came of an undo, by outcome; OUTCOME_FAILED ones stay open in the journal. */
struct undo_report {
	unsigned int nr[OUTCOME_COUNT];
};

static inline bool undo_report_any(const struct undo_report *report)
{
	unsigned int i, nr = 0;

	for (i = 0; i < OUTCOME_COUNT; i++)
		nr += report->nr[i];
	return nr;
}

/*
 * Journals the whole plan, then makes it step by step. On a failure, or when
 * a knob was changed by somebody between plan and apply, undoes what was done
 * and returns -errno with the sentence of the first cause; *report says what
 * the undo came to.
 */
int apply_plan(const char *root, const struct plan *plan, const struct node *node,
	       struct journal *journal, uint64_t deadline_boot_ms, bool confirm,
	       const struct apply_watch *watch, struct undo_report *report, struct err *err);

/*
 * Gives back what the journal says, by the three-way rule. @why goes into the
 * history. 0 when nothing of ours is left; -EIO when an entry could not be
 * given back (it stays open, the sentence names the first).
 */
int apply_undo(const char *root, struct journal *journal, const char *why,
	       const struct apply_watch *watch, struct undo_report *report, struct err *err);

/*
 * The same of those entries whose place in @those is set; the journal goes on if others
 * are left.
 */
int apply_undo_some(const char *root, struct journal *journal, const char *why, const bool *those,
		    const struct apply_watch *watch, struct undo_report *report, struct err *err);

/*
 * Removes NetworkManager's files that are to the byte netlane's and that no
 * journal knows any more (it was set aside, or lost): after an undo, so that
 * none of them is to be there. Adds their NICs to @macs; returns how many, or
 * -errno of the first that stays.
 */
int nm_orphans_remove(struct text *macs, struct err *err);

/*
 * Ends netlane's program in every group of listening sockets, for none that a
 * journal knows is there any more: after an undo. Adds what they listen on to
 * @listens; returns how many, or -errno of the first that stays.
 */
int steer_orphans_end(struct text *listens, struct err *err);
/* Closes the entries of threads that have ended: their ids may be others' soon. 0 or -errno. */
int pins_forget(struct journal *journal);

/*
 * Ends bindings that no journal knows. 1, with what they were in *value (heap);
 * 0: there were none; -errno with a sentence.
 */
int bind_orphans_end(char **value, struct err *err);

#endif /* NETLANE_APPLY_APPLY_H */
