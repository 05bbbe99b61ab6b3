/* SPDX-License-Identifier: GPL-2.0 */
/* Which threads accepted from which listening sockets, where it is counted. */
#ifndef NETLANE_BASE_TAKERS_H
#define NETLANE_BASE_TAKERS_H

#include <stdbool.h>
#include <stdint.h>

struct taker {
	uint64_t inode; /* of the socket */
	unsigned int tid;
	uint64_t last_ns; /* CLOCK_BOOTTIME of the last time */
};

/* Heap; none where nothing is counted. 0 or -errno. */
int takers_read(struct taker **takers, unsigned int *nr);
/* Is the thread still the one that took, and has it that socket open? */
bool taker_is_there(const struct taker *taker);

#endif /* NETLANE_BASE_TAKERS_H */
