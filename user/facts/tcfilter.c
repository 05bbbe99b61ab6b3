// SPDX-License-Identifier: GPL-2.0
/*
 * BPF filters of tc; see tcfilter.h. The rule: only NICs with a device are
 * asked, two questions each; a node of pods has hundreds of veths.
 */
#include "facts/tcfilter.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/time.h>

#define ANSWER_S 2

struct take {
	struct facts *facts;
	const char *hook;
	const char *ifname;
	int ret;
};

static int filter_take(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *options = NULL;
	struct take *take = data;
	bool is_bpf = false;

	if (nlh->nlmsg_type != RTM_NEWTFILTER)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(struct tcmsg))
	{
		if (mnl_attr_get_type(attr) == TCA_KIND)
			is_bpf = !strncmp(mnl_attr_get_payload(attr), "bpf",
					  mnl_attr_get_payload_len(attr));
		else if (mnl_attr_get_type(attr) == TCA_OPTIONS)
			options = attr;
	}
	if (!is_bpf || !options)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(attr, options) if (mnl_attr_get_type(attr) == TCA_BPF_ID &&
						    mnl_attr_get_payload_len(attr) ==
							    sizeof(uint32_t)) take->ret =
		foreign_add(take->facts, take->hook, take->ifname, mnl_attr_get_u32(attr));
	return take->ret ? MNL_CB_ERROR : MNL_CB_OK;
}

static void filters_dump(struct mnl_socket *nl, unsigned int ifindex, unsigned int parent,
			 unsigned int seq, struct take *take)
{
	char buf[16384];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *tc;
	ssize_t n;

	nlh->nlmsg_type = RTM_GETTFILTER;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_parent = parent;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return;
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	} while (n > 0 &&
		 mnl_cb_run(buf, (size_t)n, seq, mnl_socket_get_portid(nl), filter_take, take) > 0);
}

static int nic_gather(struct mnl_socket *nl, struct facts *facts, const struct nic *nic)
{
	static const struct {
		const char *hook;
		unsigned int parent;
	} sides[] = {
		{ "tc-ingress", TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) },
		{ "tc-egress", TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS) },
	};
	struct take take = { .facts = facts, .ifname = nic->ifname };
	unsigned int i;

	for (i = 0; i < 2 && !take.ret; i++) {
		take.hook = sides[i].hook;
		filters_dump(nl, nic->ifindex, sides[i].parent, nic->ifindex << 1 | i, &take);
	}
	return take.ret;
}

int tcfilter_gather(const struct gather *g, struct facts *facts)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct timeval wait = { .tv_sec = ANSWER_S };
	unsigned int i;
	int ret = 0;

	if (!nl)
		return 0;
	/* without the limit it still works */
	(void)setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) >= 0)
		for (i = 0; i < facts->nr_nic && !ret; i++)
			if (facts->nic[i].bus[0])
				ret = nic_gather(nl, facts, &facts->nic[i]);
	(void)mnl_socket_close(nl); /* read only */
	return ret;
}
