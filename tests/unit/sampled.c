// SPDX-License-Identifier: GPL-2.0
/* Two samples of a node that is made here; see sampled.h. */
#include "tests/unit/sampled.h"

#include <stdlib.h>
#include <string.h>

#include "facts/facts.h"
#include "plan/plan.h"

static void sample_make(struct sample *s, unsigned int cpus, unsigned int queues, uint64_t at_ns)
{
	unsigned int q;

	s->at_ns = at_ns;
	s->since_ns = 10 * SECOND;
	s->generation = 7;
	s->softirq = true;
	s->nr_cpu = cpus;
	s->cpu = calloc(cpus, sizeof(*s->cpu));
	s->nr_nic = 1;
	s->nic = calloc(1, sizeof(*s->nic));
	strcpy(s->nic->ifname, "eth0");
	s->nic->nr_queue = queues;
	s->nic->queue = calloc(queues + 1, sizeof(*s->nic->queue));
	for (q = 0; q <= queues; q++) {
		s->nic->queue[q].rx = calloc(cpus, sizeof(struct count));
		s->nic->queue[q].tx = calloc(cpus, sizeof(struct count));
		s->nic->queue[q].crossed = calloc(cpus, sizeof(uint64_t));
	}
	for (q = 0; q < cpus; q++)
		s->cpu[q].online = true;
}

static void sample_unmake(struct sample *s)
{
	unsigned int q;

	for (q = 0; q <= s->nic->nr_queue; q++) {
		free(s->nic->queue[q].rx);
		free(s->nic->queue[q].tx);
		free(s->nic->queue[q].crossed);
	}
	free(s->nic->queue);
	free(s->nic);
	free(s->cpu);
}

void sampled_make(struct sampled *sc, unsigned int cpus, unsigned int queues, unsigned int nodes)
{
	struct err err = { 0 };

	memset(sc, 0, sizeof(*sc));
	machine_cpus(&sc->facts, cpus, 1, nodes);
	machine_nic(&sc->facts, queues, queues);
	machine_policy(&sc->policy);
	CLAIM(!plan_build(&sc->facts, &sc->policy, &sc->plan, &err), "%s", err.text);
	sample_make(&sc->before, cpus, queues, 20 * SECOND);
	sample_make(&sc->now, cpus, queues, 22 * SECOND);
}

void sampled_free(struct sampled *sc)
{
	sample_unmake(&sc->before);
	sample_unmake(&sc->now);
	plan_free(&sc->plan);
	machine_policy_free(&sc->policy);
	facts_free(&sc->facts);
}

void sampled_received(struct sample *s, unsigned int q, unsigned int cpu, uint64_t packets,
		      uint64_t segments)
{
	s->nic->queue[q].rx[cpu] = (struct count){ packets, packets * 1000, packets * segments,
						   packets * segments * 100 };
}

void sampled_sent(struct sample *s, unsigned int q, unsigned int cpu, uint64_t packets)
{
	s->nic->queue[q].tx[cpu] = (struct count){ packets, packets * 60, packets, packets * 60 };
}

void sampled_load(struct sampled *sc, bool since, enum load_by by, struct load *load)
{
	CLAIM(!load_make(since ? NULL : &sc->before, &sc->now, &sc->plan, &sc->facts.cpus, by,
			 load),
	      "out of memory");
}
