/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RPS and RFS: what lanes hand to CPUs without a queue of their own. The rule:
 * never where queues cover the CPUs, and never to the lane's own CPU.
 */
#ifndef NETLANE_PLAN_FLOWS_H
#define NETLANE_PLAN_FLOWS_H

#include "plan/work.h"

/* True when some lane of this NIC hands packets to helpers. */
bool flows_needed(const struct nic_work *nw);
/* The flow table of the node. */
void flows_node_step(struct work *w);
/* RPS and RFS of each queue. */
void flows_nic_steps(struct work *w, const struct nic_work *nw);

#endif /* NETLANE_PLAN_FLOWS_H */
