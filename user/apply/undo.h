/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Giving knobs back by the three-way rule, for a `down` (what the journal
 * says) and for an up that failed (what this run touched). The rule: every
 * knob is read and judged before the first one is written. Only apply/
 * includes it.
 */
#ifndef NETLANE_APPLY_UNDO_H
#define NETLANE_APPLY_UNDO_H

#include "apply/apply.h"

/* One knob to give back. What it points to is its own, freed by undo_free(). */
struct undo_item {
	struct step step; /* the knob; before: what it goes back to; after: what is ours */
	char *earlier; /* ours as well, or NULL */
	char *found; /* somebody's value that an undo cut short was to carry over, or NULL */
	bool done; /* written for certain: a driver's default there came later */
	bool shaken_before; /* netlane has changed the channels of its NIC before */
	int entry; /* in the journal, -1: only kept over a channel change */

	/* judged and made by undo_run() */
	char *now;
	enum outcome outcome;
	const char *target; /* what is to stand there; NULL: the driver's default */
	bool shaken; /* this undo changed the channels: the driver rewrote it */
	char note[160];
};

struct undo {
	const char *root;
	struct journal *journal;
	const struct apply_watch *watch;
	struct undo_report *report;
	/* Tells the journal what became of an item that is not FAILED. */
	int (*settle)(struct journal *journal, const struct undo_item *item);
	struct undo_item *item;
	unsigned int nr;
	unsigned int nr_settled;
	struct err *err; /* the first that failed */
};

/* A zeroed item with a copy of @step; NULL: no memory. */
struct undo_item *undo_add(struct undo *undo, const struct step *step);
/* Judges and gives back all. 0, or -EIO when one failed; *report counts. */
int undo_run(struct undo *undo);
void undo_free(struct undo *undo);

/* judge.c: reads the knob and decides outcome and target. */
void undo_judge(const char *root, struct undo_item *item);
/*
 * judge.c: what somebody set on the NIC of @channels and netlane has no entry
 * for is added as FOREIGN, so that a channel change does not lose it.
 */
int undo_keep_foreign(struct undo *undo, const struct undo_item *channels);

#endif /* NETLANE_APPLY_UNDO_H */
