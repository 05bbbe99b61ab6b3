/*
 * Machines for the tests of the plan: facts by hand and by chance.
 *
 * The rule: a seed is a machine, the same on every host, so that a failure
 * names all it takes to see it again.
 */
#ifndef NETLANE_TESTS_MACHINE_H
#define NETLANE_TESTS_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types.h"

#define CLAIM(ok, ...)                         \
	do {                                   \
		if (!(ok))                     \
			fail_msg(__VA_ARGS__); \
	} while (0)

struct rng {
	uint64_t state;
};

unsigned int rng_below(struct rng *rng, unsigned int n); /* 0 .. n - 1 */
bool rng_once_in(struct rng *rng, unsigned int n);

/* Facts of @nr CPUs, two threads a core where @threads is 2, in @nodes equal NUMA nodes. */
void machine_cpus(struct facts *facts, unsigned int nr, unsigned int threads, unsigned int nodes);
/* One more virtio NIC, as the driver sets it up; its name is eth0, eth1, ... */
struct nic *machine_nic(struct facts *facts, unsigned int max, unsigned int now);
void machine_sysctl(struct facts *facts, const char *name, const char *value);
void machine_owner(struct facts *facts, const char *name, enum tri active);
/* A table of @nr entries over @queues, as the device offers it. */
void machine_rss(struct nic *nic, unsigned int nr, unsigned int queues);
/* A policy without any wish. */
void machine_policy(struct policy *policy);
/* One more section, without any wish; "test.conf:1" and so on. */
struct nic_policy *machine_section(struct policy *policy, const char *match);
void machine_section_cpus(struct nic_policy *section, unsigned int nr, const unsigned int *cpus);
void machine_policy_free(struct policy *policy);

/* Anything that may be in production, and some that may not. */
void machine_random(uint64_t seed, struct facts *facts, struct policy *policy);

#endif /* NETLANE_TESTS_MACHINE_H */
