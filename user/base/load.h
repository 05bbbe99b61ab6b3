/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of measuring, as plain data like those of types.h: what observe
 * counted (samples, cumulative) and what judge makes of two of them (load).
 * observe fills, judge subtracts, view shows.
 */
#ifndef NETLANE_BASE_LOAD_H
#define NETLANE_BASE_LOAD_H

#include "types.h"

/* Packets in one direction, as bpf/abi.h counts them; cumulative or over a time. */
struct count {
	uint64_t packets; /* as driver and kernel hand them over: a super-packet counts one */
	uint64_t bytes; /* of those packets, link header included, no FCS */
	uint64_t wire_packets; /* as the link carries them: each segment of a super-packet */
	uint64_t wire_bytes; /* of those, each segment with its own headers */
};

/* Bucket b counts 2^b <= ns < 2^(b + 1). */
#define HIST_BUCKETS 32
struct hist {
	uint64_t bucket[HIST_BUCKETS];
};

/* What was counted for one queue, by the CPU that did it: arrays of sample.nr_cpu. */
struct sample_queue {
	struct count *rx;
	struct count *tx;
	uint64_t *crossed; /* packets, after GRO, processed on that CPU, taken on another */
};

struct sample_nic {
	char ifname[IFNAME_LEN];
	unsigned int ifindex;
	bool gone; /* it was there when counting began */
	struct sample_queue *queue; /* and after the last one: what the kernel told no queue for */
	unsigned int nr_queue; /* without that one */
	uint64_t rx_drops; /* the driver's: no buffer, no room in the ring */
	uint64_t tx_drops;
	uint64_t qdisc_drops; /* of all its qdiscs */
	uint64_t requeues; /* of all its qdiscs: the ring was full */
};

struct sample_cpu {
	bool online;
	struct hist wait; /* NET_RX softirq, raise to start, while watched */
	struct hist run; /* the handler itself */
	uint64_t run_ns;
	uint64_t squeezed; /* times that NET_RX ran out of budget with work left */
	uint64_t backlog_drops; /* packets: netdev_max_backlog or the flow limit */
};

/* One reading of all counters. They count up from @since_ns. */
struct sample {
	uint64_t at_ns; /* CLOCK_BOOTTIME */
	uint64_t since_ns; /* CLOCK_BOOTTIME of the loading */
	uint64_t generation; /* another one: the counters began anew */
	bool softirq; /* softirq times were watched up to here */
	bool crossings; /* RPS is on somewhere, and crossings are counted */
	struct sample_nic *nic;
	unsigned int nr_nic;
	struct sample_cpu *cpu; /* by CPU id */
	unsigned int nr_cpu;
};

/* What a row of load stands for. */
enum load_by { LOAD_BY_LANE, LOAD_BY_QUEUE, LOAD_BY_CPU, LOAD_BY_NIC };

/* The difference of two samples for one lane, queue, CPU, NIC, or the node. */
struct load_row {
	char ifname[IFNAME_LEN]; /* "" for a CPU and the total */
	int queue; /* -1: none; nr_queue of the NIC: unknown */
	int cpu; /* of the lane; -1: none */
	int node; /* NUMA node of that CPU, -1 unknown */
	bool unknown_queue;
	struct count rx;
	struct count tx;
	uint64_t rx_laned; /* packets of queues that have a lane, */
	uint64_t rx_home; /* those of them that the lane's own CPU took */
	uint64_t tx_laned;
	uint64_t tx_home; /* those that CPUs of the lane sent */
	uint64_t crossed;
	struct hist wait;
	struct hist run;
	uint64_t run_ns;
	uint64_t squeezed;
	uint64_t backlog_drops;
	uint64_t rx_drops;
	uint64_t tx_drops;
	uint64_t qdisc_drops;
	uint64_t requeues;
};

struct load {
	double seconds; /* between the samples, by the clock */
	bool since_load; /* the first one is the loading */
	bool softirq; /* wait and run were watched all the time */
	bool crossings;
	enum load_by by;
	struct load_row *row;
	unsigned int nr_row;
	struct load_row total;
};

#endif /* NETLANE_BASE_LOAD_H */
