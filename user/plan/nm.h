/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The entries by which NetworkManager leaves a NIC alone, as steps. The rule:
 * one is made only where network_manager = unmanaged is said, and taken away
 * only when its NIC is gone; somebody else's file is named, nothing more.
 */
#ifndef NETLANE_PLAN_NM_H
#define NETLANE_PLAN_NM_H

#include "plan/work.h"

/* Adds the steps, and notes about what is left and why. */
void nm_build(struct work *w);

#endif /* NETLANE_PLAN_NM_H */
