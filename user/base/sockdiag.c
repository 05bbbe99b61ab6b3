// SPDX-License-Identifier: GPL-2.0
/* sock_diag(7) over netlink; see sockdiag.h. */
#include "base/sockdiag.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "base/netlink.h"

struct walk {
	sockdiag_each each;
	void *arg;
};

static int socket_take(const struct nlmsghdr *nlh, void *data)
{
	const struct walk *walk = data;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct inet_diag_msg))
		walk->each(mnl_nlmsg_get_payload(nlh), walk->arg);
	return MNL_CB_OK;
}

int sockdiag_tcp(int family, unsigned int states, uint16_t port, sockdiag_each each, void *arg)
{
	/* equal: on behind the end, which accepts; else beyond it, which does not */
	const struct inet_diag_bc_op filter[] = {
		{ .code = INET_DIAG_BC_S_EQ, .yes = 8, .no = 12 },
		{ .no = port },
	};
	_Alignas(struct nlmsghdr) char buf[256];
	struct walk walk = { each, arg };
	struct inet_diag_req_v2 *req;
	struct mnl_socket *nl;
	struct nlmsghdr *nlh;
	int ret;

	nl = netlink_open(NETLINK_SOCK_DIAG);
	if (!nl)
		return errno == EPROTONOSUPPORT ? -ENOENT : -errno;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = (unsigned char)family;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = states;
	if (port)
		mnl_attr_put(nlh, INET_DIAG_REQ_BYTECODE, sizeof(filter), filter);
	ret = netlink_dump(nl, nlh, 1, socket_take, &walk);
	mnl_socket_close(nl);
	return ret;
}
