/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One BPF object of netlane's, with its maps and programs: loaded anew, or what
 * is pinned of it already. The rule: a pinned map is read only if it is exactly
 * what this netlane would have made.
 */
#ifndef NETLANE_OBSERVE_OBJECT_H
#define NETLANE_OBSERVE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/types.h>

#include "base/err.h"
#include "bpf/abi.h"

#define OBJECT_MAPS_MAX 16
#define OBJECT_PROGS_MAX 24

struct bpf_object;
struct btf;

struct object_map {
	const char *name; /* of the pin */
	const char *called; /* by libbpf */
	unsigned int key_size;
	unsigned int value_size;
	unsigned int entries; /* 0: one a slot */
};

/* What an object is, known when netlane is built. Its first map is the one of struct lane_info. */
struct object_kind {
	const char *missing; /* what is not there without it, "packets are not counted by lane" */
	const struct object_map *map;
	unsigned int nr_map;
	const char *const *prog; /* names, unique among all kinds */
	unsigned int nr_prog;
	/* The skeleton's: opens, and says in @skel what close() gets. NULL with errno. */
	struct bpf_object *(*open)(void **skel);
	void (*close)(void *skel);
	const void *(*bytes)(size_t *size);
	/* Shapes it to this kernel before it is loaded; @btf NULL: none. 0 or -errno. NULL: as is */
	int (*suit)(void *skel, const struct btf *btf);
};

struct object {
	const struct object_kind *kind;
	void *skel; /* NULL: adopted */
	int map[OBJECT_MAPS_MAX];
	int prog[OBJECT_PROGS_MAX]; /* -1: this kernel has not what it hooks */
	struct lane_info info;
	uint32_t map_id; /* of the first map, to see whether the pins are still these */
};

/*
 * Loads maps, of @slots slots where they have slots, and programs; attaches
 * none. A program that hooks a function by a trampoline (fentry, fexit) is left
 * out where the kernel has no such function or takes no such program. 0;
 * -EOPNOTSUPP when this kernel cannot (no BTF, no such hook) and -EPERM without
 * root, each with a sentence.
 */
int object_load(const struct object_kind *kind, unsigned int slots, struct object *o,
		struct err *err);
/* The same without any that hooks a function: some machines load those and attach none. */
int object_load_plain(const struct object_kind *kind, unsigned int slots, struct object *o,
		      struct err *err);
/* Opens what is pinned. -ENOENT: nothing; -ESTALE: not what this netlane makes; -EPERM. */
int object_adopt(const struct object_kind *kind, struct object *o);
/* The same for readers, who may have come while a loader was at it; never with its lock held. */
int object_open(const struct object_kind *kind, struct object *o);
/* Do the pins still hold these very maps? */
bool object_in_force(const struct object *o);
/* Is what is adopted of the same build as this program? */
bool object_is_ours(const struct object *o);
/* Attaches one; a descriptor that detaches when closed (unless pinned), or -errno. */
int object_attach(const struct object *o, unsigned int prog);
/* Puts a failed attachment into words; returns -EPERM or -EOPNOTSUPP. */
int object_attach_failed(int ret, struct err *err);
/* Pins maps and programs below @dir. */
int object_pin(const struct object *o, const char *dir, struct err *err);
/* Pins the link @fd of program @prog below @dir. */
int object_pin_link(const struct object *o, unsigned int prog, int fd, const char *dir,
		    struct err *err);
/* The pinned link of a program, a descriptor or -errno; and where it is pinned. */
int object_link(const struct object *o, unsigned int prog);
void object_link_path(const struct object *o, unsigned int prog, char *path, unsigned long len);
/* How many arguments a kernel function or a tracepoint's type has; 0: it is not there. */
unsigned int object_arguments(const struct btf *btf, const char *name, unsigned int kind);
/* Takes out of @dir whatever the two have pinned there. */
void object_unpin(const struct object_kind *kind, const char *dir);
void object_close(struct object *o);

#endif /* NETLANE_OBSERVE_OBJECT_H */
