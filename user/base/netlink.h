/* SPDX-License-Identifier: GPL-2.0 */
/* Asking the kernel over netlink: one request, all of its answers. */
#ifndef NETLANE_BASE_NETLINK_H
#define NETLANE_BASE_NETLINK_H

#include <libmnl/libmnl.h>

/* A bound socket whose answers are waited for 2 s at most; NULL and errno. */
struct mnl_socket *netlink_open(int bus);
/* Sends @nlh and runs @cb over what comes back. 0 or -errno. */
int netlink_talk(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		 void *data);
/* The same for a dump, which is also asked how it ended: a list that is cut off is an error. */
int netlink_dump(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		 void *data);
/*
 * The same where a list that changed while it was dumped is not good enough:
 * -EINTR then. What @cb has seen is to be thrown away, and asked for again.
 */
int netlink_dump_whole(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		       void *data);

#endif /* NETLANE_BASE_NETLINK_H */
