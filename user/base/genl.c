// SPDX-License-Identifier: GPL-2.0
/* Names of generic netlink into numbers; see genl.h. The rule: checked before it is read. */
#include "base/genl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

struct wanted {
	const char *group;
	struct genl_numbers *numbers;
};

static void group_take(const struct nlattr *one, const struct wanted *wanted)
{
	const struct nlattr *name = NULL, *id = NULL, *attr;

	mnl_attr_for_each_nested(attr, one)
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = attr;
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = attr;
	}
	if (name && id && !mnl_attr_validate(name, MNL_TYPE_NUL_STRING) &&
	    !mnl_attr_validate(id, MNL_TYPE_U32) && !strcmp(mnl_attr_get_str(name), wanted->group))
		wanted->numbers->group = mnl_attr_get_u32(id);
}

static int family_attr(const struct nlattr *attr, void *data)
{
	const struct wanted *wanted = data;
	const struct nlattr *one;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID) {
		if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
			return MNL_CB_ERROR;
		wanted->numbers->family = mnl_attr_get_u16(attr);
	} else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS) {
		mnl_attr_for_each_nested(one, attr)
		{
			group_take(one, wanted);
		}
	}
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_attr, data);
}

int genl_find(struct mnl_socket *nl, unsigned int seq, const char *family, const char *group,
	      struct genl_numbers *numbers)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct genl_numbers found = { 0 };
	struct wanted wanted = { group, &found };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int ret;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family);
	ret = netlink_talk(nl, nlh, seq, family_cb, &wanted);
	if (!ret && !found.family)
		ret = -ENOENT;
	*numbers = found;
	return ret;
}

struct listed {
	const char *family;
	uint16_t *number;
};

struct listed_one {
	const char *name;
	uint16_t number;
};

static int listed_attr(const struct nlattr *attr, void *data)
{
	struct listed_one *one = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
	    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		one->name = mnl_attr_get_str(attr);
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
	    !mnl_attr_validate(attr, MNL_TYPE_U16))
		one->number = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int listed_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct listed *listed = data;
	struct listed_one one = { 0 };
	int ret = mnl_attr_parse(nlh, sizeof(struct genlmsghdr), listed_attr, &one);

	if (one.name && !strcmp(one.name, listed->family))
		*listed->number = one.number;
	return ret;
}

int genl_find_there(struct mnl_socket *nl, unsigned int seq, const char *family, uint16_t *number)
{
	_Alignas(struct nlmsghdr) char buf[64];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct listed listed = { family, number };
	struct genlmsghdr *genl;
	int ret;

	*number = 0;
	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	ret = netlink_dump(nl, nlh, seq, listed_cb, &listed);
	return ret ? ret : *number ? 0 : -ENOENT;
}
