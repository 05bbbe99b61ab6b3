/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces by the inode of /proc/PID/ns/net. */
#ifndef NETLANE_BASE_NETNS_H
#define NETLANE_BASE_NETNS_H

/* The inode of /proc/self/ns/net, 0 with errno: not to be known. */
unsigned int netns_own(void);
/*
 * A descriptor of the namespace @inode: this process' own, a named one of ip netns, or
 * one that a process is in. -ENOENT: there is none, as far as may be looked.
 */
int netns_open(unsigned int inode);

/* Where ip netns keeps its names. */
#define NETNS_NAMES "/run/netns/"
/*
 * A descriptor of the namespace of that name of ip netns, or at that path; *inode is its
 * inode. -errno: there is none, or it is none.
 */
int netns_open_named(const char *name, unsigned int *inode);
/* Does @act in the namespace of @fd, and returns what it returns; this thread is there for so long. */
int netns_do(int fd, int (*act)(void *arg), void *arg);

#endif /* NETLANE_BASE_NETNS_H */
