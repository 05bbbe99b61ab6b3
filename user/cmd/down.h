/* SPDX-License-Identifier: GPL-2.0 */
/* Giving the node back, for `down` itself and for the timer of `up`. */
#ifndef NETLANE_CMD_DOWN_H
#define NETLANE_CMD_DOWN_H

#include <stdint.h>

#include "apply/apply.h"
#include "base/text.h"

/*
 * Undoes if the journal's deadline is @deadline_boot_ms (0: any) and has come;
 * waits for it when it is less than a few seconds away. Returns the exit code.
 */
int down_if_due(uint64_t deadline_boot_ms);

/* `netlane down` itself; @who: on whose behalf, NULL: this process' parent. The exit code. */
int down_now(bool salvage, const char *who);
/*
 * Gives back what the journal holds, hands off or not; @why goes into the
 * history. The exit code; counting ends, too.
 */
int down_quietly(const char *why);

/* "31 restored, 2 untouched, 1 foreign". */
void down_report(struct text *out, const struct undo_report *report);

/* Prints what is not simply given back: foreign values, refusals, NICs that are gone. */
extern const struct apply_watch down_watch;

/* "down means hands off until up": the daemon honours it. */
#define HANDS_OFF_PATH JOURNAL_DIR "/hands-off"

#endif /* NETLANE_CMD_DOWN_H */
