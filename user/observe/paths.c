// SPDX-License-Identifier: GPL-2.0
/*
 * The ways of connections; see paths.h. The rule: what was counted is the queue. Whose
 * it is, is read when somebody asks, and is what stands then.
 */
#include "observe/paths.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include "base/files.h"
#include "bpf/abi.h"

static int in_order(const void *a, const void *b)
{
	const struct event_path *x = a, *y = b;
	const long long order[] = {
		(long long)x->netns - y->netns,	  (long long)x->port - y->port,
		(long long)x->ipv6 - y->ipv6,	  (long long)x->ifindex - y->ifindex,
		(long long)x->queue - y->queue,	  (long long)x->received - y->received,
		(long long)x->served - y->served,
	};
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i])
			return order[i] < 0 ? -1 : 1;
	return 0;
}

int paths_take(const struct rows *rows, struct event_paths *paths)
{
	const struct tcp_path_key *key = rows->keys;
	const struct tcp_path *value = rows->values;
	unsigned int i;

	paths->path = calloc(rows->nr + 1, sizeof(*paths->path));
	if (!paths->path)
		return -ENOMEM;
	for (i = 0; i < rows->nr; i++)
		paths->path[paths->nr++] = (struct event_path){
			.netns = key[i].listener.netns,
			.port = key[i].listener.port,
			.ipv6 = key[i].listener.family == 6,
			.ifindex = key[i].ifindex,
			.queue = key[i].queue == TCP_NO_QUEUE ? -1 : key[i].queue,
			.received = key[i].received,
			.served = key[i].served,
			.connections = value[i].connections,
		};
	if (paths->nr)
		qsort(paths->path, paths->nr, sizeof(*paths->path), in_order);
	return 0;
}

struct queues {
	struct txq *txq;
	unsigned int nr;
};

/* Where receive queues choose (xps_rxqs), they do before any CPU. */
static int cpus_read(const char *ifname, int queue, struct cpumask *cpus)
{
	char path[64], mask[CPUMASK_TEXT_LEN];
	struct cpumask rxqs = { 0 };
	int ret;

	(void)snprintf(path, sizeof(path), "/sys/class/net/%.15s/queues/tx-%d", ifname, queue);
	if (!file_read("/", mask, sizeof(mask), "%s/xps_rxqs", path))
		(void)cpumask_parse_hex(mask, &rxqs);
	ret = file_read("/", mask, sizeof(mask), "%s/xps_cpus", path);
	if (!ret)
		ret = cpumask_parse_hex(mask, cpus);
	if (!cpumask_empty(&rxqs))
		cpumask_clear(cpus);
	return ret;
}

/* A CPU that several queues would do for sends by no certain one. */
static void lanes_only(struct txq *txq, unsigned int nr)
{
	struct cpumask seen = { 0 }, twice = { 0 }, both;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		cpumask_and(&both, &seen, &txq[i].cpus);
		cpumask_or(&twice, &twice, &both);
		cpumask_or(&seen, &seen, &txq[i].cpus);
	}
	for (i = 0; i < nr; i++)
		cpumask_andnot(&txq[i].cpus, &txq[i].cpus, &twice);
}

static int device_read(unsigned int ifindex, struct queues *queues)
{
	struct txq one = { .ifindex = ifindex }, *grown;
	unsigned int first = queues->nr;

	if (!if_indextoname(ifindex, one.ifname))
		one.ifname[0] = '\0';
	for (; !one.queue || one.ifname[0]; one.queue++) {
		cpumask_clear(&one.cpus);
		if (cpus_read(one.ifname, one.queue, &one.cpus) && one.queue)
			break;
		grown = realloc(queues->txq, (queues->nr + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		queues->txq = grown;
		queues->txq[queues->nr++] = one;
	}
	lanes_only(&queues->txq[first], queues->nr - first);
	return 0;
}

static bool has_device(const struct queues *queues, unsigned int ifindex)
{
	unsigned int i;

	for (i = 0; i < queues->nr; i++)
		if (queues->txq[i].ifindex == ifindex)
			return true;
	return false;
}

int paths_queues(const struct event_paths *paths, unsigned int netns, struct txq **txq,
		 unsigned int *nr)
{
	struct queues queues = { 0 };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < paths->nr && !ret; i++) {
		const struct event_path *path = &paths->path[i];

		if (path->netns == netns && path->queue >= 0 && path->ifindex &&
		    !has_device(&queues, path->ifindex))
			ret = device_read(path->ifindex, &queues);
	}
	*txq = queues.txq;
	*nr = queues.nr;
	return ret;
}
