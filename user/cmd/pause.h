/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long the service waits between two looks. The rule: one who rewrites
 * what is repaired costs the node little, however he spaces it.
 */
#ifndef NETLANE_CMD_PAUSE_H
#define NETLANE_CMD_PAUSE_H

#include <stdint.h>

#define PAUSE_US 100000
#define PAUSE_MAX_US 5000000
/* Looks that found something, before the pauses are long; one more each PAUSE_MAX_US. */
#define PAUSE_CREDIT 32

struct pause {
	uint64_t us; /* to wait after the last look */
	unsigned int spent; /* of the credit */
	uint64_t paid_us; /* until when credit was given back */
};

void pause_begin(struct pause *pause, uint64_t now_us);
/* A look ended at @now_us with @ret, as of keep_look(). */
void pause_after(struct pause *pause, uint64_t now_us, int ret);

#endif /* NETLANE_CMD_PAUSE_H */
