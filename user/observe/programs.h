/* SPDX-License-Identifier: GPL-2.0 */
/* What there is in bpf/traffic.bpf.c: its maps, its programs, and the NICs they count. */
#ifndef NETLANE_OBSERVE_PROGRAMS_H
#define NETLANE_OBSERVE_PROGRAMS_H

#include "observe/object.h"

/*
 * X(id, name of the pin, libbpf's name of it, size of a value, entries; 0: one a slot).
 * The NICs are one value, since the programs have them as memory and not as a map.
 */
#define MAP_LIST(X)                                                                      \
	X(INFO, lane_info, "lane_info", sizeof(struct lane_info), 1)                     \
	X(RX, lane_rx, "lane_rx", sizeof(struct lane_count), 0)                          \
	X(TX, lane_tx, "lane_tx", sizeof(struct lane_count), 0)                          \
	X(CROSSED, lane_crossed, "lane_crossed", sizeof(__u64), 0)                       \
	X(RX_CPU, lane_rx_cpu, "lane_rx_cpu", sizeof(__u32), 0)                          \
	X(NICS, lane_nics, "traffic_.bss", sizeof(struct lane_nic[LANE_IFINDEX_MAX]), 1) \
	X(SOFTIRQ, lane_softirq, "lane_softirq", sizeof(struct lane_softirq), 1)         \
	X(DROPS, lane_drops, "lane_drops", sizeof(__u64), LANE_REASONS)

/* X(id, name) */
#define PROG_LIST(X)                         \
	X(RX_GRO, lane_rx_gro)               \
	X(TX, lane_tx_start)                 \
	X(RX_BACKLOG, lane_rx_backlog)       \
	X(RX_DIRECT, lane_rx_direct)         \
	X(CROSS, lane_cross)                 \
	X(SOFTIRQ_LEAVE, lane_softirq_leave) \
	X(SOFTIRQ_ENTER, lane_softirq_enter) \
	X(SOFTIRQ_RAISE, lane_softirq_raise) \
	X(DROP, lane_drop)

#define MAP_ID(id, name, called, size, entries) MAP_##id,
enum lane_map { MAP_LIST(MAP_ID) MAP_COUNT };
#define PROG_ID(id, name) PROG_##id,
enum lane_prog { PROG_LIST(PROG_ID) PROG_COUNT };

extern const struct object_kind traffic_kind;

/* The NICs that are counted, by ifindex, to read and to write; NULL with errno. */
struct lane_nic *programs_nics(const struct object *o);
void programs_nics_done(struct lane_nic *nics);

#endif /* NETLANE_OBSERVE_PROGRAMS_H */
