// SPDX-License-Identifier: GPL-2.0
/*
 * Other people's BPF programs on network hooks, so that nothing of ours is put
 * over or before them unknowingly. The rule: read by id, never pinned, never
 * detached; netlane's own programs (lane_*, drain_*) are not foreign.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "facts/facts.h"
#include "facts/gather.h"
#include "facts/tcfilter.h"

/* A node with more has other worries; the list stays readable. */
#define LINKS_MAX 4096
#define PROGS_MAX 16

/* Newer than the headers of the oldest system that this is built on. */
enum { LINK_NETFILTER = 10, LINK_TCX = 11, LINK_NETKIT = 13 };
enum { ATTACH_TCX_INGRESS = 46, ATTACH_NETKIT_PRIMARY = 54 };

/* struct bpf_link_info: three words, then a union at the next multiple of eight. */
union link_info {
	struct {
		uint32_t type, id, prog_id, pad;
		union {
			struct {
				uint64_t cgroup_id;
				uint32_t attach_type;
			} cgroup;
			struct {
				uint32_t ino, attach_type;
			} netns;
			struct {
				uint32_t ifindex, attach_type; /* xdp has no attach_type */
			} dev;
			struct {
				uint32_t pf, hooknum;
			} netfilter;
		};
	};
	char room[256]; /* whatever a newer kernel adds */
};

static void prog_name(unsigned int id, char *name, size_t len)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	*name = 0;
	if (fd < 0)
		return; /* not root, or it is gone */
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		(void)text_copy(name, len, info.name); /* 16 bytes at most */
	close(fd);
}

static bool is_known(const struct facts *facts, const char *hook, const char *where,
		     unsigned int prog)
{
	unsigned int i;

	for (i = 0; i < facts->nr_foreign; i++)
		if (facts->foreign[i].prog == prog && !strcmp(facts->foreign[i].hook, hook) &&
		    !strcmp(facts->foreign[i].where, where))
			return true;
	return false;
}

int foreign_add(struct facts *facts, const char *hook, const char *where, unsigned int prog)
{
	struct foreign *foreign;
	char name[sizeof(foreign->name)];

	prog_name(prog, name, sizeof(name));
	if (!strncmp(name, "lane_", strlen("lane_")) ||
	    !strncmp(name, "drain_", strlen("drain_")) || is_known(facts, hook, where, prog))
		return 0;
	foreign = facts_more(&facts->foreign, &facts->nr_foreign, sizeof(*foreign));
	if (!foreign)
		return -ENOMEM;
	foreign->prog = prog;
	(void)text_copy(foreign->hook, sizeof(foreign->hook), hook); /* tables: they fit */
	(void)text_copy(foreign->where, sizeof(foreign->where), where); /* cut is fine */
	(void)text_copy(foreign->name, sizeof(foreign->name), name); /* same size */
	return 0;
}

static const char *cgroup_hook(unsigned int attach)
{
	switch (attach) {
	case BPF_CGROUP_INET_INGRESS:
		return "cgroup-ingress";
	case BPF_CGROUP_INET_EGRESS:
		return "cgroup-egress";
	case BPF_CGROUP_INET_SOCK_CREATE:
		return "cgroup-sock-create";
	case BPF_CGROUP_SOCK_OPS:
		return "sock-ops";
	case BPF_CGROUP_INET4_CONNECT:
		return "cgroup-connect4";
	case BPF_CGROUP_INET6_CONNECT:
		return "cgroup-connect6";
	case BPF_CGROUP_INET4_POST_BIND:
		return "cgroup-post-bind4";
	case BPF_CGROUP_INET6_POST_BIND:
		return "cgroup-post-bind6";
	case BPF_CGROUP_SETSOCKOPT:
		return "cgroup-setsockopt";
	case BPF_CGROUP_GETSOCKOPT:
		return "cgroup-getsockopt";
	case BPF_CGROUP_DEVICE:
	case BPF_CGROUP_SYSCTL:
		return NULL; /* not the network's: systemd and container engines have many */
	default:
		return "cgroup";
	}
}

static void dev_name(const struct gather *g, unsigned int ifindex, char *buf, size_t len)
{
	const struct rtnl_link *link = rtnl_link(&g->rtnl, ifindex);

	if (link)
		(void)text_copy(buf, len, link->ifname); /* longer than any name */
	else
		(void)snprintf(buf, len, "ifindex %u, other namespace", ifindex);
}

