// SPDX-License-Identifier: GPL-2.0
/* How local accepting is and who bears it; see accepts.h. */
#include "judge/accepts.h"

#include <errno.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpumask.h"
#include "bpf/abi.h"

static void busiest_find(struct accept_load *load)
{
	uint64_t most = 0;
	unsigned int i;

	for (i = 0; i < load->nr_lane; i++) {
		if (load->lane[i].accepted <= most)
			continue;
		most = load->lane[i].accepted;
		load->busiest_cpu = load->lane[i].cpu;
	}
	if (load->accepted)
		load->busiest_pct =
			(unsigned int)((most * 100 * load->nr_lane + load->accepted / 2) /
				       load->accepted);
}

int accept_load(const struct event_serve *by_cpu, unsigned int nr_cpu,
		const struct cpumask *workers, struct accept_load *load)
{
	unsigned int cpu;

	memset(load, 0, sizeof(*load));
	load->lane = calloc(nr_cpu + 1, sizeof(*load->lane));
	if (!load->lane)
		return -ENOMEM;
	for (cpu = 0; cpu < nr_cpu; cpu++) {
		if (!by_cpu[cpu].accepted && !cpumask_has(workers, cpu))
			continue;
		load->lane[load->nr_lane++] = (struct accept_lane){
			.cpu = cpu,
			.accepted = by_cpu[cpu].accepted,
			.local = by_cpu[cpu].local,
		};
		load->accepted += by_cpu[cpu].accepted;
		load->local += by_cpu[cpu].local;
	}
	busiest_find(load);
	return 0;
}

static int most_first(const void *a, const void *b)
{
	const struct accept_cross *x = a, *y = b;

	if (x->connections != y->connections)
		return x->connections > y->connections ? -1 : 1;
	if (x->received != y->received)
		return x->received < y->received ? -1 : 1;
	return x->accepted < y->accepted ? -1 : x->accepted > y->accepted;
}

int accept_crosses(const struct event_matrix *before, const struct event_matrix *now,
		   struct accept_cross **cross, unsigned int *nr)
{
	const size_t all = (size_t)now->nr_receiver * now->nr_cpu;
	bool same = before && before->accepted && before->nr_cpu == now->nr_cpu;
	uint64_t was;
	size_t i;

	*nr = 0;
	*cross = calloc(all + 1, sizeof(**cross));
	if (!*cross)
		return -ENOMEM;
	for (i = 0; i < all; i++) {
		was = same ? before->accepted[i] : 0;
		if (now->accepted[i] <= was)
			continue;
		(*cross)[(*nr)++] = (struct accept_cross){
			/* the last of so many rows is of several CPUs */
			.received = i / now->nr_cpu == TCP_RECEIVERS - 1 ? -1 :
									   (int)(i / now->nr_cpu),
			.accepted = (unsigned int)(i % now->nr_cpu),
			.connections = now->accepted[i] - was,
		};
	}
	if (*nr)
		qsort(*cross, *nr, sizeof(**cross), most_first);
	return 0;
}

int accept_load_of(const struct accept_cross *cross, unsigned int nr, struct accept_load *load)
{
	struct event_serve *by_cpu = calloc(CPUMASK_BITS, sizeof(*by_cpu));
	const struct cpumask none = { 0 };
	unsigned int i;
	int ret;

	memset(load, 0, sizeof(*load));
	if (!by_cpu)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		if (cross[i].accepted >= CPUMASK_BITS)
			continue;
		by_cpu[cross[i].accepted].accepted += cross[i].connections;
		if (cross[i].received == (int)cross[i].accepted)
			by_cpu[cross[i].accepted].local += cross[i].connections;
	}
	ret = accept_load(by_cpu, CPUMASK_BITS, &none, load);
	free(by_cpu);
	return ret;
}
