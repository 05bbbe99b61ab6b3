// SPDX-License-Identifier: GPL-2.0
/* What a reboot makes of what a journal holds; see reboot.h. */
#include "journal/reboot.h"

#include <string.h>

#include "base/step.h"
#include "journal/replay.h"

/* Nobody counted the time while the node was down: what it was for is over. */
#define LONG_PAST_BOOT_MS 1

void reboot_void(struct journal_state *state)
{
	unsigned int i;

	for (i = 0; i < state->nr_entry; i++) {
		struct entry *entry = &state->entry[i];

		if (entry->undone || knob_lasts(entry->step.knob.kind))
			continue;
		entry->undone = true;
		entry->outcome = OUTCOME_VOID;
	}
}

void reboot_take(struct journal_state *state, const struct node *node)
{
	unsigned int i, nr = 0;

	reboot_void(state);
	for (i = 0; i < state->nr_entry; i++) {
		if (state->entry[i].undone)
			replay_entry_free(&state->entry[i]);
		else
			state->entry[nr++] = state->entry[i];
	}
	state->nr_entry = nr;
	state->open = nr;
	if (state->deadline_boot_ms)
		state->deadline_boot_ms = LONG_PAST_BOOT_MS;
	memcpy(state->boot_id, node->boot_id, sizeof(state->boot_id));
}
