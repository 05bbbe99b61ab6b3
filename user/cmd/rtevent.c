// SPDX-License-Identifier: GPL-2.0
/* Messages about devices that only the kernel made; see rtevent.h. */
#include "cmd/rtevent.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/nicdev.h"

/* A veth, a bridge, a tunnel says what it is; a NIC at most whose slave it is. */
static bool is_made_up(const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *info;

	if (link->ifi_family != AF_UNSPEC) /* of a bridge's port */
		return true;
	mnl_attr_for_each(attr, nlh, sizeof(*link))
	{
		if (mnl_attr_get_type(attr) != IFLA_LINKINFO)
			continue;
		mnl_attr_for_each_nested(info, attr)
		{
			if (mnl_attr_get_type(info) == IFLA_INFO_KIND)
				return true;
		}
	}
	return false;
}

static enum rtevent addr_event(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *addr = mnl_nlmsg_get_payload(nlh);
	char name[IF_NAMESIZE], bus[BUS_LEN];

	/* gone with its address: a container's, or a NIC, which says so itself as well */
	if (!if_indextoname(addr->ifa_index, name))
		return RTEVENT_LOOK;
	return !nicdev_bus("/", name, bus) && !bus[0] ? RTEVENT_NONE : RTEVENT_ALL;
}

static enum rtevent message_of(const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (len < sizeof(struct ifinfomsg))
			return RTEVENT_LOOK;
		return is_made_up(nlh) ? RTEVENT_NONE : RTEVENT_LOOK;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (len < sizeof(struct ifaddrmsg))
			return RTEVENT_LOOK;
		return addr_event(nlh);
	default:
		return RTEVENT_LOOK;
	}
}

enum rtevent rtevent_of(const void *buf, size_t len)
{
	enum rtevent most = RTEVENT_NONE, one;
	const struct nlmsghdr *nlh = buf;
	int left = (int)len;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		one = message_of(nlh);
		most = one > most ? one : most;
	}
	return left > 0 && !most ? RTEVENT_LOOK : most; /* cut short */
}
