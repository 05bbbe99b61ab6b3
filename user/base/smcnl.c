// SPDX-License-Identifier: GPL-2.0
/* SMC's netlink families; see smcnl.h. */
#include "base/smcnl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/smc.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/genl.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif
_Static_assert(SMCNL_HEADER == sizeof(struct genlmsghdr), "what they begin behind");

#define DIAG_EXT(attr) (1u << ((attr)-1))

/* ------------------------------------------------------------- what is there */

int smcnl_protocol(const char *root, const char *name)
{
	const size_t len = strlen(name);
	struct text text = { 0 };
	const char *line;
	int ret = file_slurp(root, &text, "/proc/net/protocols");

	if (ret)
		return ret;
	ret = -ENODATA;
	for (line = text.s; line && ret; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == ' ')
			ret = 0;
	}
	text_free(&text);
	return ret;
}

int smcnl_loaded(const char *root)
{
	return smcnl_protocol(root, "SMC");
}

/* A file "NAME.ko", compressed or not, at the beginning of a line of one of depmod's lists. */
static int listed(const char *root, const char *release, const char *list, const char *name)
{
	struct text text = { 0 };
	const char *at, *end, *line;
	char file[80];
	int ret = file_slurp(root, &text, "/lib/modules/%s/%s", release, list);

	if (ret)
		return ret;
	(void)snprintf(file, sizeof(file), "/%s.ko", name);
	ret = -ENODATA;
	for (line = text.s; line && *line && ret; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		at = strstr(line, file);
		/* before the colon: behind it are the modules that it needs */
		if (at && at < line + strcspn(line, ":\n"))
			ret = 0;
	}
	text_free(&text);
	return ret;
}

void smcnl_module(const char *root, const char *release, const char *name, enum tri *there,
		  enum tri *loaded)
{
	int built_in = listed(root, release, "modules.builtin", name);
	int file = listed(root, release, "modules.dep", name);

	if (file_exists(root, "/sys/module/%s", name) || !built_in)
		*loaded = IS_YES;
	else /* what is built in may have no folder there */
		*loaded = built_in == -ENODATA ? IS_NO : IS_UNKNOWN;
	if (*loaded == IS_YES || !file)
		*there = IS_YES;
	else /* no list, no answer */
		*there = file == -ENODATA && *loaded == IS_NO ? IS_NO : IS_UNKNOWN;
}

void smcnl_smc(const char *root, const char *release, enum tri *there, enum tri *loaded)
{
	int protocol = smcnl_loaded(root);

	smcnl_module(root, release, "smc", there, loaded);
	if (!protocol) {
		*loaded = *there = IS_YES;
	} else if (protocol == -ENODATA) {
		*loaded = IS_NO;
		if (listed(root, release, "modules.dep", "smc") == -ENODATA)
			*there = IS_NO;
	}
}

/* ------------------------------------------------------------- generic netlink */

int smcnl_open(struct smcnl *s, const char *family)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->nl = netlink_open(NETLINK_GENERIC);
	if (!s->nl)
		return -errno;
	ret = genl_find_there(s->nl, ++s->seq, family, &s->family);
	if (ret)
		smcnl_close(s);
	return ret;
}

void smcnl_close(struct smcnl *s)
{
	if (s->nl)
		mnl_socket_close(s->nl);
	s->nl = NULL;
}

int smcnl_dump(struct smcnl *s, uint8_t command, mnl_cb_t cb, void *arg)
{
	_Alignas(struct nlmsghdr) char buf[64];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = s->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1; /* of both families */
	return netlink_dump(s->nl, nlh, ++s->seq, cb, arg);
}

uint64_t smcnl_uint(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

/* Names of SMC are filled with blanks to their length. */
void smcnl_text(const struct nlattr *attr, char *buf, unsigned long len)
{
	char raw[128];

	(void)snprintf(raw, sizeof(raw), "%.*s", (int)mnl_attr_get_payload_len(attr),
		       (const char *)mnl_attr_get_payload(attr));
	text_escape(buf, len, text_trim(raw));
}

/* ------------------------------------------------------------- sock_diag */

int smcnl_sockets(mnl_cb_t cb, void *arg)
{
	const struct smc_diag_req req = {
		.diag_family = AF_SMC,
		.diag_ext = DIAG_EXT(SMC_DIAG_CONNINFO) | DIAG_EXT(SMC_DIAG_LGRINFO) |
			    DIAG_EXT(SMC_DIAG_DMBINFO),
	};
	_Alignas(struct nlmsghdr) char buf[256];
	struct mnl_socket *nl = netlink_open(NETLINK_SOCK_DIAG);
	struct nlmsghdr *nlh;
	int ret;

	if (!nl)
		return -errno;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(req)), &req, sizeof(req));
	ret = netlink_dump(nl, nlh, 1, cb, arg);
	mnl_socket_close(nl);
	return ret;
}
