// SPDX-License-Identifier: GPL-2.0
/* Addresses, routes and rules of a NIC, kept for a moment; see nicsave.h. */
#include "base/nicsave.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/netlink.h"

#define REQUEST_BYTES 512
#define USER_HZ 100 /* of clock_t towards user space, on every architecture of ours */
#define TAKES 5 /* each while others change addresses or routes of the node */

/* What an answer is put into; @failed: memory ran out. */
struct taking {
	struct nicsave *save;
	bool link_seen;
	bool failed;
};

static int message_keep(struct taking *t, const struct nlmsghdr *nlh)
{
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len);
	char *more = realloc(t->save->messages, t->save->len + len);

	if (!more) {
		t->failed = true;
		return MNL_CB_OK;
	}
	t->save->messages = more;
	memset(more + t->save->len, 0, len);
	memcpy(more + t->save->len, nlh, nlh->nlmsg_len);
	t->save->len += len;
	return MNL_CB_OK;
}

static int link_take(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct nicsave *save = ((struct taking *)data)->save;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK || (unsigned int)info->ifi_index != save->ifindex)
		return MNL_CB_OK;
	((struct taking *)data)->link_seen = true;
	save->up = info->ifi_flags & IFF_UP;
	mnl_attr_for_each(attr, nlh, sizeof(*info))
	{
		if (mnl_attr_get_type(attr) == IFLA_MTU)
			save->mtu = mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

static int addr_take(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(nlh);
	struct taking *t = data;

	if (nlh->nlmsg_type != RTM_NEWADDR || info->ifa_index != t->save->ifindex)
		return MNL_CB_OK;
	return message_keep(t, nlh);
}

/* Of the one NIC alone; the kernel makes those of the local table with the addresses. */
static int route_take(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct taking *t = data;
	bool ours = false;

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_flags & RTM_F_CLONED ||
	    rtm->rtm_table == RT_TABLE_LOCAL)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
	{
		ours |= mnl_attr_get_type(attr) == RTA_OIF &&
			mnl_attr_get_u32(attr) == t->save->ifindex;
	}
	return ours ? message_keep(t, nlh) : MNL_CB_OK;
}

static uint32_t attr_u32(const struct nlmsghdr *nlh, size_t header, int type, uint32_t otherwise)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, header)
	{
		if (mnl_attr_get_type(attr) == type && mnl_attr_get_payload_len(attr) >= 4)
			return mnl_attr_get_u32(attr);
	}
	return otherwise;
}

/* Does one of the routes that were kept stand in @table, one that is nobody else's? */
static bool is_own_table(const struct nicsave *save, uint32_t table)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)save->messages;
	int left = (int)save->len;

	if (table == RT_TABLE_UNSPEC || table == RT_TABLE_MAIN || table == RT_TABLE_LOCAL ||
	    table == RT_TABLE_DEFAULT)
		return false;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

		if (nlh->nlmsg_type == RTM_NEWROUTE &&
		    attr_u32(nlh, sizeof(*rtm), RTA_TABLE, rtm->rtm_table) == table)
			return true;
	}
	return false;
}

/* A rule names the NIC, or leads to a table that it has routes in; any other is not about it. */
static int rule_take(const struct nlmsghdr *nlh, void *data)
{
	const struct fib_rule_hdr *frh = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct taking *t = data;
	char ifname[IF_NAMESIZE];
	bool ours;

	if (nlh->nlmsg_type != RTM_NEWRULE || !if_indextoname(t->save->ifindex, ifname))
		return MNL_CB_OK;
	ours = is_own_table(t->save, attr_u32(nlh, sizeof(*frh), FRA_TABLE, frh->table));
	mnl_attr_for_each(attr, nlh, sizeof(*frh))
	{
		ours |= (mnl_attr_get_type(attr) == FRA_IIFNAME ||
			 mnl_attr_get_type(attr) == FRA_OIFNAME) &&
			!mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) &&
			!strcmp(mnl_attr_get_str(attr), ifname);
	}
	return ours ? message_keep(t, nlh) : MNL_CB_OK;
}

static int dump(struct mnl_socket *nl, unsigned int seq, uint16_t type, mnl_cb_t cb,
		struct taking *t)
{
	_Alignas(struct nlmsghdr) char buf[REQUEST_BYTES] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	/* a family of 0 is all of them */
	(void)mnl_nlmsg_put_extra_header(nlh, type == RTM_GETADDR ? sizeof(struct ifaddrmsg) :
								    sizeof(struct rtmsg));
	return netlink_dump_whole(nl, nlh, seq, cb, t);
}

/* The one link, without a list that others may change meanwhile. */
static int link_ask(struct mnl_socket *nl, unsigned int seq, struct taking *t)
{
	_Alignas(struct nlmsghdr) char buf[REQUEST_BYTES] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info;
	int ret;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->ifi_index = (int)t->save->ifindex;
	ret = netlink_talk(nl, nlh, seq, link_take, t);
	return !ret && !t->link_seen ? -ENODEV : ret;
}

/* On a socket of its own: what is left of a dump that broke off goes with it. */
static int take_once(struct nicsave *save)
{
	struct taking t = { .save = save };
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	int ret;

	if (!nl)
		return -errno;
	ret = link_ask(nl, 1, &t);
	if (!ret)
		ret = dump(nl, 2, RTM_GETADDR, addr_take, &t);
	if (!ret)
		ret = dump(nl, 3, RTM_GETROUTE, route_take, &t);
	if (!ret)
		ret = dump(nl, 4, RTM_GETRULE, rule_take, &t);
	mnl_socket_close(nl);
	return !ret && t.failed ? -ENOMEM : ret;
}

