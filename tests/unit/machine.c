/* Machines for the tests of the plan; see machine.h. */
#include "tests/unit/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bindings.h"
#include "base/driver.h"

/* One more zeroed element of @size bytes at the end of *@list. */
static void *grow(void *list, unsigned int *nr, size_t size)
{
	char **p = list;

	*p = realloc(*p, (*nr + 1) * size);
	if (!*p)
		abort();
	memset(*p + *nr * size, 0, size);
	return *p + (*nr)++ * size;
}

unsigned int rng_below(struct rng *rng, unsigned int n)
{
	uint64_t x = rng->state += 0x9e3779b97f4a7c15ULL; /* splitmix64 */

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (unsigned int)((x ^ x >> 31) >> 32) % n;
}

bool rng_once_in(struct rng *rng, unsigned int n)
{
	return !rng_below(rng, n);
}

void machine_cpus(struct facts *facts, unsigned int nr, unsigned int threads, unsigned int nodes)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct cpu *cpu = grow(&facts->cpus.cpu, &facts->cpus.nr_cpu, sizeof(*cpu));

		cpu->id = i;
		cpu->core = (int)(i / threads);
		cpu->thread = i % threads;
		cpu->node = (int)(i * nodes / nr);
		cpumask_add(&facts->cpus.online, i);
	}
	facts->cpus.possible = facts->cpus.online;
}

static void queue_fresh(const struct facts *facts, const struct nic *nic, struct queue *queue)
{
	queue->has_rps = true;
	queue->has_xps = queue->has_xps_rxqs = nic->channels.max > 1;
	driver_default_cpus(&facts->cpus.online, nic->channels.now, queue->index,
			    &queue->in.affinity);
	queue->out.affinity = queue->in.affinity;
	if (queue->has_xps)
		queue->xps = queue->in.affinity;
}

struct nic *machine_nic(struct facts *facts, unsigned int max, unsigned int now)
{
	unsigned int n = facts->nr_nic, i;
	struct nic *nic = grow(&facts->nic, &facts->nr_nic, sizeof(*nic));

	(void)snprintf(nic->ifname, sizeof(nic->ifname), "eth%u", n);
	(void)snprintf(nic->bus, sizeof(nic->bus), "0000:00:%02x.0", 5 + n);
	(void)snprintf(nic->mac, sizeof(nic->mac), "02:00:00:00:00:%02x", n);
	(void)snprintf(nic->driver, sizeof(nic->driver), "virtio_net");
	nic->ifindex = 2 + n;
	nic->up = true;
	nic->mtu = 1500;
	nic->vectors = VECTORS_PER_QUEUE;
	nic->rss.offered = IS_NO;
	nic->rss.err = EOPNOTSUPP;
	nic->channels = (struct channels){ .known = IS_YES, .max = max, .now = now };
	nic->queue = calloc(max, sizeof(*nic->queue));
	if (!nic->queue)
		abort();
	nic->nr_queue = max;
	for (i = 0; i < max; i++) {
		struct queue *queue = &nic->queue[i];

		queue->index = i;
		queue->in.number = (int)(26 + 256 * n + 2 * i);
		queue->out.number = queue->in.number + 1;
		if (i < now)
			queue_fresh(facts, nic, queue);
		else
			queue->in.affinity = queue->out.affinity = facts->cpus.online;
	}
	return nic;
}

void machine_sysctl(struct facts *facts, const char *name, const char *value)
{
	struct sysctl *s = grow(&facts->sysctl, &facts->nr_sysctl, sizeof(*s));

	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	(void)snprintf(s->value, sizeof(s->value), "%s", value);
}

void machine_owner(struct facts *facts, const char *name, enum tri active)
{
	struct owner *o = grow(&facts->owner, &facts->nr_owner, sizeof(*o));

	(void)snprintf(o->name, sizeof(o->name), "%s", name);
	(void)snprintf(o->evidence, sizeof(o->evidence), "pid 412");
	(void)snprintf(o->touches, sizeof(o->touches), "irq affinity");
	o->active = active;
}

void machine_rss(struct nic *nic, unsigned int nr, unsigned int queues)
{
	unsigned int i;

	free(nic->rss.table);
	nic->rss = (struct rss){ .offered = IS_YES, .nr_table = nr };
	nic->rss.table = calloc(nr, sizeof(*nic->rss.table));
	for (i = 0; i < nr; i++)
		nic->rss.table[i] = i % queues;
}

void machine_policy(struct policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->irqbalance = true;
}

struct nic_policy *machine_section(struct policy *policy, const char *match)
{
	struct nic_policy *section = grow(&policy->nic, &policy->nr_nic, sizeof(*section));

	(void)snprintf(section->match, sizeof(section->match), "%s", match);
	(void)snprintf(section->from, sizeof(section->from), "test.conf:%u", policy->nr_nic);
	section->rps = section->rss = section->allow_risk = -1;
	return section;
}

