/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a reboot makes of what a journal holds: runtime settings are void, files
 * are still netlane's. The rule: which is which is the kind's alone
 * (knob_lasts()). Pure. Only journal/ includes it.
 */
#ifndef NETLANE_JOURNAL_REBOOT_H
#define NETLANE_JOURNAL_REBOOT_H

#include "types.h"

/* What the reboot undid is void. */
void reboot_void(struct journal_state *state);
/*
 * A state of an earlier boot becomes one of @node's boot, with nothing in it
 * but what outlived the reboot. A time that it had has run out meanwhile.
 */
void reboot_take(struct journal_state *state, const struct node *node);

#endif /* NETLANE_JOURNAL_REBOOT_H */
