// SPDX-License-Identifier: GPL-2.0
/*
 * What the module tells by itself; see keeper.h. The rule: reading never
 * blocks, and a message that is not understood is passed over.
 */
#include "apply/keeper_talk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>

/* Far more than an event has. */
#define EVENT_BYTES 8192

static int event_attr(const struct nlattr *attr, void *data)
{
	struct keeper_event *event = data;

	switch (mnl_attr_get_type(attr)) {
	case NETLANE_A_IFINDEX:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		event->ifindex = mnl_attr_get_u32(attr);
		break;
	case NETLANE_A_REASON:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		event->reason = (enum netlane_reason)mnl_attr_get_u32(attr);
		break;
	case NETLANE_A_ERRNO:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		event->error = (int)mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int event_counts_attr(const struct nlattr *attr, void *data)
{
	keeper_count_attr(attr, data);
	return MNL_CB_OK;
}

bool keeper_event_parse(const struct nlmsghdr *nlh, struct keeper_event *event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct keeper_counts counts = { 0 };

	memset(event, 0, sizeof(*event));
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE || mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return false;
	event->cmd = (enum netlane_cmd)genl->cmd;
	if (event->cmd != NETLANE_CMD_REWRITTEN && event->cmd != NETLANE_CMD_LEFT)
		return false;
	if (mnl_attr_parse(nlh, sizeof(*genl), event_attr, event) < 0 ||
	    mnl_attr_parse(nlh, sizeof(*genl), event_counts_attr, &counts) < 0)
		return false;
	event->put_back = (unsigned int)counts.put_back;
	event->left_out = (unsigned int)counts.left_out;
	event->failures = (unsigned int)counts.failures;
	return event->ifindex;
}

/* The socket outlives the talk: what is left of that is its file descriptor. */
static int events_fd(const struct keeper_talk *talk, struct err *err)
{
	int group = (int)talk->events;
	int fd;

	if (!group)
		return err_set(err, -ENOENT, "keeper: this kernel's module has no events");
	if (mnl_socket_setsockopt(talk->nl, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return err_set(err, -errno, "keeper: its events: %s",
			       errno == EPERM ? "only an administrator (CAP_NET_ADMIN) may" :
						strerror(errno));
	fd = fcntl(mnl_socket_get_fd(talk->nl), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, -errno, "keeper: its events: %s", strerror(errno));
	return fd;
}

int keeper_events_open(struct err *err)
{
	struct keeper_talk talk;
	int ret = keeper_talk_open(&talk, err);

	if (ret)
		return ret;
	ret = events_fd(&talk, err);
	keeper_talk_close(&talk);
	return ret;
}

int keeper_events_read(int fd, struct keeper_event *event)
{
	union {
		struct nlmsghdr nlh;
		char bytes[EVENT_BYTES];
	} buf;
	ssize_t n;

	/* One event a message, one message a datagram. */
	while ((n = recv(fd, &buf, sizeof(buf), MSG_DONTWAIT)) >= 0)
		if (mnl_nlmsg_ok(&buf.nlh, (int)n) && keeper_event_parse(&buf.nlh, event))
			return 1;
	return errno == EAGAIN ? 0 : -errno;
}
