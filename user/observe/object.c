// SPDX-License-Identifier: GPL-2.0
/* Loads, adopts and pins one BPF object; see object.h. */
#include "observe/object.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/bpf.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/hash.h"
#include "observe/pins.h"

/* Where the links of programs that are always attached are pinned, beside the programs. */
#define LINK_NAME "link_%s"
#define KERNEL_ENOTSUPP \
	524 /* include/linux/errno.h: the kernel's own, which libc has no words for */

static void object_reset(struct object *o, const struct object_kind *kind)
{
	unsigned int i;

	memset(o, 0, sizeof(*o));
	o->kind = kind;
	for (i = 0; i < OBJECT_MAPS_MAX; i++)
		o->map[i] = -1;
	for (i = 0; i < OBJECT_PROGS_MAX; i++)
		o->prog[i] = -1;
}

/* Over the object, which the skeleton carries: any other build differs. */
static uint64_t build_of(const struct object_kind *kind)
{
	size_t size;
	const void *bytes = kind->bytes(&size);

	return hash_bytes(HASH_SEED, bytes, size);
}

static uint32_t map_id_of(int fd)
{
	struct bpf_map_info info = { 0 };
	unsigned int len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

static int info_write(struct object *o, unsigned int slots)
{
	const unsigned int zero = 0;

	o->info = (struct lane_info){
		.abi = LANE_ABI,
		.slots = slots,
		.loaded_ns = clock_boot_ns(),
		.build = build_of(o->kind),
	};
	o->map_id = map_id_of(o->map[0]);
	return bpf_map_update_elem(o->map[0], &zero, &o->info, BPF_ANY) ? -errno : 0;
}

unsigned int object_arguments(const struct btf *btf, const char *name, unsigned int kind)
{
	int id = btf ? btf__find_by_name_kind(btf, name, kind) : -ENOENT;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;

	if (type)
		type = btf__type_by_id(btf, type->type);
	if (type && btf_is_ptr(type)) /* a tracepoint's is one to a function */
		type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) ? btf_vlen(type) : 0;
}

/* The kernel's function that a program hooks by a trampoline, or NULL: another kind of hook. */
static const char *function_of(const struct bpf_program *prog)
{
	enum bpf_attach_type type = bpf_program__expected_attach_type(prog);
	const char *slash = strchr(bpf_program__section_name(prog), '/');

	return (type == BPF_TRACE_FENTRY || type == BPF_TRACE_FEXIT) && slash ? slash + 1 : NULL;
}

/* Leaves out what hooks a function that this kernel has not; or any, without @trampolines. */
static int functions_choose(struct bpf_object *obj, const struct btf *btf, bool trampolines)
{
	struct bpf_program *prog;
	const char *function;
	int ret = 0;

	bpf_object__for_each_program(prog, obj)
	{
		function = function_of(prog);
		if (!function || ret ||
		    (trampolines && btf &&
		     btf__find_by_name_kind(btf, function, BTF_KIND_FUNC) > 0))
			continue;
		ret = bpf_program__set_autoload(prog, false);
	}
	return ret;
}

static int suit_kernel(struct object *o, struct bpf_object *obj, bool trampolines)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int ret = functions_choose(obj, btf, trampolines);

	if (!ret && o->kind->suit)
		ret = o->kind->suit(o->skel, btf);
	btf__free(btf);
	return ret;
}

/* Opens, shapes and loads; the object, or NULL with an error in @ret. */
static struct bpf_object *load(struct object *o, unsigned int slots, bool trampolines, int *ret)
{
	const struct object_kind *kind = o->kind;
	struct bpf_object *obj = kind->open(&o->skel);
	unsigned int i;

	*ret = obj ? 0 : -errno;
	for (i = 0; i < kind->nr_map && !*ret; i++)
		if (!kind->map[i].entries)
			*ret = bpf_map__set_max_entries(
				bpf_object__find_map_by_name(obj, kind->map[i].called), slots);
	if (!*ret)
		*ret = suit_kernel(o, obj, trampolines);
	if (!*ret)
		*ret = bpf_object__load(obj);
	if (*ret && obj)
		kind->close(o->skel);
	if (*ret)
		o->skel = NULL;
	return *ret ? NULL : obj;
}

static int load_any(const struct object_kind *kind, unsigned int slots, bool trampolines,
		    struct object *o, struct err *err)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	unsigned int i;
	int ret;

	object_reset(o, kind);
	bpf_quiet();
	obj = load(o, slots, trampolines, &ret);
	/* hardened kernels take tracepoints' programs and refuse those of functions */
	if (!obj && trampolines && !geteuid())
		obj = load(o, slots, false, &ret);
	if (!obj)
		return bpf_load_failed(ret, kind->missing, err);
	for (i = 0; i < kind->nr_map; i++)
		o->map[i] = bpf_object__find_map_fd_by_name(obj, kind->map[i].called);
	for (i = 0; i < kind->nr_prog; i++) {
		prog = bpf_object__find_program_by_name(obj, kind->prog[i]);
		o->prog[i] = bpf_program__fd(prog);
	}
	ret = info_write(o, slots);
	if (!ret)
		return 0;
	object_close(o);
	return bpf_load_failed(ret, kind->missing, err);
}

int object_load(const struct object_kind *kind, unsigned int slots, struct object *o,
		struct err *err)
{
	return load_any(kind, slots, true, o, err);
}

