// SPDX-License-Identifier: GPL-2.0
/*
 * The NICs of this network namespace. The rule: sysfs lists them, netlink has
 * the last word on whether they are of our namespace, and one that vanishes
 * while it is read is left out.
 */
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/nicdev.h"
#include "facts/facts.h"
#include "facts/gather.h"

#define NET "/sys/class/net/%s"

/*
 * A sysfs that was mounted in another namespace lists that one's interfaces:
 * they are not ours, and their ioctls would hit our namesakes.
 */
static bool is_ours(const struct gather *g, const char *ifname, unsigned int ifindex)
{
	const struct rtnl_link *link;

	if (!strcmp(ifname, "lo"))
		return false;
	if (!g->live || g->rtnl.err)
		return true;
	link = rtnl_link(&g->rtnl, ifindex);
	return link && !strcmp(link->ifname, ifname);
}

static void driver_from_sysfs(const char *root, struct nic *nic)
{
	char link[PATH_MAX], *name;

	if (file_link(root, link, sizeof(link), NET "/device/driver", nic->ifname))
		return; /* a virtual one: the driver is asked by ethtool.c */
	name = strrchr(link, '/');
	(void)text_copy(nic->driver, sizeof(nic->driver), name ? name + 1 : link);
}

/* Without ethtool: what the device type says (bridge, vlan, ...). */
static void driver_from_uevent(const char *root, struct nic *nic)
{
	char buf[256], *line;

	if (nic->driver[0] || file_read(root, buf, sizeof(buf), NET "/uevent", nic->ifname))
		return;
	line = strstr(buf, "DEVTYPE=");
	if (!line)
		return;
	line += strlen("DEVTYPE=");
	line[strcspn(line, "\n")] = 0;
	(void)text_copy(nic->driver, sizeof(nic->driver), line); /* a long one is not ours */
}

static int node_read(const char *root, const char *ifname)
{
	unsigned int node;

	/* a virtio device has none of its own: its PCI parent does */
	if (file_read_uint(root, &node, NET "/device/numa_node", ifname) &&
	    file_read_uint(root, &node, NET "/device/../numa_node", ifname))
		return -1;
	return (int)node;
}

/* The kernel links to each device on top by its name. */
static void upper_read(const char *root, struct nic *nic)
{
	static const char prefix[] = "upper_";
	unsigned int i, nr;
	char **names;

	if (files_list(root, &names, &nr, NET, nic->ifname))
		return;
	for (i = 0; i < nr && !nic->upper[0]; i++)
		if (!strncmp(names[i], prefix, strlen(prefix)))
			(void)text_copy(nic->upper, sizeof(nic->upper), names[i] + strlen(prefix));
	files_free(names, nr);
}

static void state_read(const char *root, struct nic *nic)
{
	char buf[32];

	if (!file_read(root, buf, sizeof(buf), NET "/flags", nic->ifname))
		nic->up = strtoul(buf, NULL, 16) & IFF_UP;
	if (file_read_uint(root, &nic->mtu, NET "/mtu", nic->ifname))
		nic->mtu = 0;
	nic->node = node_read(root, nic->ifname);
	upper_read(root, nic);
	/* no features: not a virtio device */
	(void)file_read(root, nic->features, sizeof(nic->features), NET "/device/features",
			nic->ifname);
}

static bool default_carried(const struct rtnl *rtnl, unsigned int ifindex)
{
	unsigned int i;

	for (i = 0; i < rtnl->nr_def; i++)
		if (rtnl_carries(rtnl, ifindex, rtnl->def[i].ifindex))
			return true;
	return false;
}

/* The default route that the main table prefers: IPv4's, where there is one. */
static const struct rtnl_default *main_default(const struct rtnl *rtnl)
{
	const struct rtnl_default *best = NULL;
	unsigned int i;

	for (i = 0; i < rtnl->nr_def; i++) {
		const struct rtnl_default *def = &rtnl->def[i];

		if (def->table == RT_TABLE_MAIN &&
		    (!best || (best->ipv6 && !def->ipv6) ||
		     (best->ipv6 == def->ipv6 && def->metric < best->metric)))
			best = def;
	}
	return best;
}

static void routing_read(const struct rtnl *rtnl, struct nic *nic)
{
	const struct rtnl_link *link = rtnl_link(rtnl, nic->ifindex);
	const struct rtnl_default *def = main_default(rtnl);
	const struct rtnl_link *master;

	if (!link)
		return;
	(void)text_copy(nic->qdisc, sizeof(nic->qdisc), link->qdisc); /* same size */
	nic->xdp_prog = link->xdp;
	master = rtnl_link(rtnl, link->master);
	if (master)
		(void)text_copy(nic->master, sizeof(nic->master), master->ifname); /* same size */
	nic->default_route = default_carried(rtnl, nic->ifindex);
	nic->main_default = def && rtnl_carries(rtnl, nic->ifindex, def->ifindex);
	nic->metadata_route = rtnl_carries(rtnl, nic->ifindex, rtnl->metadata);
}

/* 0, -ENODEV when it is not (or no longer) one of ours, -ENOMEM. */
static int nic_gather(const struct gather *g, const char *ifname, struct nic *nic)
{
	unsigned int still;
	int ret;

	/* bonding_masters is a file in this folder, not an interface */
	if (!text_copy(nic->ifname, sizeof(nic->ifname), ifname) ||
	    file_read_uint(g->root, &nic->ifindex, NET "/ifindex", ifname) ||
	    !is_ours(g, ifname, nic->ifindex))
		return -ENODEV;
	if (nicdev_bus(g->root, ifname, nic->bus) == -ENODEV)
		return -ENODEV;
	/* a tunnel has no MAC of six bytes: "" then */
	if (file_read(g->root, nic->mac, sizeof(nic->mac), NET "/address", ifname) ||
	    strlen(nic->mac) != MAC_LEN - 1)
		nic->mac[0] = 0;
	driver_from_sysfs(g->root, nic);
	state_read(g->root, nic);
	ethtool_gather(g, nic);
	driver_from_uevent(g->root, nic);
	if (g->live)
		routing_read(&g->rtnl, nic);
	ret = queues_gather(g, nic);
	if (ret)
		return ret;
	/* what was read of one that went or was renamed meanwhile is a mixture */
	if (file_read_uint(g->root, &still, NET "/ifindex", ifname) || still != nic->ifindex)
		return -ENODEV;
	return 0;
}

static void nic_drop(struct facts *facts)
{
	struct nic *nic = &facts->nic[--facts->nr_nic];

	free(nic->queue);
	free(nic->rss.table);
}

int nics_gather(const struct gather *g, struct facts *facts)
{
	unsigned int i, nr;
	struct nic *nic;
	char **names;
	int ret = 0;

	if (files_list(g->root, &names, &nr, "/sys/class/net"))
		return 0; /* no network in this kernel: no NICs */
	for (i = 0; i < nr && !ret; i++) {
		nic = facts_more(&facts->nic, &facts->nr_nic, sizeof(*nic));
		ret = nic ? nic_gather(g, names[i], nic) : -ENOMEM;
		if (nic && ret == -ENODEV) {
			nic_drop(facts);
			ret = 0;
		}
	}
	files_free(names, nr);
	return ret;
}
