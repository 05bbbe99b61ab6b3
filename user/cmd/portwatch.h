/* SPDX-License-Identifier: GPL-2.0 */
/* The service's eye on local ports: who runs out of them, and who just did. */
#ifndef NETLANE_CMD_PORTWATCH_H
#define NETLANE_CMD_PORTWATCH_H

#include <stdint.h>

/* All-zero before the first look. */
struct portwatch {
	uint64_t looked_ns; /* CLOCK_MONOTONIC of the last look */
	uint64_t refused_ns; /* up to when connect()s that failed have been looked at */
	uint64_t said_ns; /* when that was last said */
	uint64_t warned_ns; /* when a forecast was last said */
	uint64_t walk_ns; /* CLOCK_MONOTONIC: no walk before on a mere suspicion of all together */
	char warned[80]; /* of whom */
	char status[160]; /* what is wrong now, or "" */
};

/*
 * Reads what is counted, and says what is new: a destination, or an address of
 * ours, whose ports will run out, and connect()s that found none. Nothing where nothing is counted;
 * nothing either when the last look was a few seconds ago.
 */
void portwatch_look(struct portwatch *w);

#endif /* NETLANE_CMD_PORTWATCH_H */
