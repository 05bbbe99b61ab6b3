// SPDX-License-Identifier: GPL-2.0
/* Loading BPF programs and reading what they keep; see bpf.h. */
#include "base/bpf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/files.h"

static int silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

void bpf_quiet(void)
{
	(void)libbpf_set_print(silent);
}

int bpf_load_failed(int ret, const char *missing, struct err *err)
{
	if ((ret == -EPERM || ret == -EACCES) && geteuid())
		return err_set(err, -EPERM, "loading BPF programs needs root");
	if (!file_exists(NULL, "/sys/kernel/btf/vmlinux"))
		return err_set(err, -EOPNOTSUPP,
			       "this kernel has no BTF (/sys/kernel/btf/vmlinux is missing; "
			       "CONFIG_DEBUG_INFO_BTF): %s, everything else works",
			       missing);
	return err_set(err, -EOPNOTSUPP, "this kernel does not take the BPF programs: %s",
		       strerror(-ret));
}

#define MAPS_MAX 32 /* of one program of ours: there are ten at most */

/* Keeps it where it is one of those that are looked for. */
static void part_take(unsigned int id, const struct bpf_part *part, struct bpf_found *found,
		      unsigned int nr)
{
	struct bpf_map_info info = { 0 };
	unsigned int i, len = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		nr = 0;
	for (i = 0; i < nr; i++)
		if (found[i].fd < 0 && !strcmp(info.name, part[i].name) &&
		    info.value_size == part[i].value_size) {
			found[i] = (struct bpf_found){ fd, info.max_entries };
			return;
		}
	close(fd);
}

int bpf_parts_open(unsigned int id, const char *program, const struct bpf_part *part,
		   struct bpf_found *found, unsigned int nr)
{
	unsigned int ids[MAPS_MAX], i, len = sizeof(struct bpf_prog_info), missing = 0;
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids };
	int fd = bpf_prog_get_fd_by_id(id);
	bool ours;

	for (i = 0; i < nr; i++)
		found[i] = (struct bpf_found){ .fd = -1 };
	if (fd < 0)
		return -ENOENT;
	ours = !bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, program);
	for (i = 0; ours && i < info.nr_map_ids && i < MAPS_MAX; i++)
		part_take(ids[i], part, found, nr);
	close(fd);
	for (i = 0; i < nr; i++)
		missing += found[i].fd < 0;
	if (!ours)
		return -ENOENT;
	return missing ? -ESTALE : 0;
}

void bpf_parts_close(struct bpf_found *found, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (found[i].fd >= 0)
			close(found[i].fd);
		found[i].fd = -1;
	}
}

int bpf_sum(int map, unsigned int key, uint64_t *sum, unsigned int nr)
{
	int cpu, nr_cpu = libbpf_num_possible_cpus(), ret;
	unsigned int i;
	uint64_t *value;

	memset(sum, 0, nr * sizeof(*sum));
	if (nr_cpu <= 0)
		return -ENOENT;
	value = calloc((unsigned int)nr_cpu * (size_t)nr, sizeof(*value));
	if (!value)
		return -ENOMEM;
	ret = bpf_map_lookup_elem(map, &key, value) ? -errno : 0;
	for (cpu = 0; cpu < nr_cpu && !ret; cpu++)
		for (i = 0; i < nr; i++)
			sum[i] += value[(unsigned int)cpu * nr + i];
	free(value);
	return ret;
}
