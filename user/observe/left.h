/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections to some local ports of this network namespace: what a drained node
 * still serves, and their end.
 */
#ifndef NETLANE_OBSERVE_LEFT_H
#define NETLANE_OBSERVE_LEFT_H

#include "base/err.h"
#include "base/left.h"
#include "base/portset.h"

struct left {
	struct left_port *port; /* ascending, those with connections alone */
	unsigned int nr_port;
	unsigned int all; /* the sum of all of them */
};

/* @named: who holds them as well, which takes a walk through /proc. 0 or -errno with a sentence. */
int left_read(const struct portset *ports, bool named, struct left *left, struct err *err);
void left_free(struct left *left);
/*
 * Resets what left_read() counts, each by its own tuple and cookie. 0, -EOPNOTSUPP: this
 * kernel cannot (CONFIG_INET_DIAG_DESTROY), or -errno; *nr: how many were reset.
 */
int left_reset(const struct portset *ports, unsigned int *nr, struct err *err);

#endif /* NETLANE_OBSERVE_LEFT_H */
