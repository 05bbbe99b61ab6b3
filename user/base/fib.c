// SPDX-License-Identifier: GPL-2.0
/* Routes and rules over rtnetlink; see fib.h. */
#include "base/fib.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/netlink.h"
#include "base/text.h"

#define IPV6_METRIC 1024 /* what the kernel gives a route without one */

struct walk {
	fib_route_fn route;
	fib_rule_fn rule;
	void *arg;
	int ret;
};

static unsigned int u32_of(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) == sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

static bool addr_of(const struct nlattr *attr, struct prefix *prefix)
{
	size_t len = prefix_full(prefix) / 8;

	if (mnl_attr_get_payload_len(attr) != len)
		return false;
	memcpy(prefix->addr, mnl_attr_get_payload(attr), len);
	return true;
}

/* ------------------------------------------------------------- reading */

/* What a dump says of a route beside struct fib_route. */
struct seen {
	struct prefix gateway;
	bool via;
	bool odd; /* something that ours never have */
	unsigned int metric;
};

static void route_attr(const struct nlattr *attr, struct fib_route *r, struct seen *seen)
{
	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		(void)addr_of(attr, &r->to); /* of another length: any, which is none of ours */
		break;
	case RTA_TABLE:
		r->table = u32_of(attr);
		break;
	case RTA_OIF:
		r->oif = u32_of(attr);
		break;
	case RTA_GATEWAY:
		seen->gateway.family = r->to.family;
		seen->via = addr_of(attr, &seen->gateway);
		seen->odd |= !seen->via;
		break;
	case RTA_PRIORITY:
		seen->metric = u32_of(attr);
		break;
	case RTA_CACHEINFO:
	case RTA_PREF:
		break;
	default: /* several hops, a source, metrics, encapsulation, ... */
		seen->odd = true;
		break;
	}
}

static void route_say(const struct rtmsg *rtm, struct fib_route *r, const struct seen *seen)
{
	unsigned int usual = r->to.family == AF_INET6 ? IPV6_METRIC : 0;
	char gw[PREFIX_TEXT_LEN] = "";
	bool odd = seen->odd || seen->metric != usual || rtm->rtm_tos || rtm->rtm_src_len;
	size_t at;

	if (rtm->rtm_type == RTN_THROW)
		at = (size_t)snprintf(r->text, sizeof(r->text), "throw");
	else if (rtm->rtm_type != RTN_UNICAST)
		at = (size_t)snprintf(r->text, sizeof(r->text), "type %u", rtm->rtm_type);
	else if (seen->via)
		at = (size_t)snprintf(r->text, sizeof(r->text), "via %s",
				      prefix_addr_text(&seen->gateway, gw));
	else
		at = (size_t)snprintf(r->text, sizeof(r->text), "link");
	if (r->proto != FIB_PROTO)
		at += (size_t)snprintf(r->text + at, sizeof(r->text) - at, " proto %u", r->proto);
	if (odd)
		(void)snprintf(r->text + at, sizeof(r->text) - at, " metric %u and more",
			       seen->metric);
}

static int route_take(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct fib_route r = { .table = rtm->rtm_table, .proto = rtm->rtm_protocol };
	struct seen seen = { 0 };
	const struct nlattr *attr;
	struct walk *walk = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    (rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6))
		return MNL_CB_OK;
	r.to.family = rtm->rtm_family;
	r.to.len = rtm->rtm_dst_len;
	r.cached = rtm->rtm_flags & RTM_F_CLONED || rtm->rtm_type == RTN_LOCAL ||
		   rtm->rtm_type == RTN_BROADCAST || rtm->rtm_type == RTN_MULTICAST ||
		   rtm->rtm_type == RTN_ANYCAST;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
	{
		route_attr(attr, &r, &seen);
	}
	/* IPv6 has every throw on lo */
	if (rtm->rtm_type == RTN_THROW)
		r.oif = 0;
	route_say(rtm, &r, &seen);
	walk->ret = walk->route(walk->arg, &r);
	errno = -walk->ret;
	return walk->ret ? MNL_CB_ERROR : MNL_CB_OK;
}

static int rule_take(const struct nlmsghdr *nlh, void *data)
{
	const struct fib_rule_hdr *hdr = mnl_nlmsg_get_payload(nlh);
	struct fib_rule r = { .table = hdr->table, .plain = hdr->action == FR_ACT_TO_TBL };
	const struct nlattr *attr;
	struct walk *walk = data;

	if (nlh->nlmsg_type != RTM_NEWRULE)
		return MNL_CB_OK;
	r.from.family = hdr->family;
	r.from.len = hdr->src_len;
	r.plain &= !hdr->dst_len && !hdr->tos && !(hdr->flags & FIB_RULE_INVERT);
	mnl_attr_for_each(attr, nlh, sizeof(*hdr))
	{
		switch (mnl_attr_get_type(attr)) {
		case FRA_SRC:
			r.plain &= addr_of(attr, &r.from);
			break;
		case FRA_PRIORITY:
			r.priority = u32_of(attr);
			break;
		case FRA_TABLE:
			r.table = u32_of(attr);
			break;
		case FRA_PROTOCOL:
			r.proto = mnl_attr_get_u8(attr);
			break;
		case FRA_SUPPRESS_PREFIXLEN:
		case FRA_SUPPRESS_IFGROUP:
			r.plain &= u32_of(attr) == UINT32_MAX; /* -1: off, as it is always told */
			break;
		default: /* iif, oif, fwmark, uid, ports, l3mdev, ... */
			r.plain = false;
			break;
		}
	}
	(void)snprintf(r.text, sizeof(r.text), "lookup %u priority %u%s", r.table, r.priority,
		       r.plain ? "" : " and more");
	walk->ret = walk->rule(walk->arg, &r);
	errno = -walk->ret;
	return walk->ret ? MNL_CB_ERROR : MNL_CB_OK;
}

