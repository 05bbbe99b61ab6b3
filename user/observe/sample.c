// SPDX-License-Identifier: GPL-2.0
/* One reading of all counters; see traffic.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "base/clock.h"
#include "base/text.h"
#include "observe/kernel.h"
#include "observe/reader.h"
#include "observe/traffic.h"

_Static_assert(TRAFFIC_REASONS == LANE_REASONS, "as many as the map has");
_Static_assert(HIST_BUCKETS == LANE_BUCKETS, "a histogram is read as it stands in the map");

void sample_free(struct sample *sample)
{
	unsigned int i, q;

	for (i = 0; i < sample->nr_nic; i++) {
		struct sample_nic *nic = &sample->nic[i];

		for (q = 0; nic->queue && q <= nic->nr_queue; q++) {
			free(nic->queue[q].rx);
			free(nic->queue[q].tx);
			free(nic->queue[q].crossed);
		}
		free(nic->queue);
	}
	free(sample->nic);
	free(sample->cpu);
	memset(sample, 0, sizeof(*sample));
}

static int nic_make(struct sample_nic *nic, unsigned int nr_cpu)
{
	unsigned int q;

	nic->queue = calloc(nic->nr_queue + 1, sizeof(*nic->queue));
	for (q = 0; nic->queue && q <= nic->nr_queue; q++) {
		nic->queue[q].rx = calloc(nr_cpu, sizeof(struct count));
		nic->queue[q].tx = calloc(nr_cpu, sizeof(struct count));
		nic->queue[q].crossed = calloc(nr_cpu, sizeof(uint64_t));
		if (!nic->queue[q].rx || !nic->queue[q].tx || !nic->queue[q].crossed)
			return -ENOMEM;
	}
	return nic->queue ? 0 : -ENOMEM;
}

/* Room of the reader's shape; what another reader filled is given back first. */
static int sample_make(const struct traffic *t, struct sample *sample)
{
	unsigned int i;
	int ret = 0;

	if (sample->generation == t->programs.map_id && sample->nr_nic == t->nr_nic)
		return 0;
	sample_free(sample);
	sample->nic = calloc(t->nr_nic + 1, sizeof(*sample->nic));
	sample->cpu = calloc(t->nr_cpu, sizeof(*sample->cpu));
	if (!sample->nic || !sample->cpu)
		ret = -ENOMEM;
	for (i = 0; i < t->nr_nic && !ret; i++) {
		sample->nr_nic = i + 1;
		sample->nic[i].ifindex = t->nic[i].ifindex;
		sample->nic[i].nr_queue = t->nic[i].where.queues;
		(void)text_copy(sample->nic[i].ifname, sizeof(sample->nic[i].ifname),
				t->nic[i].ifname); /* the same length */
		ret = nic_make(&sample->nic[i], t->nr_cpu);
	}
	if (ret) {
		sample_free(sample);
		return ret;
	}
	sample->nr_cpu = t->nr_cpu;
	sample->generation = t->programs.map_id;
	sample->since_ns = t->programs.info.loaded_ns;
	return 0;
}

/* One slot of all CPUs, which the map has and the reader counts together differently. */
static int counts_read(int map, unsigned int slot, struct lane_count *scratch, struct count *counts,
		       unsigned int nr_cpu)
{
	unsigned int cpu;

	if (bpf_map_lookup_elem(map, &slot, scratch))
		return -errno;
	for (cpu = 0; cpu < nr_cpu; cpu++)
		counts[cpu] = (struct count){
			.packets = scratch[cpu].packets,
			.bytes = scratch[cpu].bytes,
			.wire_packets = scratch[cpu].packets + scratch[cpu].extra_packets,
			.wire_bytes = scratch[cpu].bytes + scratch[cpu].extra_bytes,
		};
	return 0;
}

static int queues_read(const struct traffic *t, const struct lane_nic *where,
		       struct sample_nic *nic)
{
	struct lane_count *scratch = calloc(t->nr_cpu, sizeof(*scratch));
	unsigned int q, slot;
	int ret = scratch ? 0 : -ENOMEM;

