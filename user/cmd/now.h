/* SPDX-License-Identifier: GPL-2.0 */
/* What the lanes carry right now, in one line, and whether new connections are taken. */
#ifndef NETLANE_CMD_NOW_H
#define NETLANE_CMD_NOW_H

#include "base/text.h"
#include "types.h"

/*
 * "now     812k pps in, ...\n" from the counters that are kept, over a quarter
 * of a second; where none are, why. A second line where ports are drained.
 */
void now_add(struct text *out, const struct facts *facts, const struct plan *plan);

#endif /* NETLANE_CMD_NOW_H */
