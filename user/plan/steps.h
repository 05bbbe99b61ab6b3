/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lanes become steps: the knobs whose value is not as planned. The rule: where
 * the number of channels changes, every knob of the NIC that the driver may
 * touch then gets a step, changed or carried, so that undo can restore each.
 */
#ifndef NETLANE_PLAN_STEPS_H
#define NETLANE_PLAN_STEPS_H

#include "plan/work.h"

/* All steps in their order: irqbalance, then NIC by NIC, then RFS and RPS. */
void steps_build(struct work *w);

#endif /* NETLANE_PLAN_STEPS_H */
