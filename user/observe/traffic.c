// SPDX-License-Identifier: GPL-2.0
/* Loads bpf/traffic.bpf.c and reads its counters; see traffic.h. */
#include "observe/traffic.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/files.h"
#include "bpf/abi.h"
#include "skel/traffic.skel.h"

struct traffic {
	struct traffic_bpf *skel;
	struct lane_nic *nic; /* by index into the facts' list; queues 0: not counted */
	unsigned int nr_nic;
	unsigned int cpus;
};

/* What libbpf would print belongs into the sentence, and there is none for it to print to. */
static int libbpf_silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

/* A slot a queue and one for what has none. */
static unsigned int slots_assign(struct traffic *t, const struct facts *facts)
{
	unsigned int i, next = 0;

	for (i = 0; i < facts->nr_nic; i++) {
		const struct nic *nic = &facts->nic[i];

		if (!nic->bus[0] || nic->ifindex >= LANE_IFINDEX_MAX ||
		    next + nic->nr_queue + 1 > LANE_SLOTS_MAX)
			continue;
		t->nic[i].first = next;
		t->nic[i].queues = nic->nr_queue;
		next += nic->nr_queue + 1;
	}
	return next;
}

static int nics_watch(const struct traffic *t, const struct facts *facts, struct err *err)
{
	unsigned int i;
	int ret;

	for (i = 0; i < t->nr_nic; i++) {
		if (!t->nic[i].queues)
			continue;
		ret = bpf_map_update_elem(bpf_map__fd(t->skel->maps.lane_nics),
					  &facts->nic[i].ifindex, &t->nic[i], BPF_ANY);
		if (ret)
			return err_set(err, -errno, "the BPF map of NICs cannot be filled: %s",
				       strerror(errno));
	}
	return 0;
}

static int load_failed(int ret, struct err *err)
{
	if (ret == -EPERM || ret == -EACCES)
		return err_set(err, -EPERM, "loading BPF programs needs root");
	if (!file_exists(NULL, "/sys/kernel/btf/vmlinux"))
		return err_set(err, -EOPNOTSUPP,
			       "this kernel has no BTF (/sys/kernel/btf/vmlinux is missing; "
			       "CONFIG_DEBUG_INFO_BTF): packets cannot be counted by lane, "
			       "everything else works");
	return err_set(err, -EOPNOTSUPP, "this kernel does not take the BPF programs: %s",
		       strerror(-ret));
}

int traffic_open(const struct facts *facts, struct traffic **traffic, struct err *err)
{
	struct traffic *t = calloc(1, sizeof(*t));
	unsigned int slots;
	int ret;

	if (!t || !(t->nic = calloc(facts->nr_nic + 1, sizeof(*t->nic)))) {
		free(t);
		return err_set(err, -ENOMEM, "out of memory");
	}
	t->nr_nic = facts->nr_nic;
	t->cpus = (unsigned int)libbpf_num_possible_cpus();
	(void)libbpf_set_print(libbpf_silent);
	slots = slots_assign(t, facts);
	t->skel = traffic_bpf__open();
	ret = t->skel ? 0 : -errno;
	if (!ret)
		ret = bpf_map__set_max_entries(t->skel->maps.lane_rx, slots ? slots : 1);
	if (!ret)
		ret = bpf_map__set_max_entries(t->skel->maps.lane_tx, slots ? slots : 1);
	if (!ret)
		ret = traffic_bpf__load(t->skel);
	if (ret) {
		ret = load_failed(ret, err);
		goto close;
	}
	ret = nics_watch(t, facts, err); /* configure, then attach */
	if (ret)
		goto close;
	ret = traffic_bpf__attach(t->skel);
	if (ret) {
		ret = load_failed(ret, err);
		goto close;
	}
	*traffic = t;
	return 0;

close:
	traffic_close(t);
	return ret;
}

void traffic_close(struct traffic *traffic)
{
	if (!traffic)
		return;
	traffic_bpf__destroy(traffic->skel);
	free(traffic->nic);
	free(traffic);
}

unsigned int traffic_cpus(const struct traffic *traffic)
{
	return traffic->cpus;
}

int traffic_read(const struct traffic *traffic, unsigned int nic, enum traffic_dir dir,
		 unsigned int queue, struct traffic_cell *cells)
{
	const struct bpf_map *map = dir == TRAFFIC_RX ? traffic->skel->maps.lane_rx :
							traffic->skel->maps.lane_tx;
	unsigned int slot;

	_Static_assert(sizeof(struct traffic_cell) == sizeof(struct lane_count),
		       "a cell is read as it stands in the map");
	if (nic >= traffic->nr_nic || !traffic->nic[nic].queues || queue > traffic->nic[nic].queues)
		return -ENOENT;
	slot = traffic->nic[nic].first + queue;
	return bpf_map_lookup_elem(bpf_map__fd(map), &slot, cells) ? -errno : 0;
}
