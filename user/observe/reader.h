/* SPDX-License-Identifier: GPL-2.0 */
/* What traffic.c and sample.c share: an open reader. */
#ifndef NETLANE_OBSERVE_READER_H
#define NETLANE_OBSERVE_READER_H

#include "observe/programs.h"
#include "types.h"

struct traffic {
	struct object programs;
	struct {
		char ifname[IFNAME_LEN];
		unsigned int ifindex;
		struct lane_nic where;
	} * nic;
	unsigned int nr_nic;
	unsigned int nr_cpu; /* possible CPUs: the length of a per-CPU value */
	bool kept; /* pinned; else our own */
	bool crossings;
	unsigned int watched; /* of enum traffic_watch */
	int link[PROG_COUNT]; /* attached by this reader, or -1 */
};

#endif /* NETLANE_OBSERVE_READER_H */