void machine_section_cpus(struct nic_policy *section, unsigned int nr, const unsigned int *cpus)
{
	section->cpus = calloc(nr + 1, sizeof(*cpus));
	section->nr_cpus = nr;
	memcpy(section->cpus, cpus, nr * sizeof(*cpus));
}

void machine_policy_free(struct policy *policy)
{
	unsigned int i;

	for (i = 0; i < policy->nr_nic; i++)
		free(policy->nic[i].cpus);
	free(policy->nic);
	free(policy->steer);
	bindings_free(policy->bind, policy->nr_bind);
	memset(policy, 0, sizeof(*policy));
}

/* -------------------------------------------------------- by chance */

static void mask_random(struct rng *rng, const struct cpumask *of, struct cpumask *mask)
{
	unsigned int cpu, density = 1 + rng_below(rng, 6);

	cpumask_clear(mask);
	cpumask_for_each(cpu, of)
		if (rng_once_in(rng, density))
			cpumask_add(mask, cpu);
}

static void cpus_random(struct rng *rng, struct facts *facts)
{
	static const unsigned int most[] = { 4, 8, 8, 16, 16, 32, 64, 64, 128, 512 };
	unsigned int nr = 1 + rng_below(rng, most[rng_below(rng, 10)]);
	unsigned int nodes = rng_once_in(rng, 2) ? 1 : 1 + rng_below(rng, 8), i;
	unsigned int offline = rng_once_in(rng, 3) ? 2 + rng_below(rng, 8) : 0;
	unsigned int isolated = rng_once_in(rng, 4) ? 2 + rng_below(rng, 4) : 0;
	bool far_siblings = rng_once_in(rng, 3), silent = rng_once_in(rng, 10);

	machine_cpus(facts, nr, 1 + rng_below(rng, 2), nodes < nr ? nodes : nr);
	for (i = 0; i < nr; i++) {
		struct cpu *cpu = &facts->cpus.cpu[i];

		if (far_siblings && nr > 1)
			cpu->core = (int)(i % (nr / 2)); /* 0 and nr / 2 share a core */
		if (silent)
			cpu->core = cpu->package = cpu->node = -1;
		if (i && offline && rng_once_in(rng, offline))
			cpumask_del(&facts->cpus.online, i);
		if (isolated && rng_once_in(rng, isolated))
			cpumask_add(&facts->cpus.isolated, i);
	}
}

/* What a boot script, a person or another tool has left on one queue. */
static void queue_random(struct rng *rng, const struct facts *facts, const struct nic *nic,
			 struct queue *queue)
{
	const struct cpumask *online = &facts->cpus.online;
	unsigned int i;

	mask_random(rng, online, &queue->in.affinity);
	mask_random(rng, online, &queue->out.affinity);
	if (cpumask_empty(&queue->in.affinity))
		queue->in.affinity = *online;
	if (rng_once_in(rng, 50))
		queue->in.number = -1;
	if (queue->index >= nic->channels.now)
		return;
	if (queue->has_xps)
		mask_random(rng, online, &queue->xps);
	if (queue->has_rps) {
		mask_random(rng, online, &queue->rps);
		queue->rps_flow_cnt = rng_once_in(rng, 2) ? 0 : 1u << rng_below(rng, 15);
	}
	if (queue->has_xps_rxqs && rng_once_in(rng, 4))
		for (i = 0; i < nic->channels.now; i++)
			if (rng_once_in(rng, 3))
				cpumask_add(&queue->xps_rxqs, i);
}

/* As the older ecs_mq leaves it: every mask on every queue is all CPUs. */
static void queue_incumbent(const struct facts *facts, const struct nic *nic, struct queue *queue)
{
	if (queue->index >= nic->channels.now)
		return;
	if (queue->has_rps) {
		queue->rps = facts->cpus.online;
		queue->rps_flow_cnt = 8192;
	}
	if (queue->has_xps)
		queue->xps = facts->cpus.online;
}

/* Only an older driver has a table over more queues than are active. */
static void rss_random(struct rng *rng, const struct facts *facts, struct nic *nic)
{
	unsigned int i;

	nic->rss.offered = rng_once_in(rng, 2) ? IS_NO : IS_UNKNOWN;
	if (rng_once_in(rng, 2))
		return;
	machine_rss(nic, 1u << (1 + rng_below(rng, 7)),
		    facts->node.kernel[0] ? nic->channels.max : nic->channels.now);
	if (facts->node.kernel[0] || nic->channels.now == 1 || rng_once_in(rng, 3))
		return;
	for (i = 1; i < nic->rss.nr_table && rng_below(rng, 8); i++)
		nic->rss.table[i] = rng_below(rng, nic->channels.now);
	nic->rss.table[0] = nic->channels.now - 1; /* never mistaken for the driver's */
}

