/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which NICs get lanes, how many, and why the others are left. The rule: a NIC
 * that is left has a reason that its owner can act on, and gets no step.
 */
#ifndef NETLANE_PLAN_DECIDE_H
#define NETLANE_PLAN_DECIDE_H

#include "base/err.h"
#include "plan/work.h"

/* A NIC that is worth a line: it has a device behind it, or the policy names it. */
bool decide_shown(const struct nic *nic, const struct nic_rules *rules);
/*
 * Sets nw->channels and nw->driven, or the verdict NIC_LEFT with its reason.
 * 0, -EINVAL when the policy cannot be met on this node.
 */
int decide_nic(struct work *w, struct nic_work *nw, struct err *err);

#endif /* NETLANE_PLAN_DECIDE_H */
