// SPDX-License-Identifier: GPL-2.0
/* Routing netlink of this network namespace; see rtnl.h. */
#include "facts/rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/fib.h"
#include "base/netlink.h"
#include "base/text.h"
#include "facts/gather.h"

#define METADATA_ADDR "100.100.100.200"
/* A VLAN on a bond on a NIC is three; a loop cannot be, but is not trusted. */
#define STACK_MAX 8

static unsigned int u32_of(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) == sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

static void string_of(const struct nlattr *attr, char *dst, size_t len)
{
	size_t n = mnl_attr_get_payload_len(attr);
	const char *s = mnl_attr_get_payload(attr);

	n = strnlen(s, n < len ? n : len - 1);
	memcpy(dst, s, n);
	dst[n] = 0;
}

/* One program or several (driver, generic, hardware): any of their ids. */
static unsigned int xdp_of(const struct nlattr *nest)
{
	const struct nlattr *attr;
	unsigned int id = 0;

	mnl_attr_for_each_nested(attr, nest)
	{
		switch (mnl_attr_get_type(attr)) {
		case IFLA_XDP_PROG_ID:
		case IFLA_XDP_DRV_PROG_ID:
		case IFLA_XDP_SKB_PROG_ID:
		case IFLA_XDP_HW_PROG_ID:
			id = id ? id : u32_of(attr);
			break;
		}
	}
	return id;
}

static int link_take(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct rtnl *rtnl = data;
	struct rtnl_link *link;
	bool elsewhere = false;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	link = facts_more(&rtnl->link, &rtnl->nr_link, sizeof(*link));
	if (!link) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	link->ifindex = (unsigned int)info->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(*info))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			string_of(attr, link->ifname, sizeof(link->ifname));
			break;
		case IFLA_MASTER:
			link->master = u32_of(attr);
			break;
		case IFLA_LINK:
			link->lower = u32_of(attr);
			break;
		case IFLA_LINK_NETNSID: /* of a veth, or a macvlan that was moved */
			elsewhere = true;
			break;
		case IFLA_QDISC:
			string_of(attr, link->qdisc, sizeof(link->qdisc));
			break;
		case IFLA_XDP:
			link->xdp = xdp_of(attr);
			break;
		}
	}
	if (elsewhere || link->lower == link->ifindex)
		link->lower = 0;
	return MNL_CB_OK;
}

/* From 1 on: one that ends this second is not one that stays. */
static unsigned int addr_left(const struct nlattr *cacheinfo)
{
	struct ifa_cacheinfo info;

	if (!cacheinfo || mnl_attr_get_payload_len(cacheinfo) < sizeof(info))
		return 0;
	memcpy(&info, mnl_attr_get_payload(cacheinfo), sizeof(info));
	if (info.ifa_valid == UINT32_MAX)
		return 0;
	return info.ifa_valid ? info.ifa_valid : 1;
}

static int addr_take(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *address = NULL, *local = NULL, *cacheinfo = NULL;
	struct rtnl *rtnl = data;
	struct rtnl_addr *addr;
	size_t len;

	if (nlh->nlmsg_type != RTM_NEWADDR)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*info))
	{
		if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			address = attr;
		else if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
		else if (mnl_attr_get_type(attr) == IFA_CACHEINFO)
			cacheinfo = attr;
	}
	/* on a point-to-point link the other one is the peer's */
	local = local ? local : address;
	len = local ? mnl_attr_get_payload_len(local) : 0;
	if (!len || len > sizeof(addr->addr))
		return MNL_CB_OK;
	addr = facts_more(&rtnl->addr, &rtnl->nr_addr, sizeof(*addr));
	if (!addr) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	addr->ifindex = info->ifa_index;
	addr->family = info->ifa_family;
	addr->prefix = info->ifa_prefixlen;
	addr->left_s = addr_left(cacheinfo);
	addr->unusable = info->ifa_flags & IFA_F_DADFAILED;
	memcpy(addr->addr, mnl_attr_get_payload(local), len);
	return MNL_CB_OK;
}

static void default_add(struct rtnl *rtnl, const struct rtnl_default *one)
{
	struct rtnl_default *def;

	if (!one->ifindex)
		return;
	def = facts_more(&rtnl->def, &rtnl->nr_def, sizeof(*def));
	if (!def)
		return; /* one fewer known; the next allocation will fail aloud */
	*def = *one;
}

