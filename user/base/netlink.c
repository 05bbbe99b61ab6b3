// SPDX-License-Identifier: GPL-2.0
/* Asking the kernel over netlink; see netlink.h. */
#include "base/netlink.h"

#include <errno.h>
#include <stdlib.h>
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

int netlink_talk(struct mnl_socket *nl, struct nlmsghdr *nlh, unsigned int seq, mnl_cb_t cb,
		 void *data)
{
	unsigned int port = mnl_socket_get_portid(nl);
	char *buf = malloc(ANSWER_BYTES);
	ssize_t n;
	int ret = -ENOMEM;

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
		ret = mnl_cb_run(buf, (size_t)n, seq, port, cb, data);
		/* a list that changed while it was dumped is good enough */
		if (ret < 0 && errno == EINTR)
			ret = MNL_CB_OK;
		else if (ret < 0)
			ret = -errno;
	} while (ret > 0);

free_buf:
	free(buf);
	return ret < 0 ? ret : 0;
}
