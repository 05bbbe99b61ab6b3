/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes of the node by name, from one pass over /proc. The rule: only
 * comm is read, so that it costs one small read a process.
 */
#ifndef NETLANE_FACTS_PROCS_H
#define NETLANE_FACTS_PROCS_H

#include <stddef.h>

struct proc {
	unsigned int pid;
	char comm[16]; /* as the kernel says it: cut at 15 bytes, raw */
};

struct procs {
	struct proc *proc;
	unsigned int nr;
};

/* 0 or -errno; empty then. */
int procs_gather(const char *root, struct procs *procs);
void procs_free(struct procs *procs);
/* The process called @comm with the lowest pid, or NULL. */
const struct proc *procs_find(const struct procs *procs, const char *comm);

#endif /* NETLANE_FACTS_PROCS_H */
