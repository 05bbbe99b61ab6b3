/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A plan while it is being made: what the files of this stage hand to each
 * other. The rule: facts and policy are read, only @plan is written.
 */
#ifndef NETLANE_PLAN_WORK_H
#define NETLANE_PLAN_WORK_H

#include "plan/lanes.h"
#include "plan/policy.h"
#include "types.h"

struct nic_work {
	const struct nic *nic;
	struct nic_rules rules;
	struct nic_plan *out;
	unsigned int channels; /* wanted; 0: no lanes on this NIC */
	bool driven; /* its lanes become steps; otherwise they are only shown */
	bool rps; /* some lane hands packets to helpers */
};

struct work {
	const struct facts *facts;
	const struct policy *policy;
	struct plan *plan;
	struct lane_cpus *cpus;
	struct nic_work *nic; /* in the order of planning */
	unsigned int nr_nic;
	unsigned int step_room;
	unsigned int note_room;
	unsigned int steer_room;
	bool failed; /* memory ran out */
};

/* True when applying this NIC's plan changes its number of queues. */
static inline bool work_reshapes(const struct nic_work *nw)
{
	return nw->channels != nw->nic->channels.now;
}

/* True when the owner that is named @name is at work now. */
bool work_owned(const struct work *w, const char *name);
/* Makes room for one more of @size bytes in *@list; false: memory ran out, which @w remembers. */
bool work_grow(struct work *w, void *list, unsigned int nr, unsigned int *room, size_t size);

#endif /* NETLANE_PLAN_WORK_H */