static void netns_name(unsigned int ino, char *buf, size_t len)
{
	struct stat st;

	if (!stat("/proc/self/ns/net", &st) && st.st_ino == ino)
		(void)text_copy(buf, len, FOREIGN_HERE);
	else
		(void)snprintf(buf, len, "network namespace %u", ino);
}

/* Hook and place of one link; NULL: not on a network hook. */
static const char *link_where(const struct gather *g, const union link_info *info, char *buf,
			      size_t len)
{
	switch (info->type) {
	case BPF_LINK_TYPE_XDP:
		dev_name(g, info->dev.ifindex, buf, len);
		return "xdp";
	case LINK_TCX:
		dev_name(g, info->dev.ifindex, buf, len);
		return info->dev.attach_type == ATTACH_TCX_INGRESS ? "tcx-ingress" : "tcx-egress";
	case LINK_NETKIT:
		dev_name(g, info->dev.ifindex, buf, len);
		return info->dev.attach_type == ATTACH_NETKIT_PRIMARY ? "netkit-primary" :
									"netkit-peer";
	case BPF_LINK_TYPE_NETNS:
		netns_name(info->netns.ino, buf, len);
		return info->netns.attach_type == BPF_SK_LOOKUP ? FOREIGN_SK_LOOKUP :
								  "flow-dissector";
	case BPF_LINK_TYPE_CGROUP:
		(void)snprintf(buf, len, "cgroup %llu", (unsigned long long)info->cgroup.cgroup_id);
		return cgroup_hook(info->cgroup.attach_type);
	case LINK_NETFILTER:
		(void)snprintf(buf, len, "family %u hook %u", info->netfilter.pf,
			       info->netfilter.hooknum);
		return "netfilter";
	default:
		return NULL;
	}
}

static int link_add(const struct gather *g, struct facts *facts, unsigned int id)
{
	union link_info info = { .room = { 0 } };
	uint32_t size = sizeof(info);
	int fd = bpf_link_get_fd_by_id(id), ret;
	char where[64] = "";
	const char *hook;

	if (fd < 0)
		return 0; /* gone meanwhile */
	ret = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	hook = ret ? NULL : link_where(g, &info, where, sizeof(where));
	return hook ? foreign_add(facts, hook, where, info.prog_id) : 0;
}

static int links_add(const struct gather *g, struct facts *facts)
{
	unsigned int id = 0, i;
	int ret = 0;

	for (i = 0; i < LINKS_MAX && !ret && !bpf_link_get_next_id(id, &id); i++)
		ret = link_add(g, facts, id);
	return ret;
}

/*
 * Programs attached without a link (systemd, older agents): only at the top
 * of the cgroup tree, where they reach every socket of the node.
 */
static int top_cgroup_add(struct facts *facts)
{
	static const enum bpf_attach_type hooks[] = {
		BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS,   BPF_CGROUP_INET_SOCK_CREATE,
		BPF_CGROUP_SOCK_OPS,	 BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT,
		BPF_CGROUP_SETSOCKOPT,	 BPF_CGROUP_GETSOCKOPT,
	};
	static const char *const tops[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	uint32_t prog[PROGS_MAX], nr, flags;
	unsigned int i, j;
	int fd = -1, ret = 0;

	for (i = 0; i < 2 && fd < 0; i++)
		fd = open(tops[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]) && !ret; i++) {
		nr = PROGS_MAX;
		if (bpf_prog_query(fd, hooks[i], 0, &flags, prog, &nr))
			continue; /* not permitted, or cgroup v1 */
		for (j = 0; j < nr && j < PROGS_MAX && !ret; j++)
			ret = foreign_add(facts, cgroup_hook(hooks[i]), "top cgroup", prog[j]);
	}
	close(fd);
	return ret;
}

int foreign_gather(const struct gather *g, struct facts *facts)
{
	unsigned int i;
	int ret;

	if (!g->live)
		return 0;
	ret = links_add(g, facts);
	for (i = 0; i < facts->nr_nic && !ret; i++)
		if (facts->nic[i].xdp_prog)
			ret = foreign_add(facts, "xdp", facts->nic[i].ifname,
					  facts->nic[i].xdp_prog);
	if (!ret)
		ret = tcfilter_gather(g, facts);
	return ret ? ret : top_cgroup_add(facts);
}
