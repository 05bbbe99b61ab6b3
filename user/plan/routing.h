/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Source routing: what comes from an address of a further NIC leaves by that
 * NIC. A table for each such NIC with its network and its gateway, and a rule
 * for each address that both the kernel has and the metadata service says.
 *
 * The rule: added is what is known twice; removed is what is gone twice (from
 * the kernel and from a whole answer), or what is left of a NIC that is gone.
 * The metadata service and what is inside the node (containers behind a bridge)
 * stay reachable as they were: each table throws them back to the rules that
 * follow.
 */
#ifndef NETLANE_PLAN_ROUTING_H
#define NETLANE_PLAN_ROUTING_H

#include "plan/work.h"

/* Adds the steps and notes, behind those of the lanes. */
void routing_build(struct work *w);

#endif /* NETLANE_PLAN_ROUTING_H */
