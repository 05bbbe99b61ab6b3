// SPDX-License-Identifier: GPL-2.0
/* Loads, adopts and pins the programs of bpf/traffic.bpf.c; see programs.h. */
#include "observe/programs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/hash.h"
#include "observe/pins.h"
#include "skel/traffic.skel.h"

#define MAP_NAME(id, name, called, size, entries) #name,
static const char *const map_names[] = { MAP_LIST(MAP_NAME) };
#define MAP_CALLED(id, name, called, size, entries) called,
static const char *const map_called[] = { MAP_LIST(MAP_CALLED) };
#define MAP_SIZE(id, name, called, size, entries) size,
static const unsigned int map_sizes[] = { MAP_LIST(MAP_SIZE) };
#define MAP_ENTRIES(id, name, called, size, entries) entries,
static const unsigned int map_entries[] = { MAP_LIST(MAP_ENTRIES) };
#define PROG_NAME(id, name) #name,
static const char *const prog_names[] = { PROG_LIST(PROG_NAME) };

/* What libbpf would print belongs into the sentence, and there is none for it to print to. */
static int libbpf_silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static void programs_reset(struct programs *p)
{
	unsigned int i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < MAP_COUNT; i++)
		p->map[i] = -1;
	for (i = 0; i < PROG_COUNT; i++)
		p->prog[i] = -1;
}

/* Over the object, which the skeleton carries: any other build differs. */
static uint64_t build_of_object(void)
{
	size_t size;
	const void *bytes = traffic_bpf__elf_bytes(&size);

	return hash_bytes(HASH_SEED, bytes, size);
}

/* Does kfree_skb say a reason here (5.17)? Its third argument, behind the hidden first. */
static bool says_reason(const struct btf *btf)
{
	const struct btf_type *type;
	int id;

	id = btf__find_by_name_kind(btf, "btf_trace_kfree_skb", BTF_KIND_TYPEDEF);
	type = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;
	if (type)
		type = btf__type_by_id(btf, type->type); /* the pointer */
	if (type)
		type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) && btf_vlen(type) >= 4;
}

/* Shapes the programs to what this kernel has, as its BTF tells. */
static int suit_kernel(struct traffic_bpf *skel)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int ret = 0;

	if (!btf || !says_reason(btf))
		ret = bpf_program__set_autoload(skel->progs.lane_drop, false);
	skel->rodata->can_cast = btf &&
				 btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
	btf__free(btf);
	return ret;
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

