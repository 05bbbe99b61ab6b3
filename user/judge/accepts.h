/* SPDX-License-Identifier: GPL-2.0 */
/* How local accepting is and who bears it. Pure. */
#ifndef NETLANE_JUDGE_ACCEPTS_H
#define NETLANE_JUDGE_ACCEPTS_H

#include "base/events.h"

/* @workers: CPUs that have a share to expect. 0 or -ENOMEM. */
int accept_load(const struct event_serve *by_cpu, unsigned int nr_cpu,
		const struct cpumask *workers, struct accept_load *load);
/* The elements that grew since @before (NULL: since the counting began), most first; heap. */
int accept_crosses(const struct event_matrix *before, const struct event_matrix *now,
		   struct accept_cross **cross, unsigned int *nr);
/* The whole of it in the same form; the CPUs that have no share are not counted. */
int accept_load_of(const struct accept_cross *cross, unsigned int nr, struct accept_load *load);

#endif /* NETLANE_JUDGE_ACCEPTS_H */
