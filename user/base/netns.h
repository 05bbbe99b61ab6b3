/* SPDX-License-Identifier: GPL-2.0 */
/* The network namespace that this process is in. */
#ifndef NETLANE_BASE_NETNS_H
#define NETLANE_BASE_NETNS_H

/* The inode of /proc/self/ns/net, 0 with errno: not to be known. */
unsigned int netns_own(void);

#endif /* NETLANE_BASE_NETNS_H */
