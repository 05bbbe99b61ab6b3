/* SPDX-License-Identifier: GPL-2.0 */
/* ethtool's ioctl on an interface of this namespace: for facts to read, for apply to write. */
#ifndef NETLANE_BASE_ETHTOOL_H
#define NETLANE_BASE_ETHTOOL_H

#include <linux/ethtool.h>

/* @data: a struct ethtool_*, its cmd set. 0 or -errno. */
int ethtool_call(const char *ifname, void *data);
/*
 * The receive hash's indirection table, heap, its length in size and at least
 * 1. 0; -EOPNOTSUPP: the device offers none; -E2BIG: more than 65536 entries.
 */
int ethtool_rss(const char *ifname, struct ethtool_rxfh_indir **table);

#endif /* NETLANE_BASE_ETHTOOL_H */