int object_load_plain(const struct object_kind *kind, unsigned int slots, struct object *o,
		      struct err *err)
{
	return load_any(kind, slots, false, o, err);
}

/* Is the map what this netlane would have made? */
static bool map_fits(const struct object *o, unsigned int i)
{
	const struct object_map *map = &o->kind->map[i];
	struct bpf_map_info info = { 0 };
	unsigned int len = sizeof(info);

	return !bpf_obj_get_info_by_fd(o->map[i], &info, &len) && info.key_size == map->key_size &&
	       info.value_size == map->value_size &&
	       info.max_entries == (map->entries ? map->entries : o->info.slots) &&
	       !strncmp(info.name, map->called, sizeof(info.name) - 1);
}

int object_adopt(const struct object_kind *kind, struct object *o)
{
	const unsigned int zero = 0;
	unsigned int i;
	int ret = 0;

	object_reset(o, kind);
	bpf_quiet();
	o->map[0] = pins_open(kind->map[0].name);
	if (o->map[0] < 0)
		return o->map[0];
	o->map_id = map_id_of(o->map[0]);
	if (bpf_map_lookup_elem(o->map[0], &zero, &o->info) || o->info.abi != LANE_ABI)
		ret = -ESTALE;
	for (i = 0; i < kind->nr_map && !ret; i++) {
		if (i)
			o->map[i] = pins_open(kind->map[i].name);
		if (o->map[i] < 0 || !map_fits(o, i))
			ret = -ESTALE;
	}
	for (i = 0; i < kind->nr_prog && !ret; i++)
		o->prog[i] = pins_open(kind->prog[i]); /* not there: not on this kernel */
	if (ret)
		object_close(o);
	return ret;
}

int object_open(const struct object_kind *kind, struct object *o)
{
	struct err err;
	int lock, ret = object_adopt(kind, o);

	if (ret != -ENOENT && ret != -ESTALE)
		return ret;
	lock = pins_lock(&err);
	ret = object_adopt(kind, o);
	if (lock >= 0)
		close(lock);
	return ret;
}

bool object_in_force(const struct object *o)
{
	int fd = pins_open(o->kind->map[0].name);
	bool same = fd >= 0 && map_id_of(fd) == o->map_id;

	if (fd >= 0)
		close(fd);
	return same;
}

bool object_is_ours(const struct object *o)
{
	return o->info.build == build_of(o->kind);
}

int object_attach(const struct object *o, unsigned int prog)
{
	int fd;

	if (o->prog[prog] < 0)
		return -EOPNOTSUPP;
	fd = bpf_raw_tracepoint_open(NULL, o->prog[prog]);
	return fd < 0 ? -errno : fd;
}

int object_attach_failed(int ret, struct err *err)
{
	return err_set(err, ret == -EPERM ? ret : -EOPNOTSUPP,
		       "the BPF programs cannot be attached: %s",
		       ret == -KERNEL_ENOTSUPP ? "not supported by this kernel" : strerror(-ret));
}

static int pin_one(int fd, const char *dir, const char *name, struct err *err)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (bpf_obj_pin(fd, path))
		return err_set(err, -errno, "%s cannot be made: %s", path, strerror(errno));
	return 0;
}

int object_pin(const struct object *o, const char *dir, struct err *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < o->kind->nr_map && !ret; i++)
		ret = pin_one(o->map[i], dir, o->kind->map[i].name, err);
	for (i = 0; i < o->kind->nr_prog && !ret; i++)
		if (o->prog[i] >= 0)
			ret = pin_one(o->prog[i], dir, o->kind->prog[i], err);
	return ret;
}

int object_pin_link(const struct object *o, unsigned int prog, int fd, const char *dir,
		    struct err *err)
{
	char name[64];

	(void)snprintf(name, sizeof(name), LINK_NAME, o->kind->prog[prog]);
	return pin_one(fd, dir, name, err);
}

int object_link(const struct object *o, unsigned int prog)
{
	char name[64];

	(void)snprintf(name, sizeof(name), LINK_NAME, o->kind->prog[prog]);
	return pins_open(name);
}

void object_link_path(const struct object *o, unsigned int prog, char *path, unsigned long len)
{
	char name[64];

	(void)snprintf(name, sizeof(name), LINK_NAME, o->kind->prog[prog]);
	pins_path(name, path, len);
}

void object_unpin(const struct object_kind *kind, const char *dir)
{
	char path[256];
	unsigned int i;

	/* not there, mostly; and a folder that is not committed is removed by the next loader */
	for (i = 0; i < kind->nr_map; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, kind->map[i].name);
		(void)unlink(path);
	}
	for (i = 0; i < kind->nr_prog; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, kind->prog[i]);
		(void)unlink(path);
		(void)snprintf(path, sizeof(path), "%s/" LINK_NAME, dir, kind->prog[i]);
		(void)unlink(path);
	}
}

void object_close(struct object *o)
{
	unsigned int i;

	for (i = 0; !o->skel && i < OBJECT_MAPS_MAX; i++)
		if (o->map[i] >= 0)
			close(o->map[i]);
	for (i = 0; !o->skel && i < OBJECT_PROGS_MAX; i++)
		if (o->prog[i] >= 0)
			close(o->prog[i]);
	if (o->skel)
		o->kind->close(o->skel);
	object_reset(o, o->kind);
}
