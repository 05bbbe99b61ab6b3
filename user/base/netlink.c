// SPDX-License-Identifier: GPL-2.0
/* Asking the kernel over netlink; see netlink.h. */
#include "base/netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define ANSWER_BYTES 32768
/* The kernel answers at once; a wait means that it does not answer at all. */
#define ANSWER_S 2

struct mnl_socket *netlink_open(int bus)
{
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	struct timeval wait = { .tv_sec = ANSWER_S };

	if (!nl)
		return NULL;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(nl);
		return NULL;
	}
	/* without the limit it still works */
	(void)setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return nl;
}

/* A dump that fails says so in its end, which libmnl takes for a good one. */
static int dump_verdict(const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	int left = (int)len, ret = 0;

	for (; !ret && mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		if (nlh->nlmsg_type == NLMSG_DONE && mnl_nlmsg_get_payload_len(nlh) >= sizeof(ret))
			memcpy(&ret, mnl_nlmsg_get_payload(nlh), sizeof(ret));
	return ret < 0 ? ret : 0;
}

/*
 * Was the list changed while it was dumped? The mark is taken out: libmnl would
 * leave the rest of @buf unread for it, and with that perhaps the end.
 */
static bool mark_take(void *buf, size_t len)
{
	struct nlmsghdr *nlh = buf;
	int left = (int)len;
	bool marked = false;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		marked |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
		nlh->nlmsg_flags &= (uint16_t)~NLM_F_DUMP_INTR;
	}
	return marked;
}

/* *changed: the list did while it was dumped, which is good enough for most. */
static int talk(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		void *data, bool strict, bool *changed)
{
	unsigned int port = mnl_socket_get_portid(nl);
	char *buf = malloc(ANSWER_BYTES);
	ssize_t n;
	int ret = -ENOMEM;

	*changed = false;
	nlh->nlmsg_seq = seq;
	if (!buf)
		return ret;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0) {
		ret = -errno;
		goto free_buf;
	}
	do {
		n = mnl_socket_recvfrom(nl, buf, ANSWER_BYTES);
		if (n < 0) {
			ret = -errno;
			break;
		}
		*changed |= mark_take(buf, (size_t)n);
		ret = mnl_cb_run(buf, (size_t)n, seq, port, cb, data);
		if (ret < 0)
			ret = -errno;
		else if (!ret && strict)
			ret = dump_verdict(buf, (size_t)n);
	} while (ret > 0);

free_buf:
	free(buf);
	return ret < 0 ? ret : 0;
}

int netlink_talk(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		 void *data)
{
	bool changed;

	return talk(nl, nlh, seq, cb, data, false, &changed);
}

int netlink_dump(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		 void *data)
{
	bool changed;

	return talk(nl, nlh, seq, cb, data, true, &changed);
}

int netlink_dump_whole(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		       void *data)
{
	bool changed;
	int ret = talk(nl, nlh, seq, cb, data, true, &changed);

	return ret ? ret : changed ? -EINTR : 0;
}
