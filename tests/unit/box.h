/* SPDX-License-Identifier: GPL-2.0 */
/* A journal in a folder of its own, for the tests of it, and what they claim of it. */
#ifndef NETLANE_TESTS_BOX_H
#define NETLANE_TESTS_BOX_H

#include "journal/journal.h"
#include "tests/unit/machine.h"
#include "tests/unit/tree.h"

struct box {
	struct tree tree;
	char dir[96];
	struct journal *j;
	struct err said;
	struct err err;
};

#define OK(call)                                                        \
	do {                                                            \
		int ok_ret = (call);                                    \
		CLAIM(!ok_ret, #call ": %d %s", ok_ret, box->err.text); \
	} while (0)

extern const struct node box_node; /* this boot, machine and instance */

struct box *box_of(void **state);
int box_make(void **state);
int box_free(void **state);
void box_open(struct box *box, const struct node *node);
void box_steps(struct step step[2]);
void box_intend(struct box *box, struct step *step, unsigned int nr);
void box_up(struct box *box);
char *box_text(const struct journal_state *state);
void box_claim_same(const struct journal_state *a, const struct journal_state *b, const char *when);
void box_claim_on_disk(struct box *box, const char *when);
char *box_slurp(const char *dir, const char *name, size_t *len);
void box_put(const char *dir, const char *name, const char *text, size_t len);

#endif /* NETLANE_TESTS_BOX_H */
