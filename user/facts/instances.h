/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits of ECS instance types, from the dated table
 * user/profiles/instance-types.csv, compiled in. A type is looked up, never
 * parsed from its letters. @bandwidth in Gbit/s, @pps in packets/s; 0 where
 * the table does not know.
 */
#ifndef NETLANE_FACTS_INSTANCES_H
#define NETLANE_FACTS_INSTANCES_H

#include "base/err.h"
#include "types.h"

struct instance {
	char type[40];
	unsigned int vcpus;
	double bandwidth_base_gbps;
	double bandwidth_burst_gbps;
	uint64_t pps;
	unsigned int nic_queues;
	unsigned int eni_max;
	uint64_t connections;
};

/* 0, or -ENOENT with the closest names that exist. */
int instances_find(const char *type, struct instance *out, struct err *err);
/* The @index-th row; false after the last. For tests and listings. */
bool instances_at(unsigned int index, struct instance *out);
/* "2026-11-21": when the table was taken. */
const char *instances_date(void);
/*
 * Facts of a fresh node of that type: its vCPUs in one NUMA node with one
 * thread a core (the table knows no topology), one virtio NIC as the driver
 * sets it up. Freed by facts_free().
 */
int instances_facts(const char *type, struct facts *facts, struct err *err);

#endif /* NETLANE_FACTS_INSTANCES_H */
