/* SPDX-License-Identifier: GPL-2.0 */
/* The journal for one who is about to change the node. */
#ifndef NETLANE_CMD_WRITER_H
#define NETLANE_CMD_WRITER_H

#include "base/err.h"
#include "journal/journal.h"

/*
 * As journal_open() for @who (NULL: this process' parent), and says what that says. What a
 * killed netlane had taken from a NIC is put back first: while the journal is locked, nobody
 * else is at it.
 */
int writer_open(const struct node *node, const char *who, struct journal **journal,
		struct err *err);
/* Only the latter, and says so: for the service's start. */
void writer_settle(void);
/*
 * May what is to stay until somebody ends it begin beside what the journal says? 0, or
 * -EBUSY with a sentence: not while the time of an up runs.
 */
int writer_may_add(const struct journal_state *state, struct err *err);

#endif /* NETLANE_CMD_WRITER_H */
