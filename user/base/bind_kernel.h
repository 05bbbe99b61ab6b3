/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program of bindings of this network namespace, as the kernel has it. The
 * rule: it is found by its link, wherever that is pinned, and what it looks up by
 * the program itself.
 */
#ifndef NETLANE_BASE_BIND_KERNEL_H
#define NETLANE_BASE_BIND_KERNEL_H

#include <stdbool.h>

#include "base/bind.h"
#include "base/bpf.h"
#include "base/err.h"

enum bind_map {
	BIND_SECTIONS,
	BIND_SOCKETS,
	BIND_COUNTERS,
	BIND_TEXTS,
	BIND_DRAIN, /* DRAIN_MAPS of them, in the order of enum drain_map */
	BIND_MAPS = BIND_DRAIN + DRAIN_MAPS,
};

struct bind_kernel {
	int link; /* descriptor, -1: none stands */
	bool known; /* its maps are what this netlane makes */
	struct bpf_found map[BIND_MAPS];
};

/* That of namespace @netns, its inode: 0, also where none stands; -EPERM without root, or -errno, with a sentence. */
int bind_kernel_open(unsigned int netns, struct bind_kernel *kernel, struct err *err);
void bind_kernel_close(struct bind_kernel *kernel);
/* @prog takes the place of the one that stands, or is attached and pinned. */
int bind_kernel_attach(const struct bind_kernel *kernel, int prog, struct err *err);
/* Ends what stands. */
int bind_kernel_end(const struct bind_kernel *kernel, struct err *err);

#endif /* NETLANE_BASE_BIND_KERNEL_H */
