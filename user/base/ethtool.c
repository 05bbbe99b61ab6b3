// SPDX-License-Identifier: GPL-2.0
/* ethtool's ioctl; see ethtool.h. */
#include "base/ethtool.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "base/text.h"

#define RSS_TABLE_MAX 65536 /* drivers have 128 to 4096 entries */

int ethtool_call(const char *ifname, void *data)
{
	struct ifreq req = { .ifr_data = data };
	int fd, ret;

	if (!text_copy(req.ifr_name, sizeof(req.ifr_name), ifname))
		return -ENAMETOOLONG;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ret = ioctl(fd, SIOCETHTOOL, &req) ? -errno : 0;
	close(fd);
	return ret;
}

int ethtool_rss(const char *ifname, struct ethtool_rxfh_indir **table)
{
	struct ethtool_rxfh_indir probe = { .cmd = ETHTOOL_GRXFHINDIR }, *full;
	int ret;

	*table = NULL;
	ret = ethtool_call(ifname, &probe);
	if (ret || !probe.size)
		return ret ? ret : -EOPNOTSUPP;
	if (probe.size > RSS_TABLE_MAX)
		return -E2BIG;
	full = calloc(1, sizeof(*full) + probe.size * sizeof(full->ring_index[0]));
	if (!full)
		return -ENOMEM;
	full->cmd = ETHTOOL_GRXFHINDIR;
	full->size = probe.size;
	ret = ethtool_call(ifname, full);
	if (ret)
		free(full);
	else
		*table = full;
	return ret;
}
