/* SPDX-License-Identifier: GPL-2.0 */
/* What was counted of TCP connections -> sums by what they have in common. Pure. */
#ifndef NETLANE_JUDGE_EVENTS_H
#define NETLANE_JUDGE_EVENTS_H

#include "base/events.h"
#include "base/tcp.h"
#include "base/zones.h"

/*
 * Adds up the rows of network namespace @netns, 0: of all. By CPU it is always
 * all of them, since lanes are not counted by namespace. What found no row of
 * its own is in no namespace: it is only in the sum of all and of CPUs. By
 * zone, a row is where its /24 or /64 begins. At most @shown groups, the rest
 * in `other`. 0 or -ENOMEM; event_groups_free().
 */
int events_group(const struct events *events, enum events_by by, unsigned int netns,
		 const struct zones *zones, unsigned int shown, struct event_groups *groups);
/* How long connections waited for accept() at the ports of @listeners in @netns. */
void events_waits(const struct events *events, unsigned int netns, struct listeners *listeners);
void event_groups_free(struct event_groups *groups);

#endif /* NETLANE_JUDGE_EVENTS_H */
