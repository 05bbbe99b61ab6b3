/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One knob as it is and as it should be, and the step that it becomes. The
 * rule: no step where nothing changes, unless a change of channels makes the
 * driver reset the knob: then it is carried.
 */
#ifndef NETLANE_PLAN_CHANGE_H
#define NETLANE_PLAN_CHANGE_H

#include "plan/work.h"

/* Longest hex mask: a group of 8 digits and a comma for each 32 CPUs. */
#define CHANGE_MASK_LEN (CPUMASK_BITS / 32 * 9 + 1)
#define CHANGE_NUMBER_LEN 16

struct change {
	enum knob_kind kind;
	unsigned int queue;
	const char *before;
	const char *after;
	const char *fresh; /* what a queue that comes has by itself; NULL: nobody knows */
	bool before_is_default;
};

/*
 * Adds the step, if there is to be one. Returns it only when the caller has to
 * say why: a carried one has its sentence already. @nw is NULL for a knob of
 * the whole node.
 */
struct step *change_add(struct work *w, const struct nic_work *nw, const struct change *c);
const char *change_mask(const struct cpumask *mask, char buf[CHANGE_MASK_LEN]);
const char *change_number(unsigned long number, char buf[CHANGE_NUMBER_LEN]);

/* Queues that are active before or after: those whose knobs are there at some time. */
unsigned int change_queues(const struct nic_work *nw);
/* The lane on queue @queue, or NULL: the queue is not to be active. */
const struct lane *change_lane(const struct nic_work *nw, unsigned int queue);

#endif /* NETLANE_PLAN_CHANGE_H */
