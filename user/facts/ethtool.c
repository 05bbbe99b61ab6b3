// SPDX-License-Identifier: GPL-2.0
/*
 * What only the driver can tell about a NIC: its name, channels and the
 * indirection table. The rule: the ioctl interface and not netlink, because
 * it is the same from 5.10 on and answers without root; never a changing one.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <stdlib.h>
#include <string.h>

#include "base/ethtool.h"
#include "facts/gather.h"

static void driver_gather(struct nic *nic)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (nic->driver[0] || ethtool_call(nic->ifname, &info))
		return;
	info.driver[sizeof(info.driver) - 1] = 0;
	(void)text_copy(nic->driver, sizeof(nic->driver), info.driver); /* same size */
}

/* EOPNOTSUPP is the driver's own word: it has none. Anything else is not known. */
static enum tri offered_of(int ret)
{
	return ret == -EOPNOTSUPP ? IS_NO : ret ? IS_UNKNOWN : IS_YES;
}

static void channels_gather(struct nic *nic)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	int ret = ethtool_call(nic->ifname, &channels);

	nic->channels.known = offered_of(ret);
	nic->channels.err = nic->channels.known == IS_UNKNOWN ? -ret : 0;
	if (ret)
		return;
	nic->channels.max = channels.max_combined;
	nic->channels.now = channels.combined_count;
}

static int rss_read(struct nic *nic)
{
	struct ethtool_rxfh_indir *table;
	int ret = ethtool_rss(nic->ifname, &table);

	if (ret)
		return ret;
	nic->rss.table = calloc(table->size, sizeof(*nic->rss.table));
	if (nic->rss.table) {
		memcpy(nic->rss.table, table->ring_index, table->size * sizeof(*nic->rss.table));
		nic->rss.nr_table = table->size;
	}
	ret = nic->rss.table ? 0 : -ENOMEM;
	free(table);
	return ret;
}

static void rss_gather(struct nic *nic)
{
	int ret = rss_read(nic);

	nic->rss.offered = offered_of(ret);
	nic->rss.err = nic->rss.offered == IS_UNKNOWN ? -ret : 0;
}

void ethtool_gather(const struct gather *g, struct nic *nic)
{
	if (!g->live) {
		nic->channels.err = nic->rss.err = ENOTSUP;
		return;
	}
	driver_gather(nic);
	channels_gather(nic);
	rss_gather(nic);
}
