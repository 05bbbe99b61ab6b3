// SPDX-License-Identifier: GPL-2.0
/* What is in SMC's way on this node, or passed by by it; see smc_parts.h. */
#include <ctype.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/netlink.h"
#include "base/portset.h"
#include "base/smcnl.h"
#include "facts/gather.h"
#include "facts/smc_parts.h"

#define TCP_LISTEN_HEX 0x0A

/* ------------------------------------------------------------- IPsec */

static int policy_count(const struct nlmsghdr *nlh, void *data)
{
	++*(unsigned int *)data;
	return MNL_CB_OK;
}

static int policies_count(unsigned int *nr)
{
	_Alignas(struct nlmsghdr) char buf[128];
	struct mnl_socket *nl = netlink_open(NETLINK_XFRM);
	struct nlmsghdr *nlh;
	int ret;

	if (!nl)
		return -errno;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = XFRM_MSG_GETPOLICY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	(void)mnl_nlmsg_put_extra_header(nlh, sizeof(struct xfrm_userpolicy_id));
	ret = netlink_dump(nl, nlh, 1, policy_count, nr);
	mnl_socket_close(nl);
	return ret;
}

/* A socket for IPsec would load its module: where none of the two is, nobody has set a policy. */
static void ipsec_read(const char *root, bool live, struct smc_node *node)
{
	enum tri there, user, key;

	smcnl_module(root, node->release, "xfrm_user", &there, &user);
	smcnl_module(root, node->release, "af_key", &there, &key);
	if (user == IS_NO && key == IS_NO)
		node->ipsec_known = IS_NO;
	else if (live && user == IS_YES && !policies_count(&node->nr_ipsec))
		node->ipsec_known = IS_YES;
}

/* ------------------------------------------------------------- ports */

static bool is_platforms(unsigned int port)
{
	return port >= SMC_PLATFORM_PORT_FIRST && port <= SMC_PLATFORM_PORT_LAST;
}

/* /proc/net/tcp has no number of its own for it: "0: 0100007F:1F90 00000000:0000 0A ..." */
static unsigned int listened_in(const char *root, const char *list)
{
	unsigned int port, state, nr = 0;
	struct text text = { 0 };
	char *line, *rest;

	if (!file_slurp(root, &text, "/proc/net/%s", list))
		for (rest = text.s; rest && (line = strsep(&rest, "\n"));)
			nr += sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port,
				     &state) == 2 &&
			      state == TCP_LISTEN_HEX && is_platforms(port);
	text_free(&text);
	return nr;
}

static void ports_read(const char *root, struct smc_node *node)
{
	struct portset *reserved = calloc(1, sizeof(*reserved));
	unsigned int port;
	struct text text = { 0 };
	char range[64];

	if (!file_read(root, range, sizeof(range), "/proc/sys/net/ipv4/ip_local_port_range") &&
	    sscanf(range, "%u %u", &node->port_first, &node->port_last) != 2)
		node->port_first = node->port_last = 0;
	if (!file_slurp(root, &text, "/proc/sys/net/ipv4/ip_local_reserved_ports") && text.s &&
	    reserved)
		(void)portset_parse(text_trim(text.s),
				    reserved); /* "" is no set: none is reserved */
	for (port = SMC_PLATFORM_PORT_FIRST; reserved && port <= SMC_PLATFORM_PORT_LAST; port++)
		node->ports_open += port >= node->port_first && port <= node->port_last &&
				    !portset_has(reserved, port);
	node->ports_listened = listened_in(root, "tcp") + listened_in(root, "tcp6");
	text_free(&text);
	free(reserved);
}

/* ------------------------------------------------------------- who is stuck in it */

/* Waits in the kernel and cannot be killed, in one of SMC's functions. */
static bool stuck_where(const char *root, const char *pid, const char *tid, char *where, size_t len)
{
	struct text text = { 0 };
	char stat[512], *state;
	const char *at;

	if (file_read(root, stat, sizeof(stat), "/proc/%s/task/%s/stat", pid, tid))
		return false;
	state = strrchr(stat, ')');
	if (!state || strncmp(state, ") D", 3))
		return false;
	where[0] = '\0';
	/* its stack, of which only root may see anything; "[<0>] smc_wr_drain_cq+0x7a/0xa0 [smc]" */
	if (!file_slurp(root, &text, "/proc/%s/task/%s/stack", pid, tid) && text.s) {
		at = strstr(text.s, "] smc_");
		if (at)
			(void)sscanf(at, "] %63[a-z0-9_]", where);
	}
	text_free(&text);
	return where[0] && strlen(where) < len;
}

static int stuck_add(const char *root, const char *pid, const char *tid, struct smc_node *node)
{
	char where[64], comm[32] = "";
	struct smc_task *task;

	if (!stuck_where(root, pid, tid, where, sizeof(where)))
		return 0;
	task = facts_more(&node->stuck, &node->nr_stuck, sizeof(*task));
	if (!task)
		return -ENOMEM;
	(void)file_read(root, comm, sizeof(comm), "/proc/%s/comm", pid);
	text_escape(task->comm, sizeof(task->comm), comm);
	task->pid = (unsigned int)strtoul(pid, NULL, 10);
	(void)text_copy(task->where, sizeof(task->where), where);
	return 0;
}

static int stuck_look(const char *root, struct smc_node *node)
{
	unsigned int i, j, nr_pid, nr_tid;
	char **pids, **tids;
	int ret = 0;

	if (files_list(root, &pids, &nr_pid, "/proc"))
		return 0;
	for (i = 0; i < nr_pid && !ret; i++) {
		if (!isdigit((unsigned char)pids[i][0]) ||
		    files_list(root, &tids, &nr_tid, "/proc/%s/task", pids[i]))
			continue;
		for (j = 0; j < nr_tid && !ret; j++)
			ret = stuck_add(root, pids[i], tids[j], node);
		files_free(tids, nr_tid);
	}
	files_free(pids, nr_pid);
	return ret;
}

int smc_obstacles_gather(const char *root, bool live, struct smc_node *node)
{
	(void)file_read_uint(root, &node->fastopen, "/proc/sys/net/ipv4/tcp_fastopen"); /* or 0 */
	ipsec_read(root, live, node);
	ports_read(root, node);
	return node->smc.loaded == IS_YES ? stuck_look(root, node) : 0;
}
