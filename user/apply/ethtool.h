/* SPDX-License-Identifier: GPL-2.0 */
/* One ethtool ioctl on an interface of this namespace. Only apply/ includes it. */
#ifndef NETLANE_APPLY_ETHTOOL_H
#define NETLANE_APPLY_ETHTOOL_H

/* @data: a struct ethtool_*, its cmd set. 0 or -errno. */
int ethtool_call(const char *ifname, void *data);

#endif /* NETLANE_APPLY_ETHTOOL_H */
