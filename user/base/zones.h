/* SPDX-License-Identifier: GPL-2.0 */
/* Which zone an address is in: the one with the longest prefix that has it. */
#ifndef NETLANE_BASE_ZONES_H
#define NETLANE_BASE_ZONES_H

#include "base/prefix.h"
#include "types.h"

struct zone_net {
	struct prefix net;
	unsigned int zone; /* index of the policy's */
};

struct zones {
	const struct zone *zone; /* the policy's, borrowed */
	unsigned int nr_zone;
	struct zone_net *net; /* longest first */
	unsigned int nr_net;
};

/* @zone stays the caller's. 0, -ENOMEM, or -EINVAL for text that is no prefix. */
int zones_make(const struct zone *zone, unsigned int nr_zone, struct zones *zones);
/* @addr is a whole address. Index of its zone, -1: in none. */
int zones_find(const struct zones *zones, const struct prefix *addr);
void zones_free(struct zones *zones);

#endif /* NETLANE_BASE_ZONES_H */
