// SPDX-License-Identifier: GPL-2.0
/*
 * A socket of AF_SMC as sock_diag tells it; see smc_parts.h. The rule: a socket that
 * is not connected yet has no mode, whatever the kernel puts into that field.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/smc_diag.h>
#include <stdio.h>
#include <string.h>

#include "base/prefix.h"
#include "base/smcnl.h"
#include "observe/smc_parts.h"

/* enum smc_state of net/smc/smc.h, which no header of userspace has */
#define STATE_ACTIVE 1
#define STATE_INIT 2
#define STATE_CLOSED 7
#define STATE_LISTEN 10

/* sizes differ by kernel (struct smcd_diag_dmbinfo grew): what is there of it, zeroes behind */
static void copy(const struct nlattr *attr, void *to, size_t len)
{
	size_t have = mnl_attr_get_payload_len(attr);

	memset(to, 0, len);
	memcpy(to, mnl_attr_get_payload(attr), have < len ? have : len);
}

static void link_take(const struct nlattr *attr, struct smc_conn *conn)
{
	struct smc_diag_lgrinfo info;

	copy(attr, &info, sizeof(info));
	(void)snprintf(conn->dev, sizeof(conn->dev), "%.63s", (const char *)info.lnk[0].ibname);
	(void)snprintf(conn->gid, sizeof(conn->gid), "%.40s", (const char *)info.lnk[0].gid);
	(void)snprintf(conn->peer_gid, sizeof(conn->peer_gid), "%.40s",
		       (const char *)info.lnk[0].peer_gid);
	conn->port = info.lnk[0].ibport;
}

static int attr_take(const struct nlattr *attr, void *data)
{
	struct smc_diag_fallback fallback;
	struct smc_diag_conninfo info;
	struct smcd_diag_dmbinfo dmb;
	struct smc_conn *conn = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_DIAG_CONNINFO:
		copy(attr, &info, sizeof(info));
		conn->sndbuf_bytes = info.sndbuf_size;
		conn->rmb_bytes = info.rmbe_size;
		break;
	case SMC_DIAG_LGRINFO:
		link_take(attr, conn);
		break;
	case SMC_DIAG_DMBINFO:
		copy(attr, &dmb, sizeof(dmb));
		(void)snprintf(conn->gid, sizeof(conn->gid), "%016llx",
			       (unsigned long long)dmb.my_gid);
		(void)snprintf(conn->peer_gid, sizeof(conn->peer_gid), "%016llx",
			       (unsigned long long)dmb.peer_gid);
		break;
	case SMC_DIAG_FALLBACK:
		copy(attr, &fallback, sizeof(fallback));
		conn->reason = fallback.reason;
		conn->peer_reason = fallback.peer_diagnosis;
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static bool is_zero(const __be32 *addr)
{
	return !(addr[0] | addr[1] | addr[2] | addr[3]);
}

/* A socket by IPPROTO_SMC has zeroes for both: an end that is connected has no such address. */
static void addresses_take(const struct inet_diag_sockid *id, struct smc_conn *conn)
{
	const bool v6 = id->idiag_src[1] | id->idiag_src[2] | id->idiag_src[3] | id->idiag_dst[1] |
			id->idiag_dst[2] | id->idiag_dst[3];
	const int family = v6 ? AF_INET6 : AF_INET;

	conn->local_port = ntohs(id->idiag_sport);
	conn->remote_port = ntohs(id->idiag_dport);
	if (is_zero(id->idiag_dst))
		return;
	(void)addr_text(family, id->idiag_src, conn->local);
	(void)addr_text(family, id->idiag_dst, conn->remote);
}

static enum smc_mode mode_of(const struct smc_diag_msg *msg)
{
	switch (msg->diag_mode) {
	case SMC_DIAG_MODE_SMCR:
		return SMC_MODE_R;
	case SMC_DIAG_MODE_SMCD:
		return SMC_MODE_D;
	default:
		return SMC_MODE_TCP;
	}
}

int smc_socket_take(const struct nlmsghdr *nlh, struct smc_view *view)
{
	const struct smc_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct smc_conn conn = { 0 }, *more;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return 1;
	if (msg->diag_state == STATE_LISTEN || msg->diag_state == STATE_INIT) {
		view->listening += msg->diag_state == STATE_LISTEN;
		view->opening += msg->diag_state == STATE_INIT;
		return 1;
	}
	if (msg->diag_state == STATE_CLOSED)
		return 1;
	conn.mode = mode_of(msg);
	conn.closing = msg->diag_state != STATE_ACTIVE;
	conn.uid = msg->diag_uid;
	conn.inode = (unsigned long)msg->diag_inode;
	addresses_take(&msg->id, &conn);
	(void)mnl_attr_parse(nlh, sizeof(*msg), attr_take, &conn);
	more = smc_more(&view->conn, &view->nr_conn, sizeof(*more));
	if (!more)
		return -ENOMEM;
	*more = conn;
	view->nr_mode[conn.mode]++;
	view->memory_bytes += conn.sndbuf_bytes + conn.rmb_bytes;
	return 0;
}
