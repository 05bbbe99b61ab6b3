/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What routing netlink knows of this network namespace: links, addresses,
 * default routes, and which link a packet would leave by. The rule: three
 * dumps a gather, whatever the number of links.
 */
#ifndef NETLANE_FACTS_RTNL_H
#define NETLANE_FACTS_RTNL_H

#include <stdbool.h>

#include "types.h"

struct rtnl_link {
	unsigned int ifindex;
	char ifname[IFNAME_LEN];
	unsigned int master; /* ifindex of bond, bridge, VRF; 0 none */
	unsigned int lower; /* ifindex below a VLAN, macvlan, ...; 0 none or elsewhere */
	char qdisc[32];
	unsigned int xdp; /* program id, 0 none */
};

struct rtnl_addr {
	unsigned int ifindex;
	int family; /* AF_INET, AF_INET6 */
	unsigned char addr[16];
	unsigned int prefix; /* bits of its network */
	unsigned int left_s; /* seconds until it ends, 0: it does not */
	bool unusable; /* another node has it (duplicate address detection) */
};

struct rtnl_default {
	unsigned int ifindex;
	unsigned int table; /* RT_TABLE_MAIN or one of policy routing */
	unsigned int metric;
	bool ipv6;
};

struct rtnl {
	int err; /* errno when there is nothing below, ENOTSUP under another root */
	struct rtnl_link *link;
	unsigned int nr_link;
	struct rtnl_addr *addr;
	unsigned int nr_addr;
	struct rtnl_default *def;
	unsigned int nr_def;
	unsigned int metadata; /* ifindex towards 100.100.100.200, 0 unknown */
};

/* Fills @rtnl; what cannot be read is empty and in @rtnl->err. */
void rtnl_gather(struct rtnl *rtnl);
void rtnl_free(struct rtnl *rtnl);
const struct rtnl_link *rtnl_link(const struct rtnl *rtnl, unsigned int ifindex);
/* ifindex that a packet to @addr leaves by, 0 unknown. */
unsigned int rtnl_route(int family, const void *addr);
/* ifindex that has @addr, 0 none. */
unsigned int rtnl_addr_link(const struct rtnl *rtnl, int family, const void *addr);
/* Is @ifindex the link @on, or does it carry it (member of the bond, device of the VLAN)? */
bool rtnl_carries(const struct rtnl *rtnl, unsigned int ifindex, unsigned int on);

#endif /* NETLANE_FACTS_RTNL_H */
