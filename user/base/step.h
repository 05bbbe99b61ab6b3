/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Steps and knobs as data: their fields for JSON (the plan and the journal
 * write the same words), comparing and copying. Pure.
 */
#ifndef NETLANE_BASE_STEP_H
#define NETLANE_BASE_STEP_H

#include <stdbool.h>

#include "base/fields.h"
#include "types.h"

extern const struct field knob_fields[];
extern const struct field step_fields[];

/* The same knob: kind, bus, MAC, queue, table and address. */
bool knob_equal(const struct knob *a, const struct knob *b);
/* Both at the same NIC, which node-wide knobs are not. */
bool knob_same_nic(const struct knob *a, const struct knob *b);
/* The step that changes the channels of @knob's NIC (the driver then rewrites the rest), or NULL. */
const struct step *plan_reshapes(const struct plan *plan, const struct knob *knob);
/* Does any NIC get lanes, straight or not? */
bool plan_has_lanes(const struct plan *plan);
/* What the plan says of the group @listen, bound to @ifname or "", or NULL: no section names it. */
const struct steer_plan *plan_steer(const struct plan *plan, const struct listen_group *group);
/* Is there a group that a section names and that is left? Its server may not be ready yet. */
bool plan_steer_waits(const struct plan *plan);
/* Is KNOB_ABSENT a value like any other, to be written and to be given back? */
bool knob_comes_and_goes(enum knob_kind kind);
/* Is it about servers, and not about lanes? What becomes of it does not put those in doubt. */
bool knob_is_of_servers(enum knob_kind kind);
/* Is it a file that outlives a reboot? Then so does its entry in the journal. */
bool knob_lasts(enum knob_kind kind);
/* A deep copy, freed by step_free(). 0 or -ENOMEM. */
int step_copy(struct step *dst, const struct step *src);
void step_free(struct step *step);

#endif /* NETLANE_BASE_STEP_H */
