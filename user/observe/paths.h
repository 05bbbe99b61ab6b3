/* SPDX-License-Identifier: GPL-2.0 */
/* The ways of connections, from a map of bpf/tcp.bpf.c, and whose the queues in them are. */
#ifndef NETLANE_OBSERVE_PATHS_H
#define NETLANE_OBSERVE_PATHS_H

#include "base/events.h"
#include "observe/rows.h"

/* Fills in .path and .nr; heap. 0 or -ENOMEM. */
int paths_take(const struct rows *rows, struct event_paths *paths);
/*
 * All queues of the devices that connections of this network namespace (@netns) were
 * sent by, and the CPUs that send by each now; heap, freed in any case. 0 or -ENOMEM.
 */
int paths_queues(const struct event_paths *paths, unsigned int netns, struct txq **txq,
		 unsigned int *nr);

#endif /* NETLANE_OBSERVE_PATHS_H */
