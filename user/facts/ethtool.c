// SPDX-License-Identifier: GPL-2.0
/*
 * What only the driver can tell about a NIC: its name, channels and the
 * indirection table. The rule: the ioctl interface and not netlink, because
 * it is the same from 5.10 on and answers without root; never a changing one.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "facts/gather.h"

/* What a table may have: drivers have 128 to 4096 entries. */
#define RSS_TABLE_MAX 65536

static int ask(int fd, const char *ifname, void *request)
{
	struct ifreq ifr = { 0 };

	(void)text_copy(ifr.ifr_name, sizeof(ifr.ifr_name), ifname); /* same size */
	ifr.ifr_data = request;
	return ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

static void driver_gather(int fd, struct nic *nic)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (nic->driver[0] || ask(fd, nic->ifname, &info))
		return;
	info.driver[sizeof(info.driver) - 1] = 0;
	(void)text_copy(nic->driver, sizeof(nic->driver), info.driver); /* same size */
}

/* EOPNOTSUPP is the driver's own word: it has none. Anything else is not known. */
static enum tri offered_of(int ret)
{
	return ret == -EOPNOTSUPP ? IS_NO : ret ? IS_UNKNOWN : IS_YES;
}

static void channels_gather(int fd, struct nic *nic)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	int ret = ask(fd, nic->ifname, &channels);

	nic->channels.known = offered_of(ret);
	nic->channels.err = nic->channels.known == IS_UNKNOWN ? -ret : 0;
	if (ret)
		return;
	nic->channels.max = channels.max_combined;
	nic->channels.now = channels.combined_count;
}

static int rss_read(int fd, struct nic *nic)
{
	struct ethtool_rxfh_indir probe = { .cmd = ETHTOOL_GRXFHINDIR }, *full;
	unsigned int nr;
	int ret;

	ret = ask(fd, nic->ifname, &probe);
	if (ret)
		return ret;
	nr = probe.size;
	if (!nr)
		return -EOPNOTSUPP;
	if (nr > RSS_TABLE_MAX)
		return -E2BIG;
	full = calloc(1, sizeof(*full) + nr * sizeof(full->ring_index[0]));
	nic->rss.table = calloc(nr, sizeof(*nic->rss.table));
	if (!full || !nic->rss.table) {
		ret = -ENOMEM;
		goto free_full;
	}
	full->cmd = ETHTOOL_GRXFHINDIR;
	full->size = nr;
	ret = ask(fd, nic->ifname, full);
	if (ret)
		goto free_full;
	memcpy(nic->rss.table, full->ring_index, nr * sizeof(*nic->rss.table));
	nic->rss.nr_table = nr;

free_full:
	free(full);
	return ret;
}

static void rss_gather(int fd, struct nic *nic)
{
	int ret = rss_read(fd, nic);

	if (ret) {
		free(nic->rss.table);
		nic->rss.table = NULL;
	}
	nic->rss.offered = offered_of(ret);
	nic->rss.err = nic->rss.offered == IS_UNKNOWN ? -ret : 0;
}

void ethtool_gather(const struct gather *g, struct nic *nic)
{
	int fd = g->live ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	if (fd < 0) {
		nic->channels.err = nic->rss.err = g->live ? errno : ENOTSUP;
		return;
	}
	driver_gather(fd, nic);
	channels_gather(fd, nic);
	rss_gather(fd, nic);
	close(fd);
}
