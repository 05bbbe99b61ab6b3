/* SPDX-License-Identifier: GPL-2.0 */
/* Counting what lanes carry, as long as netlane is at work on the node. */
#ifndef NETLANE_CMD_COUNTING_H
#define NETLANE_CMD_COUNTING_H

#include <stdbool.h>

/*
 * Lets it begin, or go on, or where @wanted is false (counters = no) end. What
 * prevents it is said and prevents nothing else.
 */
void counting_follow(bool wanted);
/* Ends it, and takes all of netlane's BPF out of the kernel. Returns the exit code. */
int counting_end(void);

#endif /* NETLANE_CMD_COUNTING_H */
