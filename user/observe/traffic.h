/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets and bytes by CPU and queue, from bpf/traffic.bpf.c. Loading changes
 * nothing on the node and ends with traffic_close(): nothing is pinned.
 */
#ifndef NETLANE_OBSERVE_TRAFFIC_H
#define NETLANE_OBSERVE_TRAFFIC_H

#include "base/err.h"
#include "types.h"

struct traffic;

enum traffic_dir { TRAFFIC_RX, TRAFFIC_TX };

/* Packets and bytes of one queue by CPU; counters since traffic_open(). */
struct traffic_cell {
	uint64_t packets; /* a GSO super-packet counts one */
	uint64_t bytes; /* link header included */
};

/*
 * Starts counting on the NICs of @facts that have a bus. 0; -EOPNOTSUPP when
 * this kernel cannot (no BTF, no such tracepoint) and -EPERM without root, each
 * with a sentence.
 */
int traffic_open(const struct facts *facts, struct traffic **traffic, struct err *err);
void traffic_close(struct traffic *traffic);
/* CPUs that traffic_read() fills. */
unsigned int traffic_cpus(const struct traffic *traffic);
/*
 * @nic as an index into the facts' list; @queue == nr_queue is what the kernel
 * named no queue for. Fills traffic_cpus() cells. -ENOENT: that NIC is not
 * counted.
 */
int traffic_read(const struct traffic *traffic, unsigned int nic, enum traffic_dir dir,
		 unsigned int queue, struct traffic_cell *cells);

#endif /* NETLANE_OBSERVE_TRAFFIC_H */
