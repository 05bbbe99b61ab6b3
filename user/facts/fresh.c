// SPDX-License-Identifier: GPL-2.0
/*
 * Facts of a node that nobody has touched yet, from its instance type. The
 * rule: what the table knows, and what the virtio-net driver sets by itself;
 * the rest is what the smallest machine has (one NUMA node, one thread a core).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/driver.h"
#include "base/text.h"
#include "facts/facts.h"
#include "facts/instances.h"

#define FIRST_IRQ 26 /* as on a small node: below are the machine's own */

static int cpus_build(struct cpus *cpus, unsigned int nr)
{
	unsigned int i;

	cpus->cpu = calloc(nr, sizeof(*cpus->cpu));
	if (!cpus->cpu)
		return -ENOMEM;
	cpus->nr_cpu = nr;
	for (i = 0; i < nr; i++) {
		cpus->cpu[i].id = i;
		cpus->cpu[i].core = (int)i;
		cpumask_add(&cpus->online, i);
	}
	cpus->possible = cpus->online;
	return 0;
}

static void queue_build(struct queue *queue, const struct cpus *cpus, unsigned int channels)
{
	driver_default_cpus(&cpus->online, channels, queue->index, &queue->in.affinity);
	queue->out.affinity = queue->in.affinity;
	queue->in.effective = queue->out.effective = queue->in.affinity;
	queue->has_rps = true;
	queue->has_xps = queue->has_xps_rxqs = channels > 1;
	if (queue->has_xps)
		queue->xps = queue->in.affinity;
}

static int nic_build(struct nic *nic, const struct cpus *cpus, unsigned int max)
{
	unsigned int i;

	(void)text_copy(nic->ifname, sizeof(nic->ifname), "eth0");
	(void)text_copy(nic->bus, sizeof(nic->bus), "0000:00:05.0");
	(void)text_copy(nic->mac, sizeof(nic->mac), "02:00:00:00:00:00");
	(void)text_copy(nic->driver, sizeof(nic->driver), "virtio_net");
	(void)text_copy(nic->qdisc, sizeof(nic->qdisc), max > 1 ? "mq" : "pfifo_fast");
	nic->ifindex = 2;
	nic->up = nic->default_route = nic->metadata_route = true;
	nic->mtu = 1500;
	nic->vectors = VECTORS_PER_QUEUE;
	nic->channels.known = IS_YES;
	nic->channels.max = max;
	nic->channels.now = max < cpus->nr_cpu ? max : cpus->nr_cpu;
	nic->rss.offered = IS_NO; /* on most families the VPC keeps it */
	nic->queue = calloc(max, sizeof(*nic->queue));
	if (!nic->queue)
		return -ENOMEM;
	nic->nr_queue = max;
	for (i = 0; i < max; i++) {
		nic->queue[i].index = i;
		nic->queue[i].in.number = (int)(FIRST_IRQ + 2 * i);
		nic->queue[i].out.number = (int)(FIRST_IRQ + 2 * i + 1);
		if (i < nic->channels.now)
			queue_build(&nic->queue[i], cpus, nic->channels.now);
	}
	return 0;
}

/* The kernel's default of what the plan may raise. */
static int sysctls_build(struct facts *facts)
{
	facts->sysctl = calloc(1, sizeof(*facts->sysctl));
	if (!facts->sysctl)
		return -ENOMEM;
	facts->nr_sysctl = 1;
	(void)text_copy(facts->sysctl->name, sizeof(facts->sysctl->name),
			"net.core.rps_sock_flow_entries");
	(void)text_copy(facts->sysctl->value, sizeof(facts->sysctl->value), "0");
	return 0;
}

int instances_facts(const char *type, struct facts *facts, struct err *err)
{
	struct instance instance;
	int ret;

	memset(facts, 0, sizeof(*facts));
	ret = instances_find(type, &instance, err);
	if (ret)
		return ret;
	if (!instance.vcpus || !instance.nic_queues)
		return err_set(err, -ENODATA, "%s: the table of %s has no %s for it", type,
			       instances_date(), instance.vcpus ? "number of queues" : "vCPUs");
	(void)text_copy(facts->node.instance_type, sizeof(facts->node.instance_type),
			instance.type);
	(void)text_copy(facts->node.instance_type_from, sizeof(facts->node.instance_type_from),
			"option");
	facts->nic = calloc(1, sizeof(*facts->nic));
	ret = facts->nic ? cpus_build(&facts->cpus, instance.vcpus) : -ENOMEM;
	if (!ret) {
		facts->nr_nic = 1;
		ret = nic_build(facts->nic, &facts->cpus, instance.nic_queues);
	}
	if (!ret)
		ret = sysctls_build(facts);
	if (ret) {
		facts_free(facts);
		return err_set(err, ret, "%s: %s", type, strerror(-ret));
	}
	return 0;
}