static void nic_random(struct rng *rng, struct facts *facts)
{
	static const unsigned int most[] = { 1, 4, 8, 16, 64 };
	unsigned int max = 1 + rng_below(rng, most[rng_below(rng, 5)]), i;
	unsigned int online = cpumask_count(&facts->cpus.online);
	unsigned int now = rng_once_in(rng, 2) ? 1 + rng_below(rng, max) : max;
	unsigned int kind = rng_below(rng, 3);
	bool no_xps = rng_once_in(rng, 20), no_rps = rng_once_in(rng, 20);
	struct nic *nic = machine_nic(facts, max, now < online ? now : online);

	if (rng_once_in(rng, 10))
		(void)snprintf(nic->driver, sizeof(nic->driver),
			       rng_once_in(rng, 2) ? "ena" : "xyz");
	if (rng_once_in(rng, 10))
		(void)snprintf(nic->owner, sizeof(nic->owner), "terway");
	if (rng_once_in(rng, 10))
		nic->vectors = rng_once_in(rng, 2) ? VECTORS_SHARED : VECTORS_UNKNOWN;
	if (rng_once_in(rng, 20))
		nic->channels.known = rng_once_in(rng, 2) ? IS_NO : IS_UNKNOWN;
	if (rng_once_in(rng, 20))
		nic->bus[0] = 0;
	nic->xdp_prog = rng_once_in(rng, 12) ? 7 : 0;
	nic->node = (int)rng_below(rng, 9) - 1;
	nic->default_route = rng_once_in(rng, 3);
	nic->metadata_route = rng_once_in(rng, 4);
	nic->login = rng_once_in(rng, 4);
	rss_random(rng, facts, nic);
	for (i = 0; i < max; i++) {
		nic->queue[i].has_xps &= !no_xps;
		if (no_xps)
			cpumask_clear(&nic->queue[i].xps);
		nic->queue[i].has_rps &= !no_rps;
		if (kind == 1)
			queue_incumbent(facts, nic, &nic->queue[i]);
		else if (kind == 2)
			queue_random(rng, facts, nic, &nic->queue[i]);
	}
}

/* A section that can be met on this machine. */
static void section_random(struct rng *rng, const struct facts *facts, struct policy *policy)
{
	const struct nic *nic = &facts->nic[rng_below(rng, facts->nr_nic)];
	const char *names[] = { nic->ifname, nic->mac, nic->bus, "*" };
	struct nic_policy *section = machine_section(policy, names[rng_below(rng, 4)]);
	unsigned int cpu, nr = 0, cpus[64];

	section->manage = rng_below(rng, 12) ? IS_UNKNOWN : IS_NO;
	section->rps = (int)rng_below(rng, 3) - 1;
	section->rss = (int)rng_below(rng, 3) - 1;
	section->allow_risk = (int)rng_below(rng, 4) - 1;
	if (rng_once_in(rng, 3)) {
		bool any = !strcmp(section->match, "*");

		section->channels = 1 + rng_below(rng, any ? 64 : nic->channels.max);
	} else if (rng_once_in(rng, 3) && strcmp(section->match, "*")) {
		cpumask_for_each(cpu, &facts->cpus.online)
			if (rng_once_in(rng, 2) && nr < nic->channels.max && nr < 64)
				cpus[nr++] = cpu;
		machine_section_cpus(section, nr, cpus);
	}
}

void machine_random(uint64_t seed, struct facts *facts, struct policy *policy)
{
	struct rng rng = { seed };
	unsigned int i, nr;

	memset(facts, 0, sizeof(*facts));
	machine_policy(policy);
	if (rng_once_in(&rng, 3))
		(void)snprintf(facts->node.kernel, sizeof(facts->node.kernel), "6.1");
	cpus_random(&rng, facts);
	nr = rng_once_in(&rng, 4) ? 1 + rng_below(&rng, 15) : 1 + rng_below(&rng, 3);
	if (facts->cpus.nr_cpu > 64)
		nr = 1 + nr % 3;
	for (i = 0; i < nr; i++)
		nic_random(&rng, facts);
	if (!rng_once_in(&rng, 8))
		machine_sysctl(facts, "net.core.rps_sock_flow_entries",
			       rng_once_in(&rng, 2) ? "0" : "65536");
	if (rng_once_in(&rng, 2)) {
		machine_owner(facts, "irqbalance", (enum tri)rng_below(&rng, 3));
		facts->irqbalance_banned =
			rng_once_in(&rng, 3) ? NULL :
					       strdup(rng_once_in(&rng, 2) ? "" : "9 26 31 900000");
	}
	policy->irqbalance = !rng_once_in(&rng, 4);
	if (rng_once_in(&rng, 5))
		mask_random(&rng, &facts->cpus.possible, &policy->allowed);
	for (nr = rng_once_in(&rng, 2) ? 0 : rng_below(&rng, 4); nr; nr--)
		section_random(&rng, facts, policy);
}
