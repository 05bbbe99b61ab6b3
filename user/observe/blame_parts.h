/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the blame reader share; see blame.h. */
#ifndef NETLANE_OBSERVE_BLAME_PARTS_H
#define NETLANE_OBSERVE_BLAME_PARTS_H

#include <linux/types.h>

#include "bpf/abi.h"
#include "observe/blame.h"

/* ---- blame_ways.c: the programs, by the best way that this kernel has */

struct blame_bpf;
struct bpf_link;

#define BLAME_LINKS_MAX 32

struct blame_programs {
	struct blame_bpf *skel;
	struct bpf_link *link[BLAME_LINKS_MAX]; /* in the order of attaching */
	unsigned int nr_link;
	struct blame_way way[BLAME_FACTS];
};

int blame_attach(bool syscalls, struct blame_programs *p, struct err *err);
void blame_detach(struct blame_programs *p);

/* ---- blame_parse.c: pure */

/* What the record alone tells; no system call. */
void blame_parse(const struct blame_record *r, struct blame *b);
/*
 * The systemd unit of a cgroup's path: its last part that is a service or a
 * scope, else its last part, "" for the root.
 */
void blame_unit(const char *path, char *unit, size_t len);
/* The path in the text of /proc/PID/cgroup: version 2, else systemd's own hierarchy. */
bool blame_cgroup_line(const char *text, char *path, size_t len);
/* Field 22 of /proc/PID/stat, clock ticks since boot; false when the text is none. */
bool blame_start_ticks(const char *stat, unsigned long long *ticks);

/* ---- blame_unit.c: the cgroup's path and unit, of what is there when it is read */

/* A descriptor of the cgroup2 mount, or -errno where there is none. */
int blame_cgroups_open(void);
void blame_resolve_unit(int cgroups, const struct blame_record *r, struct blame *b);

#endif /* NETLANE_OBSERVE_BLAME_PARTS_H */
