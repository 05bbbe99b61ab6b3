/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Groups of listening TCP sockets, and of UDP sockets that are not connected
 * (SO_REUSEPORT), of this network namespace, who takes connections or datagrams
 * from each socket, and for which CPU each is meant.
 */
#ifndef NETLANE_BASE_GROUPS_H
#define NETLANE_BASE_GROUPS_H

#include "base/err.h"
#include "base/fields.h"
#include "base/text.h"
#include "types.h"

/* More sockets than this are not looked at: -E2BIG. */
#define GROUP_SOCKETS_MAX 4096

/*
 * How much is looked for: what the kernel says; and who has each socket open, by a
 * walk over all processes; and who takes from it, for which the kernel lists the
 * epoll sets of those processes and makes them wait meanwhile (some us a descriptor).
 */
enum groups_depth { GROUPS_PLAIN, GROUPS_HELD, GROUPS_SERVED };

/*
 * All groups, by address and port, heap; freed by groups_free(). Wants root and
 * BTF. 0; -EOPNOTSUPP where this kernel has no socket iterator (5.8) or no BTF,
 * -EPERM, or -errno, each with a sentence.
 */
int groups_read(struct listen_group **groups, unsigned int *nr, enum groups_depth depth,
		struct err *err);
/* The same of other network namespaces, by open descriptors, one after the other. */
struct netns_place {
	int fd;
	unsigned int inode;
};
int groups_read_in(const struct netns_place *place, unsigned int nr_place,
		   struct listen_group **groups, unsigned int *nr, enum groups_depth depth,
		   struct err *err);
void groups_free(struct listen_group *groups, unsigned int nr);
extern const struct field group_fields[];
extern const char *const chooser_names[]; /* "none", "netlane", "foreign" */

extern const struct field named_netns_fields[];

/* The group that listens on @listen, or NULL; all are of one namespace. */
const struct listen_group *groups_find(const struct listen_group *groups, unsigned int nr,
				       const char *listen);

/*
 * For which CPU each socket is meant, in the order of the sockets, "-" for none:
 * "cpu 0,1,-" by SO_INCOMING_CPU, "program 0,2-3+6,- spill 50" by netlane's own BPF
 * program, to which a socket may have several and which leaves to the hash what
 * comes above that percentage of a backlog; "foreign program" by somebody's, "hash"
 * where nothing is meant for any. Heap, NULL: out of memory.
 */
#define GROUP_UDP "udp " /* before what a group of UDP sockets listens on */
#define GROUP_HASH "hash"
#define GROUP_CPU "cpu "
#define GROUP_PROGRAM "program "
#define GROUP_SPILL " spill "
/* The CPUs of one socket as they stand in a value, added to @text; "-" for none. */
void group_cpus_add(struct text *text, const struct cpumask *cpus);
char *group_value(const struct listen_group *group);
/* Is any socket meant for a CPU, or does a program choose: anything but "hash"? */
bool group_is_steered(const struct listen_group *group);
/* Makes @value so, one element for each socket. 0 or -errno with a sentence. */
int group_set(const struct listen_group *group, const char *value, struct err *err);
/* Could @now be what is left of @ours after sockets came and went? */
bool group_is_rest(const char *now, const char *ours);

/*
 * Does this kernel heed SO_INCOMING_CPU in a group? Found out with two sockets
 * in a network namespace of its own. IS_UNKNOWN with an errno where that cannot
 * be made.
 */
enum tri groups_probe(bool udp, int *errno_out);

#endif /* NETLANE_BASE_GROUPS_H */
