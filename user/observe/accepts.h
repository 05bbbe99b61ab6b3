/* SPDX-License-Identifier: GPL-2.0 */
/* Which CPU accepted what, from the maps of bpf/tcp.bpf.c. For observe/events.c. */
#ifndef NETLANE_OBSERVE_ACCEPTS_H
#define NETLANE_OBSERVE_ACCEPTS_H

#include <linux/types.h>

#include "base/events.h"
#include "bpf/abi.h"

/*
 * Fills in .accepted, .local and .by_cpu of each of @accept, whose keys are
 * @keys, from the map @fd. 0 or -errno.
 */
int accepts_serve(int fd, const struct tcp_accept_key *keys, struct event_accept *accept,
		  unsigned int nr);
/* From the map @fd, heap; 0 or -errno. */
int accepts_matrix(int fd, struct event_matrix *matrix);

#endif /* NETLANE_OBSERVE_ACCEPTS_H */
