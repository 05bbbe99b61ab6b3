// SPDX-License-Identifier: GPL-2.0
/* Which of rtnetlink's messages make the service look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "cmd/rtevent.h"

static _Alignas(struct nlmsghdr) char buf[1024];

static struct nlmsghdr *link_message(char *at, uint16_t type, unsigned char family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);
	struct ifinfomsg *link;

	nlh->nlmsg_type = type;
	link = mnl_nlmsg_put_extra_header(nlh, sizeof(*link));
	link->ifi_family = family;
	link->ifi_index = 7;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "some0");
	return nlh;
}

static void info_add(struct nlmsghdr *nlh, uint16_t what, const char *kind)
{
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);

	mnl_attr_put_strz(nlh, what, kind);
	mnl_attr_nest_end(nlh, info);
}

static struct nlmsghdr *addr_message(unsigned int ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifaddrmsg *addr;

	nlh->nlmsg_type = RTM_NEWADDR;
	addr = mnl_nlmsg_put_extra_header(nlh, sizeof(*addr));
	addr->ifa_family = AF_INET;
	addr->ifa_index = ifindex;
	return nlh;
}

static void rtevent__nic__matters(void **state)
{
	struct nlmsghdr *nlh = link_message(buf, RTM_NEWLINK, AF_UNSPEC);

	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_LOOK);
	info_add(nlh, IFLA_INFO_SLAVE_KIND, "bond");
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_LOOK);
	nlh = link_message(buf, RTM_DELLINK, AF_UNSPEC);
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_LOOK);
}

static void rtevent__container__does_not(void **state)
{
	struct nlmsghdr *nlh = link_message(buf, RTM_NEWLINK, AF_UNSPEC);

	info_add(nlh, IFLA_INFO_KIND, "veth");
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_NONE);
	nlh = link_message(buf, RTM_NEWLINK, AF_BRIDGE);
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_NONE);
	nlh = addr_message(if_nametoindex("lo"));
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_NONE);
}

static void rtevent__nic_behind_a_container__is_seen(void **state)
{
	struct nlmsghdr *nlh = link_message(buf, RTM_DELLINK, AF_UNSPEC), *more;
	size_t len;

	info_add(nlh, IFLA_INFO_KIND, "veth");
	len = NLMSG_ALIGN(nlh->nlmsg_len);
	more = link_message(buf + len, RTM_NEWLINK, AF_UNSPEC);
	assert_int_equal(rtevent_of(buf, len + more->nlmsg_len), RTEVENT_LOOK);
}

static void rtevent__unknown__matters(void **state)
{
	struct nlmsghdr *nlh = addr_message(0x7ffffff0);

	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_LOOK); /* it is gone already */
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_NEWRULE;
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_LOOK);
	nlh = link_message(buf, RTM_NEWLINK, AF_UNSPEC);
	info_add(nlh, IFLA_INFO_KIND, "veth");
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len - 4), RTEVENT_LOOK); /* cut */
	nlh->nlmsg_len = sizeof(*nlh) + 2; /* shorter than its own head */
	assert_int_equal(rtevent_of(buf, nlh->nlmsg_len), RTEVENT_LOOK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rtevent__nic__matters),
		cmocka_unit_test(rtevent__container__does_not),
		cmocka_unit_test(rtevent__nic_behind_a_container__is_seen),
		cmocka_unit_test(rtevent__unknown__matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
