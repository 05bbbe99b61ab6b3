/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs and maps of bpf/traffic.bpf.c: loaded anew, or those that are
 * pinned already. The rule: a pinned map is read only if it is exactly what
 * this netlane would have made.
 */
#ifndef NETLANE_OBSERVE_PROGRAMS_H
#define NETLANE_OBSERVE_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/types.h>

#include "base/err.h"
#include "bpf/abi.h"

/*
 * X(id, name of the pin, libbpf's name of it, size of a value, entries; 0: one a slot).
 * The NICs are one value, since the programs have them as memory and not as a map.
 */
#define MAP_LIST(X)                                                                      \
	X(RX, lane_rx, "lane_rx", sizeof(struct lane_count), 0)                          \
	X(TX, lane_tx, "lane_tx", sizeof(struct lane_count), 0)                          \
	X(CROSSED, lane_crossed, "lane_crossed", sizeof(__u64), 0)                       \
	X(RX_CPU, lane_rx_cpu, "lane_rx_cpu", sizeof(__u32), 0)                          \
	X(NICS, lane_nics, "traffic_.bss", sizeof(struct lane_nic[LANE_IFINDEX_MAX]), 1) \
	X(INFO, lane_info, "lane_info", sizeof(struct lane_info), 1)                     \
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

struct traffic_bpf;

struct programs {
	struct traffic_bpf *skel; /* NULL: adopted */
	int map[MAP_COUNT];
	int prog[PROG_COUNT]; /* -1: this kernel has not what it hooks */
	struct lane_info info;
	uint32_t map_id; /* of lane_info, to see whether the pins are still these */
};

/*
 * Loads maps of @slots slots and the programs, attaches none. 0; -EOPNOTSUPP
 * when this kernel cannot (no BTF, no such tracepoint) and -EPERM without
 * root, each with a sentence.
 */
int programs_load(unsigned int slots, struct programs *p, struct err *err);
/* Opens what is pinned. -ENOENT: nothing; -ESTALE: not what this netlane makes; -EPERM. */
int programs_adopt(struct programs *p);
/* Do the pins still hold these very maps? */
bool programs_in_force(const struct programs *p);
/* Is what is adopted of the same build as this program? */
bool programs_are_ours(const struct programs *p);
/* The NICs that are counted, by ifindex, to read and to write; NULL with errno. */
struct lane_nic *programs_nics(const struct programs *p);
void programs_nics_done(struct lane_nic *nics);
/* Attaches one; a descriptor that detaches when closed (unless pinned), or -errno. */
int programs_attach(const struct programs *p, enum lane_prog prog);
/* Its name, as bpftool shows it. */
const char *programs_name(enum lane_prog prog);
/* Pins maps and programs below @dir. */
int programs_pin(const struct programs *p, const char *dir, struct err *err);
void programs_close(struct programs *p);

#endif /* NETLANE_OBSERVE_PROGRAMS_H */
