// SPDX-License-Identifier: GPL-2.0
/*
 * Devices and the names that both ends have to share; see smc_parts.h. The rule: what
 * SMC itself keeps a list of is believed; only without one it is said by the device's kind.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "judge/smc_parts.h"

/* "erdma_0 port 1 (erdma, eth1)" */
static void port_name(const struct smc_rdma *r, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%s port %u%s%s%s%s%s", r->dev, r->port,
		       r->driver[0] || r->netdev[0] ? " (" : "", r->driver,
		       r->driver[0] && r->netdev[0] ? ", " : "", r->netdev,
		       r->driver[0] || r->netdev[0] ? ")" : "");
}

static const char *gids(const struct smc_rdma *r)
{
	if (r->gids_v1 && r->gids_v2)
		return "RoCE v1 and v2";
	if (r->gids_v1)
		return "RoCE v1";
	return r->gids_v2 ? "RoCE v2" : "no";
}

/* Could SMC use the port by what it is, and is it up? */
static bool port_judge(const struct smc_rdma *r, struct smc_judged *judged)
{
	char name[SMC_DEV_LEN + 80];

	port_name(r, name, sizeof(name));
	if (r->taken == IS_NO) {
		smc_say(judged, SMC_FOUND, "device", "not-taken", "",
			"%s: this kernel's SMC does not take it%s", name,
			r->iwarp ? ": it is iWARP, and no RoCE" : "");
		return false;
	}
	if (r->taken == IS_UNKNOWN && r->iwarp) {
		smc_say(judged, SMC_FOUND, "device", "iwarp", "",
			"%s is of iWARP's kind, which upstream's SMC leaves alone; Alibaba's takes "
			"eRDMA. Which this one is, is known once SMC is loaded",
			name);
		return false;
	}
	if (strcmp(r->state, "ACTIVE") != 0) {
		smc_say(judged, SMC_FOUND, "device", "link-down",
			"bring its network interface up, and its address", "%s: its link is %s",
			name, r->state[0] ? r->state : "not known");
		return false;
	}
	if (!r->gids_v1 && !r->gids_v2) {
		smc_say(judged, SMC_FOUND, "device", "no-gid",
			"an address for its network interface", "%s: up, but without a RoCE GID",
			name);
		return false;
	}
	smc_say(judged, SMC_FINE, "device", "up", "", "%s: up, %s GIDs", name, gids(r));
	if (!strcmp(r->driver, SMC_RXE))
		smc_say(judged, SMC_NOTE, "device", "software", "",
			"%s is RDMA in software: it proves that SMC works, and is no faster than "
			"TCP",
			r->dev);
	return true;
}

struct usable {
	unsigned int ports;
	bool v1;
	bool v2;
};

static void eids_judge(const struct smc_node *node, const struct usable *usable,
		       struct smc_judged *judged)
{
	char all[4 * SMC_EID_LEN + 8] = "";
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < node->nr_ueid && len < sizeof(all) - SMC_EID_LEN; i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", i ? ", " : "",
					node->ueid[i]);
	if (node->nr_ueid) {
		smc_say(judged, SMC_FINE, "eid", "ueid", "",
			"UEID %s; the other end needs %s as well", all,
			node->nr_ueid > 1 ? "one of them" : "it");
	} else if (node->seid[0] && !usable->ports) {
		smc_say(judged, SMC_FINE, "eid", "seid", "", "SEID %s", node->seid);
	} else {
		smc_say(judged, usable->v1 ? SMC_NOTE : SMC_MISSING, "eid", "no-ueid",
			"smcr ueid add NAME (smc-tools), alike at both ends", "no UEID: %s",
			usable->v1 ? "SMC-R version 1 alone, inside one IP subnet" :
				     "SMC-R version 2 and SMC-D over loopback need one, and "
				     "connections fall back (0x03030000)");
	}
}

