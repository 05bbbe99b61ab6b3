// SPDX-License-Identifier: GPL-2.0
/*
 * The queues of a NIC: interrupts, XPS and RPS. The rule: an attribute that
 * cannot be read is one that the queue does not have; the index runs over all
 * queues that the device could have, so that inactive ones can be planned.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/nicdev.h"
#include "facts/gather.h"

#define QUEUES "/sys/class/net/%s/queues"
/* Beyond any device: 64 on ECS, and a driver's slip must not eat the memory. */
#define QUEUES_MAX 4096

/* False where the file is not there (one queue: ENOENT) or not readable. */
static bool mask_read(const char *root, struct cpumask *mask, const char *ifname, const char *dir,
		      unsigned int index, const char *name)
{
	char buf[CPUMASK_TEXT_LEN];

	if (file_read(root, buf, sizeof(buf), QUEUES "/%s-%u/%s", ifname, dir, index, name) ||
	    cpumask_parse_hex(buf, mask)) {
		cpumask_clear(mask);
		return false;
	}
	return true;
}

static void steering_read(const char *root, const char *ifname, struct queue *queue)
{
	unsigned int i = queue->index;

	queue->has_xps = mask_read(root, &queue->xps, ifname, "tx", i, "xps_cpus");
	queue->has_xps_rxqs = mask_read(root, &queue->xps_rxqs, ifname, "tx", i, "xps_rxqs");
	queue->has_rps = mask_read(root, &queue->rps, ifname, "rx", i, "rps_cpus");
	if (file_read_uint(root, &queue->rps_flow_cnt, QUEUES "/rx-%u/rps_flow_cnt", ifname, i))
		queue->rps_flow_cnt = 0;
}

static void affinity_read(const char *root, struct cpumask *mask, int number, const char *name)
{
	char buf[CPUMASK_TEXT_LEN];

	if (file_read(root, buf, sizeof(buf), "/proc/irq/%d/%s", number, name) ||
	    cpumask_parse_hex(buf, mask))
		cpumask_clear(mask);
}

/* Sum over the columns of /proc/interrupts, one for each online CPU. */
static uint64_t count_read(const char *interrupts, int number)
{
	const char *p, *line = interrupts;
	uint64_t sum = 0, one;
	char *end;

	for (; line && *line; line = (p = strchr(line, '\n')) ? p + 1 : NULL)
		if (strtol(line, &end, 10) == number && end > line && *end == ':')
			break;
	if (!line || !*line)
		return 0;
	for (p = end + 1; *p == ' '; p = end) {
		one = strtoull(p, &end, 10);
		if (end == p || (*end != ' ' && *end != '\n' && *end))
			break; /* the chip's name: "PCI-MSIX-...", "6-edge" */
		sum += one;
	}
	return sum;
}

static void irq_read(const struct gather *g, struct irq *irq, int number)
{
	irq->number = number;
	if (number < 0)
		return;
	affinity_read(g->root, &irq->affinity, number, "smp_affinity");
	affinity_read(g->root, &irq->effective, number, "effective_affinity");
	irq->count = count_read(g->interrupts.s, number);
}

/* The queues that sysfs shows: the active ones. */
static unsigned int queues_seen(const char *root, const char *ifname)
{
	unsigned int i, nr, seen = 0;
	unsigned long index;
	char **names;

	if (files_list(root, &names, &nr, QUEUES, ifname))
		return 0;
	for (i = 0; i < nr; i++) {
		const char *dash = strchr(names[i], '-');

		if (dash && !text_uint(dash + 1, 0, QUEUES_MAX - 1, &index) && index >= seen)
			seen = (unsigned int)index + 1;
	}
	files_free(names, nr);
	return seen;
}

static unsigned int max_of(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

int queues_gather(const struct gather *g, struct nic *nic)
{
	struct nicdev_irqs irqs;
	unsigned int i, nr;
	int ret;

	ret = nicdev_irqs_parse(g->root, nic->ifname, g->interrupts.s, &irqs);
	if (ret == -ENOMEM)
		return ret;
	nic->vectors = irqs.vectors;
	nr = max_of(max_of(nic->channels.max, irqs.nr), queues_seen(g->root, nic->ifname));
	if (nr > QUEUES_MAX)
		nr = QUEUES_MAX;
	nic->queue = calloc(nr + 1, sizeof(*nic->queue));
	if (!nic->queue) {
		nicdev_irqs_free(&irqs);
		return -ENOMEM;
	}
	nic->nr_queue = nr;
	for (i = 0; i < nr; i++) {
		nic->queue[i].index = i;
		irq_read(g, &nic->queue[i].in, i < irqs.nr ? irqs.in[i] : -1);
		irq_read(g, &nic->queue[i].out, i < irqs.nr ? irqs.out[i] : -1);
		steering_read(g->root, nic->ifname, &nic->queue[i]);
	}
	nicdev_irqs_free(&irqs);
	return 0;
}
