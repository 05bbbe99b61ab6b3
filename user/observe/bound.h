/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rows of a census have ports that bind() chose, with an address and port 0
 * before connect(). No interface of the kernel tells; the ports' parity does.
 */
#ifndef NETLANE_OBSERVE_BOUND_H
#define NETLANE_OBSERVE_BOUND_H

#include "base/census.h"

/* Sockets whose ports are remembered, 8 bytes each; of more nothing is said. */
#define BOUND_SEEN_MAX (1U << 20)

struct bound {
	struct bound_seen
		*seen; /* ports by row, to tell different ones once bind()'s rows are known */
	unsigned int nr;
	bool incomplete; /* there were more, or memory ran out */
};

/* Remembers that a socket of row @row has @port. */
void bound_add(struct bound *bound, unsigned int row, unsigned int port);
/* Sets .bound of each row and of @census; rows in the order of bound_add(). */
void bound_find(const struct bound *bound, struct census *census);
void bound_free(struct bound *bound);

#endif /* NETLANE_OBSERVE_BOUND_H */
