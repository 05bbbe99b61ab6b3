// SPDX-License-Identifier: GPL-2.0
/* Which NICs are to be counted, in which slots, by which programs; see wanted.h. */
#include "observe/wanted.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/driver.h"
#include "base/netns.h"

static bool has_rps(const struct nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->nr_queue; i++)
		if (nic->queue[i].has_rps && !cpumask_empty(&nic->queue[i].rps))
			return true;
	return false;
}

static bool is_wanted(const struct nic *nic, char **names, unsigned int nr_names)
{
	unsigned int i;

	for (i = 0; i < nr_names; i++)
		if (!strcmp(nic->ifname, names[i]))
			return true;
	return !nr_names && nic->bus[0];
}

/* A slot a queue and one for what has none. */
int wanted_make(const struct facts *facts, char **names, unsigned int nr_names,
		struct wanted_list *list, struct err *err)
{
	const struct driver *driver;
	const unsigned int netns = netns_own();
	unsigned int i;

	memset(list, 0, sizeof(*list));
	if (!netns)
		return err_set(err, -errno, "/proc/self/ns/net: %s", strerror(errno));
	list->wanted = calloc(facts->nr_nic + 1, sizeof(*list->wanted));
	if (!list->wanted)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < facts->nr_nic; i++) {
		const struct nic *nic = &facts->nic[i];
		struct wanted *w = &list->wanted[list->nr];

		if (!is_wanted(nic, names, nr_names) || nic->ifindex >= LANE_IFINDEX_MAX ||
		    list->slots + nic->nr_queue + 1 > LANE_SLOTS_MAX)
			continue;
		driver = driver_find(nic->driver);
		w->nic = nic;
		w->where.first = list->slots;
		w->where.queues = nic->nr_queue ? nic->nr_queue : 1;
		w->where.netns = netns;
		w->where.crossings = has_rps(nic);
		/* an address of six bytes: Ethernet, as far as queues and lanes go */
		w->where.link_bytes = nic->mac[0] ? ETH_HLEN : 0;
		list->slots += w->where.queues + 1;
		list->crossings |= w->where.crossings;
		list->every_hook |= !driver || !driver->gro;
		list->nr++;
	}
	return 0;
}

/* Are these NICs, and where @exactly only these, what the pinned maps count? */
bool wanted_are_counted(const struct object *o, struct wanted_list *list, bool exactly)
{
	struct lane_nic *nics = programs_nics(o);
	bool counted = nics && (!exactly || o->info.slots == (list->slots ? list->slots : 1));
	unsigned int i;

	for (i = 0; i < list->nr && counted; i++) {
		struct wanted *w = &list->wanted[i];
		const struct lane_nic *there = &nics[w->nic->ifindex];

		counted = there->queues == w->where.queues && there->netns == w->where.netns &&
			  (!exactly || there->first == w->where.first);
		w->where.first = there->first;
	}
	programs_nics_done(nics);
	return counted;
}

int wanted_write(const struct object *o, const struct wanted_list *list, struct err *err)
{
	struct lane_nic *nics = programs_nics(o);
	unsigned int i;

	if (!nics)
		return err_set(err, -errno, "the BPF map of NICs cannot be filled: %s",
			       strerror(errno));
	for (i = 0; i < list->nr; i++)
		nics[list->wanted[i].nic->ifindex] = list->wanted[i].where;
	programs_nics_done(nics);
	return 0;
}

/* Is the program one of those that count all the time? */
bool wanted_always(enum lane_prog prog, const struct wanted_list *list)
{
	switch (prog) {
	case PROG_RX_GRO:
	case PROG_TX:
		return true;
	case PROG_RX_BACKLOG:
	case PROG_RX_DIRECT:
		return list->every_hook;
	case PROG_CROSS:
		return list->crossings;
	default:
		return false;
	}
}
