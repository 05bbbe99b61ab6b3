// SPDX-License-Identifier: GPL-2.0
/*
 * Whether fq is on the NICs of this network namespace: it paces what it sends,
 * whatever the congestion control. The rule: what is said of a NIC is said of
 * all its queues; which NIC a connection leaves by is not known here.
 */
#include <errno.h>
#include <linux/if.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/netlink.h"
#include "base/text.h"
#include "observe/tcp_parts.h"

#define NICS_MAX 1024

struct queues {
	unsigned int ifindex;
	unsigned int all; /* qdiscs that hold packets */
	unsigned int fq;
};

struct look {
	struct tcp_view *view;
	struct queues *queues; /* of each NIC */
};

static int link_take(const struct nlmsghdr *nlh, void *data)
{
	struct look *look = data;
	struct tcp_view *view = look->view;
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct tcp_nic *nic;

	if (nlh->nlmsg_type != RTM_NEWLINK || !(link->ifi_flags & IFF_UP) ||
	    link->ifi_flags & IFF_LOOPBACK || view->nr_nic == NICS_MAX)
		return MNL_CB_OK;
	look->queues[view->nr_nic].ifindex = (unsigned int)link->ifi_index;
	nic = &view->nic[view->nr_nic++];
	mnl_attr_for_each(attr, nlh,
			  sizeof(*link)) if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
					     !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))(void)
		text_copy(nic->ifname, sizeof(nic->ifname), mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int qdisc_take(const struct nlmsghdr *nlh, void *data)
{
	struct look *look = data;
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	const char *kind = "";
	const struct nlattr *attr;
	unsigned int i;

	if (nlh->nlmsg_type != RTM_NEWQDISC || tc->tcm_parent == TC_H_INGRESS)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*tc)) if (mnl_attr_get_type(attr) == TCA_KIND &&
						      !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		kind = mnl_attr_get_str(attr);
	for (i = 0; i < look->view->nr_nic && strcmp(kind, "mq"); i++) {
		if (look->queues[i].ifindex != (unsigned int)tc->tcm_ifindex)
			continue;
		look->queues[i].all++;
		look->queues[i].fq += !strcmp(kind, "fq");
	}
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *nl, uint16_t type, size_t extra, unsigned int seq, mnl_cb_t cb,
		void *data)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	(void)mnl_nlmsg_put_extra_header(nlh, extra);
	return netlink_dump(nl, nlh, seq, cb, data);
}

int tcp_nics_take(struct tcp_view *view)
{
	struct look look = { view, calloc(NICS_MAX, sizeof(*look.queues)) };
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	unsigned int i;
	int ret = nl ? 0 : -errno;

	view->nic = calloc(NICS_MAX, sizeof(*view->nic));
	if (!look.queues || !view->nic)
		ret = -ENOMEM;
	if (!ret)
		ret = dump(nl, RTM_GETLINK, sizeof(struct ifinfomsg), 1, link_take, &look);
	if (!ret)
		ret = dump(nl, RTM_GETQDISC, sizeof(struct tcmsg), 2, qdisc_take, &look);
	for (i = 0; i < view->nr_nic && !ret; i++) {
		view->nic[i].some_fq = look.queues[i].fq > 0;
		view->nic[i].fq = look.queues[i].fq && look.queues[i].fq == look.queues[i].all;
	}
	if (ret)
		view->nr_nic = 0;
	if (nl)
		mnl_socket_close(nl);
	free(look.queues);
	return ret;
}
