/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes on counting while no process of netlane looks: objects pinned in
 * one folder below /sys/fs/bpf/netlane. The rule: what is pinned and still what
 * is wanted goes on with its numbers, whatever happens to its neighbours; and
 * an object that this kernel does not take keeps no other one out.
 */
#ifndef NETLANE_OBSERVE_KEPT_H
#define NETLANE_OBSERVE_KEPT_H

#include <stdbool.h>

#include "base/err.h"
#include "observe/object.h"

/* One object that is to be kept. */
struct keeping {
	const struct object_kind *kind;
	unsigned int slots; /* of a new one */
	void *arg; /* of the calls below */
	/*
	 * Is what is pinned, of this very build, what is wanted? May bring it there
	 * where that needs no new beginning. NULL: always.
	 */
	bool (*suits)(const struct object *o, void *arg);
	/* Tells a new one what to count, before anything is attached. NULL: nothing to tell. */
	int (*configure)(const struct object *o, void *arg, struct err *err);
	/* Is the program one of those that are always attached? NULL: each is. */
	bool (*always)(unsigned int prog, void *arg);

	/* what became of it */
	bool began; /* with all counters zero */
	int ret; /* 0, or it is not kept: -EOPNOTSUPP, -EPERM ... */
	struct err err; /* then with a sentence */
};

/* 0; or -errno when nothing can be kept at all, with a sentence in each of the @nr. */
int kept_begin(struct keeping *keeping, unsigned int nr);
/* Ends it: nothing of netlane's BPF stays in the kernel. */
int kept_end(struct err *err);
/* Is it kept? 0; -ENOENT: no; -ESTALE: by another version; -EPERM: only root can tell. */
int kept_is(const struct object_kind *kind);

#endif /* NETLANE_OBSERVE_KEPT_H */
