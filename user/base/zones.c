// SPDX-License-Identifier: GPL-2.0
/* A table of prefixes, searched once for each length that is in it; see zones.h. */
#include "base/zones.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Longer ones first; those of one length and family in order of their bytes. */
static int in_order(const void *a, const void *b)
{
	const struct prefix *x = &((const struct zone_net *)a)->net;
	const struct prefix *y = &((const struct zone_net *)b)->net;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return memcmp(x->addr, y->addr, sizeof(x->addr));
}

int zones_make(const struct zone *zone, unsigned int nr_zone, struct zones *zones)
{
	unsigned int i, j, nr = 0;

	memset(zones, 0, sizeof(*zones));
	for (i = 0; i < nr_zone; i++)
		nr += zone[i].nr_prefix;
	zones->net = calloc(nr + 1, sizeof(*zones->net));
	if (!zones->net)
		return -ENOMEM;
	zones->zone = zone;
	zones->nr_zone = nr_zone;
	for (i = 0; i < nr_zone; i++) {
		for (j = 0; j < zone[i].nr_prefix; j++) {
			struct zone_net *net = &zones->net[zones->nr_net++];

			net->zone = i;
			if (!prefix_parse(zone[i].prefix[j], &net->net))
				continue;
			zones_free(zones);
			return -EINVAL;
		}
	}
	qsort(zones->net, zones->nr_net, sizeof(*zones->net), in_order);
	return 0;
}

int zones_find(const struct zones *zones, const struct prefix *addr)
{
	const struct zone_net *net, *end = zones->net + zones->nr_net;
	struct zone_net wanted = { 0 };

	for (net = zones->net; net < end;) {
		const struct zone_net *run = net, *found;

		while (net < end && net->net.family == run->net.family &&
		       net->net.len == run->net.len)
			net++;
		if (run->net.family != addr->family)
			continue;
		wanted.net = *addr;
		wanted.net.len = run->net.len;
		prefix_network(&wanted.net);
		found = bsearch(&wanted, run, (size_t)(net - run), sizeof(*run), in_order);
		if (found)
			return (int)found->zone;
	}
	return -1;
}

void zones_free(struct zones *zones)
{
	free(zones->net);
	memset(zones, 0, sizeof(*zones));
}
