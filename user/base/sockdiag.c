// SPDX-License-Identifier: GPL-2.0
/* sock_diag(7) over netlink; see sockdiag.h. */
#include "base/sockdiag.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "base/netlink.h"

struct walk {
	sockdiag_each each;
	sockdiag_each_more each_more; /* instead */
	void *arg;
};

static int attr_take(const struct nlattr *attr, void *data)
{
	struct sockdiag_more *more = data;
	const void *value = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case INET_DIAG_INFO:
		more->info = value;
		more->info_len = len;
		break;
	case INET_DIAG_CONG:
		if (!mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			more->cong = value;
		break;
	case INET_DIAG_SKMEMINFO:
		more->skmeminfo = value;
		more->nr_skmeminfo = (unsigned int)(len / sizeof(uint32_t));
		break;
	case INET_DIAG_BBRINFO:
		if (len >= sizeof(*more->bbr))
			more->bbr = value;
		break;
	case INET_DIAG_SKV6ONLY:
		if (len)
			more->v6only = *(const uint8_t *)value;
		break;
	default: /* a kernel tells more than it is asked for */
		break;
	}
	return MNL_CB_OK;
}

static int socket_take(const struct nlmsghdr *nlh, void *data)
{
	const struct walk *walk = data;
	struct sockdiag_more more = { .v6only = -1 };

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct inet_diag_msg))
		return MNL_CB_OK;
	if (!walk->each_more) {
		walk->each(mnl_nlmsg_get_payload(nlh), walk->arg);
		return MNL_CB_OK;
	}
	(void)mnl_attr_parse(nlh, sizeof(struct inet_diag_msg), attr_take, &more);
	walk->each_more(mnl_nlmsg_get_payload(nlh), &more, walk->arg);
	return MNL_CB_OK;
}

/* A request in @buf, of which @req is what is asked. */
static struct nlmsghdr *request(void *buf, uint16_t type, uint16_t flags,
				const struct inet_diag_req_v2 *req)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(*req)), req, sizeof(*req));
	return nlh;
}

static int ask(int family, int protocol, unsigned int states, uint16_t port, unsigned int ext,
	       struct walk *walk)
{
	const struct inet_diag_req_v2 req = {
		.sdiag_family = (unsigned char)family,
		.sdiag_protocol = (unsigned char)protocol,
		.idiag_ext = (unsigned char)ext,
		.idiag_states = states,
	};
	/* equal: on behind the end, which accepts; else beyond it, which does not */
	const struct inet_diag_bc_op filter[] = {
		{ .code = INET_DIAG_BC_S_EQ, .yes = 8, .no = 12 },
		{ .no = port },
	};
	_Alignas(struct nlmsghdr) char buf[256];
	struct mnl_socket *nl = netlink_open(NETLINK_SOCK_DIAG);
	struct nlmsghdr *nlh;
	int ret;

	if (!nl)
		return errno == EPROTONOSUPPORT ? -ENOENT : -errno;
	nlh = request(buf, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &req);
	if (port)
		mnl_attr_put(nlh, INET_DIAG_REQ_BYTECODE, sizeof(filter), filter);
	ret = netlink_dump(nl, nlh, 1, socket_take, walk);
	mnl_socket_close(nl);
	return ret;
}

int sockdiag_tcp(int family, unsigned int states, uint16_t port, sockdiag_each each, void *arg)
{
	struct walk walk = { .each = each, .arg = arg };

	return ask(family, IPPROTO_TCP, states, port, 0, &walk);
}

int sockdiag_tcp_more(int family, unsigned int states, unsigned int ext, sockdiag_each_more each,
		      void *arg)
{
	struct walk walk = { .each_more = each, .arg = arg };

	return ask(family, IPPROTO_TCP, states, 0, ext, &walk);
}

int sockdiag_udp_more(int family, unsigned int states, unsigned int ext, sockdiag_each_more each,
		      void *arg)
{
	struct walk walk = { .each_more = each, .arg = arg };

	return ask(family, IPPROTO_UDP, states, 0, ext, &walk);
}

int sockdiag_reset(const struct inet_diag_msg *msg)
{
	const struct inet_diag_req_v2 req = {
		.sdiag_family = msg->idiag_family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0U,
		.id = msg->id,
	};
	_Alignas(struct nlmsghdr) char buf[256];
	struct mnl_socket *nl = netlink_open(NETLINK_SOCK_DIAG);
	int ret;

	if (!nl)
		return -errno;
	ret = netlink_talk(nl, request(buf, SOCK_DESTROY, NLM_F_ACK, &req), 1, NULL, NULL);
	mnl_socket_close(nl);
	return ret;
}
