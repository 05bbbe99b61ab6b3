/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of observe/timewait share: an open reader and its maps. */
#ifndef NETLANE_OBSERVE_TIMEWAIT_MAPS_H
#define NETLANE_OBSERVE_TIMEWAIT_MAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/netns.h"
#include "observe/object.h"
#include "observe/rows.h"
#include "observe/timewait.h"

enum timewait_map {
	TIMEWAIT_MAP_INFO, /* an object's first one */
	TIMEWAIT_MAP_OUT,
	TIMEWAIT_MAP_IN,
	TIMEWAIT_MAP_REST,
	TIMEWAIT_MAP_LISTENED,
	TIMEWAIT_MAP_SEED,
	TIMEWAIT_MAP_PAST,
	TIMEWAIT_MAPS,
};

struct timewait_reader {
	struct object programs;
	bool exact; /* births and deaths are seen, and not guessed */
};

/* What the kernel says is alive in the namespace that this thread is in; -1 unknown. */
long sockstat_alive(void);

/* A network namespace. */
struct net {
	unsigned int inode;
	char path[280]; /* a file that stands for it, "": ours */
	long alive; /* what sockstat_alive() said there */
};

/* Walks the sockets of the namespace that this thread is in, and writes seeds. 0 or -errno. */
int net_seed(const struct timewait_reader *r, struct net *net);

#endif /* NETLANE_OBSERVE_TIMEWAIT_MAPS_H */
