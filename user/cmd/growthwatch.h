/* SPDX-License-Identifier: GPL-2.0 */
/* The service's eye on connections that only ever grow. */
#ifndef NETLANE_CMD_GROWTHWATCH_H
#define NETLANE_CMD_GROWTHWATCH_H

#include <stdint.h>

#include "judge/growth.h"

/* All-zero before the first look. */
struct growthwatch {
	struct growth growth;
	uint64_t next_ns; /* CLOCK_MONOTONIC: not before */
};

/*
 * Counts what is open in this network namespace, at most once a minute and at
 * most a thousandth of a CPU's time; says what has only grown for ten minutes,
 * and leaves it for netlane ports.
 */
void growthwatch_look(struct growthwatch *w);
/* Nobody follows them any more. */
void growthwatch_end(void);

#endif /* NETLANE_CMD_GROWTHWATCH_H */
