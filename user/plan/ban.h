/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupts that a running irqbalance is asked to leave alone. The rule:
 * those of our lanes are added, none is taken out.
 */
#ifndef NETLANE_PLAN_BAN_H
#define NETLANE_PLAN_BAN_H

#include "plan/work.h"

enum ban {
	BAN_NONE, /* no irqbalance, or no lane that it could disturb */
	BAN_REFUSED, /* the policy says irqbalance = no */
	BAN_UNKNOWN, /* it runs, but what it leaves alone could not be read */
	BAN_WANTED,
};

enum ban ban_state(const struct work *w);
/* What it leaves alone and what it should, canonical, heap: "24 25". 0 or -ENOMEM. */
int ban_lists(const struct work *w, char **before, char **after);

#endif /* NETLANE_PLAN_BAN_H */
