/* SPDX-License-Identifier: GPL-2.0 */
/* Which ports take new connections, set through the journal. */
#ifndef NETLANE_CMD_DRAIN_SET_H
#define NETLANE_CMD_DRAIN_SET_H

#include "base/err.h"
#include "journal/journal.h"

/*
 * Makes namespace @netns (its inode) so: @value is one of KNOB_DRAIN's. The service does it,
 * where one lives, else this process, for @who or, NULL, its parent, under the journal's lock.
 * 0 or -errno with a sentence.
 */
int drain_set(unsigned int netns, const char *value, const char *who, struct err *err);
/* The same by this process. */
int drain_set_here(unsigned int netns, const char *value, const char *who, struct err *err);

#endif /* NETLANE_CMD_DRAIN_SET_H */