static void version_judge(const struct smc_node *node, const struct usable *usable,
			  struct smc_judged *judged)
{
	if (node->smcr_v2 == IS_YES || node->nr_ism) {
		eids_judge(node, usable, judged);
		return;
	}
	if (node->smcr_v2 == IS_UNKNOWN)
		return;
	if (usable->v1)
		smc_say(judged, SMC_NOTE, "eid", "version-1", "",
			"this kernel's SMC-R has version 1 alone: both ends in one IP subnet");
	else if (usable->ports)
		smc_say(judged, SMC_MISSING, "eid", "no-v1-gid",
			"a newer kernel, or an RDMA device with RoCE v1 GIDs",
			"this kernel's SMC-R has version 1 alone, which needs RoCE v1 GIDs, and no "
			"device here has one: connections fall back (0x03030000)");
}

/* Is the name given to a network interface, and to an RDMA port? Half of it does nothing. */
static void pnet_pair(const struct smc_node *node, const char *pnetid, bool *netdev, bool *ibdev)
{
	unsigned int i;

	*netdev = *ibdev = false;
	for (i = 0; i < node->nr_pnet; i++)
		if (!strcmp(node->pnet[i].pnetid, pnetid)) {
			*netdev |= node->pnet[i].netdev[0];
			*ibdev |= node->pnet[i].ibdev[0];
		}
	for (i = 0; i < node->nr_rdma; i++)
		*ibdev |= !strcmp(node->rdma[i].pnetid, pnetid);
	for (i = 0; i < node->nr_ism; i++)
		*ibdev |= !strcmp(node->ism[i].pnetid, pnetid);
}

static void pnetids_judge(const struct smc_node *node, struct smc_judged *judged)
{
	unsigned int i, j;
	bool netdev, ibdev;

	if (node->pnet_known == IS_YES && !node->nr_pnet)
		smc_say(judged, SMC_NOTE, "pnetid", "none", "",
			"no PNETID is set: a connection takes the RDMA device of the network "
			"interface that it leaves by, if the device tells which that is");
	for (i = 0; i < node->nr_pnet; i++) {
		for (j = 0; j < i && strcmp(node->pnet[j].pnetid, node->pnet[i].pnetid) != 0; j++)
			continue;
		if (j < i)
			continue; /* told already */
		pnet_pair(node, node->pnet[i].pnetid, &netdev, &ibdev);
		if (netdev && ibdev)
			smc_say(judged, SMC_FINE, "pnetid", "paired", "",
				"%s joins network interface and device", node->pnet[i].pnetid);
		else
			smc_say(judged, SMC_FOUND, "pnetid", "unpaired",
				netdev ? "smc_pnet -a -D DEVICE NAME" :
					 "smc_pnet -a -I INTERFACE NAME",
				"%s is the name of a %s and of no %s: it joins nothing",
				node->pnet[i].pnetid, netdev ? "network interface" : "device",
				netdev ? "device" : "network interface");
	}
}

void smc_devices_judge(const struct smc_node *node, struct smc_judged *judged)
{
	struct usable usable = { 0 };
	unsigned int i;

	for (i = 0; i < node->nr_rdma; i++)
		if (port_judge(&node->rdma[i], judged)) {
			usable.ports++;
			usable.v1 |= node->rdma[i].gids_v1;
			usable.v2 |= node->rdma[i].gids_v2;
		}
	for (i = 0; i < node->nr_ism; i++)
		smc_say(judged, SMC_FINE, "device", "smcd", "", "%s: SMC-D", node->ism[i].dev);
	if (!usable.ports && !node->nr_ism)
		smc_say(judged, SMC_MISSING, "device",
			node->nr_rdma ? "no-usable-device" : "no-device",
			node->nr_rdma ? "" :
					"an RDMA device (on ECS an ERI, an ENI with eRDMA, and "
					"its driver)",
			"no %sRDMA device%s: connections fall back (0x03030000)",
			node->nr_rdma ? "usable " : "",
			node->smc.loaded != IS_YES ?
				", and one of SMC-D is known once SMC is loaded" :
				" and none of SMC-D");
	if (node->smc.loaded != IS_YES)
		return;
	version_judge(node, &usable, judged);
	pnetids_judge(node, judged);
}