static void hops_add(struct rtnl *rtnl, const struct nlattr *multipath, struct rtnl_default def)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int left = (int)mnl_attr_get_payload_len(multipath);

	while (RTNH_OK(hop, left)) {
		def.ifindex = (unsigned int)hop->rtnh_ifindex;
		default_add(rtnl, &def);
		left -= (int)NLMSG_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

static int default_take(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	struct rtnl_default def = { .table = route->rtm_table,
				    .ipv6 = route->rtm_family == AF_INET6 };
	const struct nlattr *attr, *multipath = NULL;
	struct rtnl *rtnl = data;

	/* those of ours are for the NIC's own addresses: nothing else depends on them */
	if (nlh->nlmsg_type != RTM_NEWROUTE || route->rtm_dst_len ||
	    route->rtm_protocol == FIB_PROTO || route->rtm_type != RTN_UNICAST ||
	    route->rtm_flags & RTM_F_CLONED)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*route))
	{
		if (mnl_attr_get_type(attr) == RTA_OIF)
			def.ifindex = u32_of(attr);
		else if (mnl_attr_get_type(attr) == RTA_TABLE)
			def.table = u32_of(attr);
		else if (mnl_attr_get_type(attr) == RTA_PRIORITY)
			def.metric = u32_of(attr);
		else if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			multipath = attr;
	}
	default_add(rtnl, &def);
	if (multipath)
		hops_add(rtnl, multipath, def);
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *nl, unsigned int type, int family, unsigned int seq, mnl_cb_t cb,
		struct rtnl *rtnl)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = (uint16_t)type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (type == RTM_GETLINK) {
		struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

		mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	} else if (type == RTM_GETADDR) {
		(void)mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifaddrmsg)); /* all zero */
	} else {
		struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));

		route->rtm_family = (unsigned char)family;
	}
	return netlink_talk(nl, nlh, seq, cb, rtnl);
}

static int oif_take(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	unsigned int *ifindex = data;
	const struct nlattr *attr;

	if (nlh->nlmsg_type == RTM_NEWROUTE)
		mnl_attr_for_each(attr, nlh, sizeof(*route)) if (mnl_attr_get_type(attr) ==
								 RTA_OIF) *ifindex = u32_of(attr);
	return MNL_CB_STOP;
}

unsigned int rtnl_route(int family, const void *addr)
{
	unsigned int len = family == AF_INET ? 4 : 16, ifindex = 0;
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	struct nlmsghdr *nlh;
	struct rtmsg *route;
	char buf[256];

	if (!nl)
		return 0;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));
	route->rtm_family = (unsigned char)family;
	route->rtm_dst_len = (unsigned char)(len * 8);
	mnl_attr_put(nlh, RTA_DST, len, addr);
	if (netlink_talk(nl, nlh, 1, oif_take, &ifindex))
		ifindex = 0; /* unreachable: no link leads there */
	mnl_socket_close(nl);
	return ifindex;
}

void rtnl_gather(struct rtnl *rtnl)
{
	static const char metadata[] = METADATA_ADDR;
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	struct in_addr to;
	int ret;

	memset(rtnl, 0, sizeof(*rtnl));
	if (!nl) {
		rtnl->err = errno;
		return;
	}
	ret = dump(nl, RTM_GETLINK, AF_UNSPEC, 1, link_take, rtnl);
	if (!ret)
		ret = dump(nl, RTM_GETADDR, AF_UNSPEC, 2, addr_take, rtnl);
	if (!ret)
		ret = dump(nl, RTM_GETROUTE, AF_INET, 3, default_take, rtnl);
	/* a kernel without IPv6 refuses: then it has no IPv6 default route either */
	if (!ret)
		(void)dump(nl, RTM_GETROUTE, AF_INET6, 4, default_take, rtnl);
	mnl_socket_close(nl);
	if (ret) {
		rtnl_free(rtnl);
		rtnl->err = -ret;
		return;
	}
	if (inet_pton(AF_INET, metadata, &to) == 1)
		rtnl->metadata = rtnl_route(AF_INET, &to);
}

void rtnl_free(struct rtnl *rtnl)
{
	free(rtnl->link);
	free(rtnl->addr);
	free(rtnl->def);
	memset(rtnl, 0, sizeof(*rtnl));
}

const struct rtnl_link *rtnl_link(const struct rtnl *rtnl, unsigned int ifindex)
{
	unsigned int i;

	for (i = 0; ifindex && i < rtnl->nr_link; i++)
		if (rtnl->link[i].ifindex == ifindex)
			return &rtnl->link[i];
	return NULL;
}

unsigned int rtnl_addr_link(const struct rtnl *rtnl, int family, const void *addr)
{
	size_t len = family == AF_INET ? 4 : 16;
	unsigned int i;

	for (i = 0; i < rtnl->nr_addr; i++)
		if (rtnl->addr[i].family == family && !memcmp(rtnl->addr[i].addr, addr, len))
			return rtnl->addr[i].ifindex;
	return 0;
}

/* From @on downwards: is it, its lower device, or does one below it have it as master? */
static bool carries(const struct rtnl *rtnl, unsigned int ifindex, unsigned int on,
		    unsigned int depth)
{
	const struct rtnl_link *link;
	unsigned int i;

	if (!on || depth == STACK_MAX)
		return false;
	if (ifindex == on)
		return true;
	link = rtnl_link(rtnl, on);
	if (link && link->lower && carries(rtnl, ifindex, link->lower, depth + 1))
		return true;
	for (i = 0; i < rtnl->nr_link; i++)
		if (rtnl->link[i].master == on &&
		    carries(rtnl, ifindex, rtnl->link[i].ifindex, depth + 1))
			return true;
	return false;
}

bool rtnl_carries(const struct rtnl *rtnl, unsigned int ifindex, unsigned int on)
{
	return carries(rtnl, ifindex, on, 0);
}
