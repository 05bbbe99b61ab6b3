/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of TIME_WAIT as it happens, as plain data: what the programs of
 * bpf/timewait.bpf.c have counted, by destination and network namespace.
 * observe reads, judge looks ahead, view shows.
 */
#ifndef NETLANE_BASE_TIMEWAIT_H
#define NETLANE_BASE_TIMEWAIT_H

#include "types.h"

/* Births by time: the newest of these many spans first, each timewait.span_ns long. */
#define TIMEWAIT_SPANS 16

enum timewait_kind {
	TIMEWAIT_OPENED, /* connections that were opened here, to one remote address and port */
	TIMEWAIT_SERVED, /* that came in, to one local address and port */
	TIMEWAIT_BOUND, /* none: bind() that asked for any port of a local address */
	TIMEWAIT_OTHER, /* what found no row of its own */
	TIMEWAIT_KINDS,
};

/* Since the row was made. */
struct timewait_counts {
	uint64_t births;
	uint64_t fin_wait2; /* of them: waiting for the other end's FIN, kept as a TIME_WAIT */
	uint64_t deaths;
	uint64_t early; /* of the deaths: before its time was up */
	uint64_t reused; /* of the deaths: connect() took the port again */
	uint64_t overflows; /* closed at once: no room for one more */
	uint64_t refused; /* connect() or bind() found no port */
};

struct timewait_row {
	enum timewait_kind kind;
	unsigned int netns; /* inode of the network namespace */
	char local[ADDR_LEN]; /* "" of OTHER */
	char remote[ADDR_LEN]; /* "" but of OPENED */
	unsigned int port; /* the remote one, or of SERVED the local one */
	bool loopback; /* both ends are on lo's addresses */
	uint64_t alive; /* in TIME_WAIT now, or in such a FIN_WAIT2 */
	struct timewait_counts counts;
	unsigned int born[TIMEWAIT_SPANS]; /* births by time; the first span is not over yet */
	unsigned int per_s; /* births a second, in the newest span and the one before */
	uint64_t refused_ns; /* how long ago connect() last found no port */
	uint64_t last_ns; /* how long ago the last one was born, or found no room */
};

/* A network namespace, all rows together. */
struct timewait_net {
	unsigned int netns;
	bool own; /* the reader's */
	uint64_t alive;
	struct timewait_counts counts; /* since counting began */
	unsigned int sockstat; /* of the reader's own: what the kernel says is alive */
	char by[64]; /* a process in it, "" unknown */
	unsigned int pid; /* of that process, 0 unknown */
};

struct timewait {
	bool estimate; /* by changes of state; deaths, reuse and overflow are not seen */
	uint64_t at_ns; /* CLOCK_MONOTONIC of the reading */
	uint64_t since_ns; /* how long ago counting began */
	uint64_t span_ns;
	uint64_t newest_ns; /* how much of the newest span is over */
	struct timewait_row *row; /* most alive first */
	unsigned int nr_row;
	struct timewait_net *net;
	unsigned int nr_net;
};

/* The namespace that it was read in, or NULL. */
static inline const struct timewait_net *timewait_own(const struct timewait *tw)
{
	unsigned int i;

	for (i = 0; i < tw->nr_net; i++)
		if (tw->net[i].own)
			return &tw->net[i];
	return NULL;
}

#endif /* NETLANE_BASE_TIMEWAIT_H */
