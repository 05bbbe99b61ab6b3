/* SPDX-License-Identifier: GPL-2.0 */
/* A node whose lanes carried something: two samples of it, for tests of load and screens. */
#ifndef NETLANE_TESTS_SAMPLED_H
#define NETLANE_TESTS_SAMPLED_H

#include "judge/load.h"
#include "tests/unit/machine.h"

#define SECOND 1000000000ULL

/* A node with one NIC, its plan, and two samples 2 s apart. */
struct sampled {
	struct facts facts;
	struct policy policy;
	struct plan plan;
	struct sample before;
	struct sample now;
};

void sampled_make(struct sampled *sc, unsigned int cpus, unsigned int queues, unsigned int nodes);
void sampled_free(struct sampled *sc);
/* What queue @q got on @cpu by the time of @s, in packets of so many @segments. */
void sampled_received(struct sample *s, unsigned int q, unsigned int cpu, uint64_t packets,
		      uint64_t segments);
void sampled_sent(struct sample *s, unsigned int q, unsigned int cpu, uint64_t packets);
/* What comes of the second one beside the first, or @since loading; load_free(). */
void sampled_load(struct sampled *sc, bool since, enum load_by by, struct load *load);

#endif /* NETLANE_TESTS_SAMPLED_H */