	for (q = 0; q <= nic->nr_queue && !ret; q++) {
		slot = where->first + q;
		ret = counts_read(t->programs.map[MAP_RX], slot, scratch, nic->queue[q].rx,
				  t->nr_cpu);
		if (!ret)
			ret = counts_read(t->programs.map[MAP_TX], slot, scratch, nic->queue[q].tx,
					  t->nr_cpu);
		if (!ret && t->crossings &&
		    bpf_map_lookup_elem(t->programs.map[MAP_CROSSED], &slot, nic->queue[q].crossed))
			ret = -errno;
	}
	free(scratch);
	return ret;
}

static int softirqs_read(const struct traffic *t, struct sample *sample)
{
	struct lane_softirq *all = calloc(t->nr_cpu, sizeof(*all));
	const unsigned int zero = 0;
	unsigned int cpu;
	int ret = 0;

	if (!all)
		return -ENOMEM;
	if (bpf_map_lookup_elem(t->programs.map[MAP_SOFTIRQ], &zero, all))
		ret = -errno;
	for (cpu = 0; cpu < t->nr_cpu && !ret; cpu++) {
		memcpy(&sample->cpu[cpu].wait, all[cpu].wait, sizeof(all[cpu].wait));
		memcpy(&sample->cpu[cpu].run, all[cpu].run, sizeof(all[cpu].run));
		sample->cpu[cpu].run_ns = all[cpu].run_ns;
	}
	free(all);
	return ret;
}

int traffic_sample(struct traffic *traffic, struct sample *sample, struct err *err)
{
	unsigned int i;
	int ret;

	ret = sample_make(traffic, sample);
	if (ret)
		return err_set(err, ret, "out of memory");
	for (i = 0; i < sample->nr_cpu; i++)
		sample->cpu[i].online = false;
	sample->at_ns = clock_boot_ns();
	for (i = 0; i < traffic->nr_nic && !ret; i++)
		ret = queues_read(traffic, &traffic->nic[i].where, &sample->nic[i]);
	if (!ret)
		ret = softirqs_read(traffic, sample);
	if (ret)
		return err_set(err, ret, "the BPF maps cannot be read: %s", strerror(-ret));
	/* the kernel's own counters: what is missing stays as it was */
	(void)kernel_softnet("/", sample);
	(void)kernel_drops(sample);
	sample->crossings = traffic->crossings;
	sample->softirq = traffic->watched & WATCH_SOFTIRQ;
	/* an older kernel refused a second reader; the first one may be gone by now */
	if (traffic->watched)
		(void)traffic_watch(traffic, traffic->watched, NULL);
	return 0;
}

int traffic_drops(const struct traffic *traffic, uint64_t *drops)
{
	uint64_t *all = calloc(traffic->nr_cpu, sizeof(*all));
	unsigned int reason, cpu;
	int ret = 0;

	if (!all)
		return -ENOMEM;
	for (reason = 0; reason < LANE_REASONS && !ret; reason++) {
		drops[reason] = 0;
		if (bpf_map_lookup_elem(traffic->programs.map[MAP_DROPS], &reason, all))
			ret = -errno;
		for (cpu = 0; cpu < traffic->nr_cpu && !ret; cpu++)
			drops[reason] += all[cpu];
	}
	free(all);
	return ret;
}

const char *traffic_reason(unsigned int reason)
{
	static struct btf *btf;
	static const struct btf_type *type;
	const struct btf_enum *item;
	unsigned int i;
	int id;

	if (!btf) {
		btf = btf__load_vmlinux_btf();
		id = btf ? btf__find_by_name_kind(btf, "skb_drop_reason", BTF_KIND_ENUM) : -ENOENT;
		type = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;
	}
	for (i = 0; type && i < btf_vlen(type); i++) {
		item = &btf_enum(type)[i];
		if ((unsigned int)item->val == reason)
			return btf__name_by_offset(btf, item->name_off);
	}
	return NULL;
}
