/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who changed a knob, among the touches that were seen lately. The rule:
 * nobody is named who may be the wrong one.
 */
#ifndef NETLANE_CMD_CULPRIT_H
#define NETLANE_CMD_CULPRIT_H

#include "observe/blame.h"
#include "types.h"

/* The touches of the last while, oldest first. All-zero is empty. */
struct culprits {
	struct blame *past;
	unsigned int nr;
};

/* Without memory a touch is forgotten: its author stays unknown. */
void culprits_add(struct culprits *c, const struct blame *blame);
void culprits_free(struct culprits *c);
/*
 * Who made the value that @step found, since @since_ns (CLOCK_BOOTTIME): the
 * last who touched that knob itself, or who made the driver rewrite it. NULL:
 * not seen, or not certain. @nic: where the knob is, NULL for one of the node.
 */
const struct blame *culprit_find(const struct culprits *c, const struct step *step,
				 const struct nic *nic, uint64_t since_ns);
/* Did he touch this very knob, not make a driver do so? */
bool culprit_is_direct(const struct blame *blame, const struct step *step, const struct nic *nic);

#endif /* NETLANE_CMD_CULPRIT_H */
