// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink with extack; see keeper_talk.h. The rule: whatever the
 * kernel answers is checked before it is read.
 */
#include "apply/keeper_talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <linux/netlink.h>

#include "base/genl.h"
#include "base/netlink.h"

#define ANSWER_BYTES 32768

struct nlmsghdr *keeper_message(char *buf, struct keeper_talk *talk, enum netlane_cmd cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = talk->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = (uint8_t)cmd;
	genl->version = NETLANE_GENL_VERSION;
	return nlh;
}

int keeper_talk_open(struct keeper_talk *talk, struct err *err)
{
	struct genl_numbers numbers;
	int on = 1, ret;

	memset(talk, 0, sizeof(*talk));
	talk->seq = (unsigned int)time(NULL);
	talk->nl = netlink_open(NETLINK_GENERIC);
	if (!talk->nl)
		return err_set(err, -errno, "keeper: no netlink socket: %s", strerror(errno));
	/* without them there are no sentences, but all else works */
	(void)mnl_socket_setsockopt(talk->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)mnl_socket_setsockopt(talk->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	ret = genl_find(talk->nl, ++talk->seq, NETLANE_GENL_NAME, NETLANE_GENL_EVENTS, &numbers);
	talk->family = numbers.family;
	talk->events = numbers.group;
	if (ret) {
		keeper_talk_close(talk);
		return err_set(err, ret,
			       ret == -ENOENT ? "keeper: netlane.ko is not loaded" :
						"keeper: netlink does not answer");
	}
	return 0;
}

void keeper_talk_close(struct keeper_talk *talk)
{
	if (talk->nl)
		(void)mnl_socket_close(talk->nl); /* nothing to be done about it */
	talk->nl = NULL;
}

const char *keeper_extack(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*error);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += error->msg.nlmsg_len - sizeof(error->msg);
	if (mnl_nlmsg_get_payload_len(nlh) < offset)
		return NULL;
	mnl_attr_for_each(attr, nlh, offset) if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
						 mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >=
							 0) return mnl_attr_get_str(attr);
	return NULL;
}

/* 1: more is to come, 0: done, else -errno with the sentence. */
static int answer(const struct nlmsghdr *nlh, mnl_cb_t cb, void *data, struct err *err)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	const char *why;
	int ret;

	if (nlh->nlmsg_type == NLMSG_DONE)
		return 0;
	if (nlh->nlmsg_type != NLMSG_ERROR)
		return cb && cb(nlh, data) < 0 ? err_set(err, -EPROTO, "keeper: a broken answer") :
						 1;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
		return err_set(err, -EPROTO, "keeper: a broken answer");
	ret = error->error;
	if (!ret)
		return 0;
	why = keeper_extack(nlh);
	if (!why)
		why = ret == -EPERM ? "only an administrator (CAP_NET_ADMIN) may" : strerror(-ret);
	return err_set(err, ret, "keeper: %s", why);
}

static int answers(struct keeper_talk *talk, char *buf, mnl_cb_t cb, void *data, struct err *err)
{
	const struct nlmsghdr *nlh;
	int ret = 1, left;
	ssize_t n;

	while (ret > 0) {
		n = mnl_socket_recvfrom(talk->nl, buf, ANSWER_BYTES);
		if (n < 0)
			return err_set(err, -errno, "keeper: no answer: %s", strerror(errno));
		left = (int)n;
		for (nlh = (struct nlmsghdr *)buf; ret > 0 && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			if (nlh->nlmsg_seq == talk->seq)
				ret = answer(nlh, cb, data, err);
	}
	return ret;
}

int keeper_talk(struct keeper_talk *talk, char *buf, mnl_cb_t cb, void *data, struct err *err)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	char *in = malloc(ANSWER_BYTES);
	int ret;

	if (!in)
		return err_set(err, -ENOMEM, "keeper: out of memory");
	nlh->nlmsg_seq = ++talk->seq;
	if (mnl_socket_sendto(talk->nl, nlh, nlh->nlmsg_len) < 0)
		ret = err_set(err, -errno, "keeper: cannot ask: %s", strerror(errno));
	else
		ret = answers(talk, in, cb, data, err);
	free(in);
	return ret;
}

void keeper_count_attr(const struct nlattr *attr, struct keeper_counts *counts)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
		return;
	switch (mnl_attr_get_type(attr)) {
	case NETLANE_A_REWRITES:
		counts->rewrites = mnl_attr_get_u64(attr);
		break;
	case NETLANE_A_PUT_BACK:
		counts->put_back = mnl_attr_get_u64(attr);
		break;
	case NETLANE_A_LEFT_OUT:
		counts->left_out = mnl_attr_get_u64(attr);
		break;
	case NETLANE_A_FAILURES:
		counts->failures = mnl_attr_get_u64(attr);
		break;
	}
}
