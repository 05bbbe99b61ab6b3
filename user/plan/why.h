/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sentence of each step. The rule: the concrete cause on this node, short
 * enough for somebody who reads it at 3 a.m.
 */
#ifndef NETLANE_PLAN_WHY_H
#define NETLANE_PLAN_WHY_H

#include "plan/work.h"

/* "CPU 3", "CPUs 0-3,5", cut with "..." when it gets long. */
#define WHY_CPUS_LEN 64
const char *why_cpus(const struct cpumask *mask, char buf[WHY_CPUS_LEN]);

/* @reshaped: the number of channels changes. */
void why_carried(struct step *step, bool reshaped);
void why_channels(struct step *step, const struct work *w, const struct nic_work *nw);
void why_rss(struct step *step, const struct nic_work *nw);
void why_irq(struct step *step, const struct cpumask *now, const struct lane *lane);
void why_xps(struct step *step, const struct work *w, const struct nic_work *nw,
	     const struct lane *lane);
void why_rps(struct step *step, const struct work *w, const struct nic_work *nw,
	     const struct lane *lane);
void why_rps_flow(struct step *step, const struct nic_work *nw, const struct lane *lane);

#endif /* NETLANE_PLAN_WHY_H */
