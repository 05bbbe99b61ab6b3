// SPDX-License-Identifier: GPL-2.0
/*
 * Walking the groups; see groups.h. The rule: what the kernel says of a socket
 * is one record of the iterator, and they come for sockets in groups alone.
 */
#include "base/groups.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/bpf.h"
#include "base/groups_parts.h"
#include "base/netns.h"
#include "base/prefix.h"
#include "base/text.h"
#include "bpf/abi.h"
#include "skel/steer.skel.h"

struct seen {
	struct steer_seen *socket;
	unsigned int nr;
};

/* All records of the iterator @fd, behind those that are there. */
static int records_read(int fd, struct seen *seen)
{
	const size_t room = GROUP_SOCKETS_MAX * sizeof(*seen->socket);
	size_t len = seen->nr * sizeof(*seen->socket);
	ssize_t n;

	while ((n = read(fd, (char *)seen->socket + len, room - len)) != 0) {
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
		if (len == room)
			return -E2BIG;
	}
	seen->nr = (unsigned int)(len / sizeof(*seen->socket));
	return 0;
}

static int iterate(const struct bpf_program *prog, struct seen *seen)
{
	struct bpf_link *link = bpf_program__attach_iter(prog, NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	int ret = fd < 0 ? -errno : records_read(fd, seen);

	if (fd >= 0)
		close(fd);
	(void)bpf_link__destroy(link);
	return ret;
}

static int walk(struct seen *seen)
{
	struct steer_bpf *skel = steer_bpf__open();
	int ret;

	if (!skel)
		return -errno;
	/* only the seeing: what chooses is loaded for a group */
	ret = bpf_program__set_autoload(skel->progs.steer_select, false);
	if (!ret)
		ret = steer_bpf__load(skel);
	seen->socket = malloc(GROUP_SOCKETS_MAX * sizeof(*seen->socket));
	if (!ret && !seen->socket)
		ret = -ENOMEM;
	if (!ret)
		ret = iterate(skel->progs.steer_walk, seen);
	if (!ret)
		ret = iterate(skel->progs.steer_walk_udp, seen);
	steer_bpf__destroy(skel);
	return ret;
}

/* ------------------------------------------------------------- records to groups */

/* By group, and within it in the order in which the sockets were made. */
static int in_order(const void *a, const void *b)
{
	const struct steer_seen *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->inode == y->inode ? 0 : x->inode < y->inode ? -1 : 1;
}

static int by_port(const void *a, const void *b)
{
	const struct listen_group *x = a, *y = b;

	return x->port == y->port ? strcmp(x->listen, y->listen) : x->port < y->port ? -1 : 1;
}

void group_listen_text(int family, const void *addr, unsigned int port, bool v6only, char *buf,
		       size_t len)
{
	static const unsigned char any[16];
	char text[PREFIX_TEXT_LEN];

	addr_text(family, addr, text);
	if (family == AF_INET)
		(void)snprintf(buf, len, "%.39s:%u", text, port);
	else if (!v6only && !memcmp(addr, any, sizeof(any)))
		(void)snprintf(buf, len, "*:%u", port);
	else
		(void)snprintf(buf, len, "[%.39s]:%u", text, port);
}

/* A group of @nr sockets, whose records follow each other. */
static int group_make(const struct steer_seen *seen, unsigned int nr, struct listen_group *group)
{
	unsigned int i;

	memset(group, 0, sizeof(*group));
	group->udp = seen->udp;
	(void)snprintf(group->listen, sizeof(group->listen), "%s", seen->udp ? GROUP_UDP : "");
	group_listen_text(seen->family, seen->addr, seen->port, seen->v6only,
			  group->listen + strlen(group->listen),
			  sizeof(group->listen) - strlen(group->listen));
	group->port = seen->port;
	if (seen->ifindex && !if_indextoname(seen->ifindex, group->ifname))
		(void)snprintf(group->ifname, sizeof(group->ifname), "if%u", seen->ifindex);
	group->program = seen->program;
	group->chooser = seen->program || seen->classic ? CHOOSER_FOREIGN : CHOOSER_NONE;
	group->socket = calloc(nr, sizeof(*group->socket));
	if (!group->socket)
		return -ENOMEM;
	group->nr_socket = nr;
	for (i = 0; i < nr; i++) {
		group->socket[i].inode = seen[i].inode;
		group->socket[i].incoming_cpu = seen[i].incoming_cpu;
	}
	return 0;
}

/* What one namespace has; its groups are added to the list. */
struct listing {
	unsigned int netns; /* 0: this process' own */
	struct listen_group *group;
	unsigned int nr;
};

static int groups_make(struct seen *seen, struct listing *list)
{
	struct listen_group *more;
	unsigned int i, end, first = list->nr;
	int ret = 0;

	if (seen->nr)
		qsort(seen->socket, seen->nr, sizeof(*seen->socket), in_order);
	more = realloc(list->group, (first + seen->nr + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	list->group = more;
	for (i = 0; i < seen->nr && !ret; i = end) {
		for (end = i + 1; end < seen->nr; end++)
			if (seen->socket[end].group != seen->socket[i].group)
				break;
		ret = group_make(&seen->socket[i], end - i, &more[list->nr]);
		more[list->nr++].netns = list->netns;
	}
	if (list->nr > first)
		qsort(more + first, list->nr - first, sizeof(*more), by_port);
	return ret;
}

/* In the network namespace that this thread is in. */
static int list_here(void *arg)
{
	struct seen seen = { 0 };
	int ret = walk(&seen);

	if (!ret)
		ret = groups_make(&seen, arg);
	free(seen.socket);
	return ret;
}

static int list_end(struct listing *list, int ret, enum groups_depth depth,
		    struct listen_group **groups, unsigned int *nr, struct err *err)
{
	*groups = NULL;
	*nr = 0;
	if (ret) {
		groups_free(list->group, list->nr);
		if (ret == -E2BIG)
			return err_set(err, ret, "more than %u sockets listen here",
				       GROUP_SOCKETS_MAX);
		if (ret == -ENOMEM)
			return err_set(err, ret, "out of memory");
		return bpf_load_failed(ret, "groups of listening sockets cannot be read", err);
	}
	if (depth != GROUPS_PLAIN)
		groups_serve(list->group, list->nr, depth == GROUPS_SERVED);
	groups_chosen(list->group, list->nr);
	*groups = list->group;
	*nr = list->nr;
	return 0;
}

int groups_read_in(const struct netns_place *place, unsigned int nr_place,
		   struct listen_group **groups, unsigned int *nr, enum groups_depth depth,
		   struct err *err)
{
	struct listing list = { 0 };
	unsigned int i;
	int ret = 0;

	bpf_quiet();
	for (i = 0; i < nr_place && !ret; i++) {
		list.netns = place[i].inode;
		ret = netns_do(place[i].fd, list_here, &list);
	}
	return list_end(&list, ret, depth, groups, nr, err);
}

int groups_read(struct listen_group **groups, unsigned int *nr, enum groups_depth depth,
		struct err *err)
{
	struct listing list = { 0 };

	bpf_quiet();
	return list_end(&list, list_here(&list), depth, groups, nr, err);
}

void groups_free(struct listen_group *groups, unsigned int nr)
{
	while (nr)
		free(groups[--nr].socket);
	free(groups);
}

const struct listen_group *groups_find(const struct listen_group *groups, unsigned int nr,
				       const char *listen)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!groups[i].ifname[0] && !strcmp(groups[i].listen, listen))
			return &groups[i];
	return NULL;
}

const char *const chooser_names[] = { "none", "netlane", "foreign", NULL };

static const struct field socket_fields[] = {
	F_U64(group_socket, inode),
	F_INT(group_socket, incoming_cpu),
	F_CPUS(group_socket, program_cpus),
	F_U64(group_socket, given),
	F_UINT(group_socket, servers),
	F_STR(group_socket, server),
	F_UINT(group_socket, tid),
	F_U64(group_socket, started),
	F_CPUS(group_socket, cpus),
	F_UINT(group_socket, pid),
	F_UINT(group_socket, fd),
	F_INT(group_socket, reach_err),
	F_END,
};

const struct field group_fields[] = {
	F_STR(listen_group, listen),
	F_UINT(listen_group, port),
	F_BOOL(listen_group, udp),
	F_UINT(listen_group, netns),
	F_STR(listen_group, ifname),
	F_ENUM(listen_group, chooser, chooser_names),
	F_U64(listen_group, hashed),
	F_U64(listen_group, missed),
	F_U64(listen_group, spilled),
	F_UINT(listen_group, spill),
	F_LIST(listen_group, socket, nr_socket, socket_fields),
	F_END,
};

const struct field named_netns_fields[] = {
	F_STR(named_netns, name),
	F_UINT(named_netns, inode),
	F_END,
};