int nicsave_take(const char *ifname, struct nicsave *save, struct err *err)
{
	unsigned int ifindex = if_nametoindex(ifname), i;
	int ret = -EINTR;

	memset(save, 0, sizeof(*save));
	if (!ifindex)
		return err_set(err, -ENODEV, "%s is gone", ifname);
	for (i = 0; i < TAKES && ret == -EINTR; i++) {
		nicsave_free(save);
		save->ifindex = ifindex;
		ret = take_once(save);
	}
	if (!ret)
		return 0;
	nicsave_free(save);
	if (ret == -EINTR)
		return err_set(err, -EAGAIN,
			       "the addresses and routes of %s cannot be read as a whole, since "
			       "those of the node change all the time: run it again when that is "
			       "over",
			       ifname);
	return err_set(err, ret, "the addresses and routes of %s cannot be read: %s", ifname,
		       strerror(-ret));
}

/* ------------------------------------------------------------- back */

static int link_up(struct mnl_socket *nl, const struct nicsave *save)
{
	_Alignas(struct nlmsghdr) char buf[REQUEST_BYTES] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info;

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->ifi_index = (int)save->ifindex;
	info->ifi_flags = info->ifi_change = IFF_UP;
	if (save->mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, save->mtu);
	return netlink_talk(nl, nlh, 5, NULL, NULL);
}

static bool has_gateway(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg))
	{
		if (mnl_attr_get_type(attr) == RTA_GATEWAY || mnl_attr_get_type(attr) == RTA_VIA)
			return true;
	}
	return false;
}

/* In rounds: addresses, what they reach by themselves, what is behind a gateway; then rules. */
#define ROUNDS 4
static unsigned int round_of(const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == RTM_NEWADDR)
		return 0;
	if (nlh->nlmsg_type == RTM_NEWRULE)
		return 3;
	return has_gateway(nlh) ? 2 : 1;
}

/*
 * A route's attributes as one may ask for them. A nexthop object went with the
 * link: the route's own gateway, which the kernel says as well, is put instead.
 * The time that a router gave it is said in one attribute and taken in another.
 */
static void route_attrs_put(struct nlmsghdr *nlh, const struct nlmsghdr *kept)
{
	const struct rta_cacheinfo *cache;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, kept, sizeof(struct rtmsg))
	{
		if (mnl_attr_get_type(attr) == RTA_NH_ID)
			continue;
		if (mnl_attr_get_type(attr) != RTA_CACHEINFO) {
			mnl_attr_put(nlh, mnl_attr_get_type(attr), mnl_attr_get_payload_len(attr),
				     mnl_attr_get_payload(attr));
			continue;
		}
		cache = mnl_attr_get_payload(attr);
		if (mnl_attr_get_payload_len(attr) >= sizeof(*cache) && cache->rta_expires > 0)
			mnl_attr_put_u32(nlh, RTA_EXPIRES, (uint32_t)cache->rta_expires / USER_HZ);
	}
}

/* Sends a copy, with what only the kernel says taken out. */
static int message_put(struct mnl_socket *nl, const struct nlmsghdr *kept, unsigned int seq)
{
	struct nlmsghdr *nlh = calloc(1, kept->nlmsg_len + MNL_ALIGN(sizeof(struct nlattr)) + 4);
	struct rtmsg *rtm;
	int ret;

	if (!nlh)
		return -ENOMEM;
	if (kept->nlmsg_type == RTM_NEWROUTE) {
		(void)mnl_nlmsg_put_header(nlh);
		nlh->nlmsg_type = kept->nlmsg_type;
		rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
		memcpy(rtm, mnl_nlmsg_get_payload(kept), sizeof(*rtm));
		rtm->rtm_flags &= RTNH_F_ONLINK;
		route_attrs_put(nlh, kept);
	} else {
		memcpy(nlh, kept, kept->nlmsg_len);
		if (kept->nlmsg_type == RTM_NEWRULE) /* the rest of the flags is the kernel's own */
			((struct fib_rule_hdr *)mnl_nlmsg_get_payload(nlh))->flags &=
				FIB_RULE_INVERT;
	}
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	nlh->nlmsg_pid = 0;
	ret = netlink_talk(nl, nlh, seq, NULL, NULL);
	free(nlh);
	return ret == -EEXIST ? 0 : ret;
}

int nicsave_put(const struct nicsave *save, struct err *err)
{
	struct mnl_socket *nl;
	unsigned int round, seq = 6;
	int ret, one;

	if (!save->up)
		return 0; /* one that is down has no route, and nobody is there to miss it */
	nl = netlink_open(NETLINK_ROUTE);
	if (!nl)
		return err_set(err, -errno, "rtnetlink cannot be opened: %s", strerror(errno));
	ret = link_up(nl, save);
	for (round = 0; round < ROUNDS; round++) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)save->messages;
		int left = (int)save->len;

		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			if (round_of(nlh) != round)
				continue;
			one = message_put(nl, nlh, seq++);
			ret = ret ? ret : one;
		}
	}
	mnl_socket_close(nl);
	return ret ? err_set(err, ret, "an address, a route or a rule could not be put back: %s",
			     strerror(-ret)) :
		     0;
}

void nicsave_free(struct nicsave *save)
{
	free(save->messages);
	memset(save, 0, sizeof(*save));
}