static int walk_dump(int family, unsigned int type, struct walk *walk, mnl_cb_t take)
{
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	char buf[256];
	struct nlmsghdr *nlh;
	struct rtmsg *rtm; /* struct fib_rule_hdr is as long and begins with the family, too */
	int ret;

	if (!nl)
		return -errno;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = (uint16_t)type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)family;
	ret = netlink_talk(nl, nlh, 1, take, walk);
	mnl_socket_close(nl);
	return walk->ret ? walk->ret : ret;
}

int fib_routes(int family, fib_route_fn fn, void *arg)
{
	struct walk walk = { .route = fn, .arg = arg };

	return walk_dump(family, RTM_GETROUTE, &walk, route_take);
}

int fib_rules(int family, fib_rule_fn fn, void *arg)
{
	struct walk walk = { .rule = fn, .arg = arg };

	return walk_dump(family, RTM_GETRULE, &walk, rule_take);
}

/* ------------------------------------------------------------- writing */

static int change(struct nlmsghdr *nlh)
{
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	int ret;

	if (!nl)
		return -errno;
	ret = netlink_talk(nl, nlh, 1, NULL, NULL);
	mnl_socket_close(nl);
	return ret;
}

static void head(struct nlmsghdr *nlh, unsigned int type, bool add)
{
	nlh->nlmsg_type = (uint16_t)type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (add)
		nlh->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
}

static int route_change(const struct fib_route *r, bool add)
{
	bool throws = !strcmp(r->text, "throw"), via = !strncmp(r->text, "via ", 4);
	struct prefix gateway = { 0 };
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	char buf[512];

	if ((!throws && !via && strcmp(r->text, "link")) ||
	    (via && (prefix_parse(r->text + 4, &gateway) || gateway.family != r->to.family)))
		return -EINVAL;
	nlh = mnl_nlmsg_put_header(buf);
	head(nlh, add ? RTM_NEWROUTE : RTM_DELROUTE, add);
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)r->to.family;
	rtm->rtm_dst_len = (unsigned char)r->to.len;
	rtm->rtm_table = RT_TABLE_UNSPEC;
	rtm->rtm_protocol = FIB_PROTO;
	rtm->rtm_scope = via || throws ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	rtm->rtm_type = throws ? RTN_THROW : RTN_UNICAST;
	mnl_attr_put_u32(nlh, RTA_TABLE, r->table);
	if (r->to.len)
		mnl_attr_put(nlh, RTA_DST, prefix_full(&r->to) / 8, r->to.addr);
	if (via)
		mnl_attr_put(nlh, RTA_GATEWAY, prefix_full(&gateway) / 8, gateway.addr);
	if (!throws)
		mnl_attr_put_u32(nlh, RTA_OIF, r->oif);
	return change(nlh);
}

int fib_route_add(const struct fib_route *route)
{
	return route_change(route, true);
}

int fib_route_del(const struct fib_route *route)
{
	return route_change(route, false);
}

static int rule_change(const struct fib_rule *r, bool add)
{
	struct nlmsghdr *nlh;
	struct fib_rule_hdr *hdr;
	char buf[512];

	nlh = mnl_nlmsg_put_header(buf);
	head(nlh, add ? RTM_NEWRULE : RTM_DELRULE, add);
	hdr = mnl_nlmsg_put_extra_header(nlh, sizeof(*hdr));
	hdr->family = (unsigned char)r->from.family;
	hdr->src_len = (unsigned char)r->from.len;
	hdr->action = FR_ACT_TO_TBL;
	mnl_attr_put(nlh, FRA_SRC, prefix_full(&r->from) / 8, r->from.addr);
	mnl_attr_put_u32(nlh, FRA_PRIORITY, r->priority);
	mnl_attr_put_u32(nlh, FRA_TABLE, r->table);
	mnl_attr_put_u8(nlh, FRA_PROTOCOL, FIB_PROTO);
	return change(nlh);
}

int fib_rule_add(const struct fib_rule *rule)
{
	return rule_change(rule, true);
}

int fib_rule_del(const struct fib_rule *rule)
{
	return rule_change(rule, false);
}

int fib_rule_parse(const char *text, struct fib_rule *rule)
{
	char rest;

	return sscanf(text, "lookup %u priority %u%c", &rule->table, &rule->priority, &rest) == 2 ?
		       0 :
		       -EINVAL;
}