static uint32_t map_id_of(int fd)
{
	struct bpf_map_info info = { 0 };
	unsigned int len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

static int info_write(struct programs *p, unsigned int slots)
{
	const unsigned int zero = 0;

	p->info = (struct lane_info){
		.abi = LANE_ABI,
		.slots = slots,
		.loaded_ns = clock_boot_ns(),
		.build = build_of_object(),
	};
	p->map_id = map_id_of(p->map[MAP_INFO]);
	return bpf_map_update_elem(p->map[MAP_INFO], &zero, &p->info, BPF_ANY) ? -errno : 0;
}

int programs_load(unsigned int slots, struct programs *p, struct err *err)
{
	struct bpf_program *prog;
	unsigned int i;
	int ret = 0;

	programs_reset(p);
	(void)libbpf_set_print(libbpf_silent);
	p->skel = traffic_bpf__open();
	if (!p->skel)
		return load_failed(-errno, err);
	for (i = 0; i < MAP_COUNT && !ret; i++)
		if (!map_entries[i])
			ret = bpf_map__set_max_entries(
				bpf_object__find_map_by_name(p->skel->obj, map_called[i]), slots);
	if (!ret)
		ret = suit_kernel(p->skel);
	if (!ret)
		ret = traffic_bpf__load(p->skel);
	if (ret)
		goto close;
	for (i = 0; i < MAP_COUNT; i++)
		p->map[i] = bpf_object__find_map_fd_by_name(p->skel->obj, map_called[i]);
	for (i = 0; i < PROG_COUNT; i++) {
		prog = bpf_object__find_program_by_name(p->skel->obj, prog_names[i]);
		p->prog[i] = bpf_program__fd(prog);
	}
	ret = info_write(p, slots);
	if (!ret)
		return 0;
close:
	programs_close(p);
	return load_failed(ret, err);
}

/* Is the map what this netlane would have made? */
static bool map_fits(const struct programs *p, unsigned int i)
{
	const unsigned int entries = map_entries[i] ? map_entries[i] : p->info.slots;
	struct bpf_map_info info = { 0 };
	unsigned int len = sizeof(info);

	return !bpf_obj_get_info_by_fd(p->map[i], &info, &len) && info.key_size == sizeof(__u32) &&
	       info.value_size == map_sizes[i] && info.max_entries == entries &&
	       !strncmp(info.name, map_called[i], sizeof(info.name) - 1);
}

int programs_adopt(struct programs *p)
{
	const unsigned int zero = 0;
	unsigned int i;
	int ret = 0;

	programs_reset(p);
	(void)libbpf_set_print(libbpf_silent);
	p->map[MAP_INFO] = pins_open(map_names[MAP_INFO]);
	if (p->map[MAP_INFO] < 0)
		return p->map[MAP_INFO];
	p->map_id = map_id_of(p->map[MAP_INFO]);
	if (bpf_map_lookup_elem(p->map[MAP_INFO], &zero, &p->info) || p->info.abi != LANE_ABI)
		ret = -ESTALE;
	for (i = 0; i < MAP_COUNT && !ret; i++) {
		if (i != MAP_INFO)
			p->map[i] = pins_open(map_names[i]);
		if (p->map[i] < 0 || !map_fits(p, i))
			ret = -ESTALE;
	}
	for (i = 0; i < PROG_COUNT && !ret; i++)
		p->prog[i] = pins_open(prog_names[i]); /* not there: not on this kernel */
	if (ret)
		programs_close(p);
	return ret;
}

bool programs_in_force(const struct programs *p)
{
	int fd = pins_open(map_names[MAP_INFO]);
	bool same = fd >= 0 && map_id_of(fd) == p->map_id;

	if (fd >= 0)
		close(fd);
	return same;
}

bool programs_are_ours(const struct programs *p)
{
	return p->info.build == build_of_object();
}

struct lane_nic *programs_nics(const struct programs *p)
{
	void *nics = mmap(NULL, map_sizes[MAP_NICS], PROT_READ | PROT_WRITE, MAP_SHARED,
			  p->map[MAP_NICS], 0);

	return nics == MAP_FAILED ? NULL : nics;
}

void programs_nics_done(struct lane_nic *nics)
{
	if (nics)
		(void)munmap(nics, map_sizes[MAP_NICS]); /* it is a mapping of that size */
}

int programs_attach(const struct programs *p, enum lane_prog prog)
{
	int fd;

	if (p->prog[prog] < 0)
		return -EOPNOTSUPP;
	fd = bpf_raw_tracepoint_open(NULL, p->prog[prog]);
	return fd < 0 ? -errno : fd;
}

const char *programs_name(enum lane_prog prog)
{
	return prog_names[prog];
}

static int pin_one(int fd, const char *dir, const char *name, struct err *err)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (bpf_obj_pin(fd, path))
		return err_set(err, -errno, "%s cannot be made: %s", path, strerror(errno));
	return 0;
}

int programs_pin(const struct programs *p, const char *dir, struct err *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < MAP_COUNT && !ret; i++)
		ret = pin_one(p->map[i], dir, map_names[i], err);
	for (i = 0; i < PROG_COUNT && !ret; i++)
		if (p->prog[i] >= 0)
			ret = pin_one(p->prog[i], dir, prog_names[i], err);
	return ret;
}

void programs_close(struct programs *p)
{
	unsigned int i;

	for (i = 0; !p->skel && i < MAP_COUNT; i++)
		if (p->map[i] >= 0)
			close(p->map[i]);
	for (i = 0; !p->skel && i < PROG_COUNT; i++)
		if (p->prog[i] >= 0)
			close(p->prog[i]);
	traffic_bpf__destroy(p->skel);
	programs_reset(p);
}
