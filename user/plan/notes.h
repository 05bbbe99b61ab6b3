/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the owner of the node should know beside the steps: who else sets these
 * knobs, what the device keeps to itself, which CPUs get no lane. The rule: a
 * note says a fact of this node and what netlane does about it; why a NIC is
 * left stands with the NIC.
 */
#ifndef NETLANE_PLAN_NOTES_H
#define NETLANE_PLAN_NOTES_H

#include "plan/work.h"

void note_add(struct work *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* All notes that follow from the finished lanes and steps. */
void notes_build(struct work *w);

#endif /* NETLANE_PLAN_NOTES_H */
