// SPDX-License-Identifier: GPL-2.0
/*
 * Which NICs a person is logged in through: whoever changes those may cut the
 * branch he sits on. The rule: rather one NIC too many than one too few; only
 * connections that come in count, seen three ways, because each misses some:
 * established connections to a port that sshd listens on (or 22), the
 * SSH_CONNECTION of the processes that started us, and utmp.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utmpx.h>

#include "base/files.h"
#include "base/sockdiag.h"
#include "facts/gather.h"

#define PORTS_MAX 16
#define SOCKETS_MAX 4096
#define SSH_PORT 22
#define ANCESTORS_MAX 64

struct search {
	const struct gather *g;
	struct facts *facts;
	unsigned long *socket; /* inodes of sshd's sockets */
	unsigned int nr_socket;
	uint16_t port[PORTS_MAX]; /* host order */
	unsigned int nr_port;
};

static void arrives_on(struct search *s, unsigned int ifindex)
{
	unsigned int i;

	for (i = 0; ifindex && i < s->facts->nr_nic; i++)
		if (rtnl_carries(&s->g->rtnl, s->facts->nic[i].ifindex, ifindex))
			s->facts->nic[i].login = true;
}

static void arrives_at(struct search *s, int family, const void *addr)
{
	const unsigned char *bytes = addr;

	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)addr)) {
		family = AF_INET;
		bytes += 12;
	}
	arrives_on(s, rtnl_addr_link(&s->g->rtnl, family, bytes));
}

static void port_add(struct search *s, uint16_t port)
{
	unsigned int i;

	for (i = 0; i < s->nr_port; i++)
		if (s->port[i] == port)
			return;
	if (s->nr_port < PORTS_MAX)
		s->port[s->nr_port++] = port;
}

/* ---- the sockets of sshd, by the links in /proc/PID/fd (root only) */

static void sockets_of(struct search *s, unsigned int pid)
{
	char link[64], **names;
	unsigned int i, nr;
	unsigned long inode;

	if (files_list(s->g->root, &names, &nr, "/proc/%u/fd", pid))
		return; /* not root, or it ended */
	for (i = 0; i < nr && s->nr_socket < SOCKETS_MAX; i++)
		if (!file_link(s->g->root, link, sizeof(link), "/proc/%u/fd/%s", pid, names[i]) &&
		    sscanf(link, "socket:[%lu]", &inode) == 1)
			s->socket[s->nr_socket++] = inode;
	files_free(names, nr);
}

static void sockets_gather(struct search *s)
{
	static const char *const servers[] = { "sshd", "dropbear", "in.telnetd" };
	const struct procs *procs = &s->g->procs;
	unsigned int i, j;

	for (i = 0; i < procs->nr; i++)
		for (j = 0; j < sizeof(servers) / sizeof(servers[0]); j++)
			if (!strcmp(procs->proc[i].comm, servers[j]))
				sockets_of(s, procs->proc[i].pid);
}

/* ---- TCP sockets by sock_diag: /proc/net/tcp takes seconds on a busy server */

static void listener_take(const struct inet_diag_msg *msg, void *arg)
{
	struct search *s = arg;
	unsigned int i;

	for (i = 0; i < s->nr_socket; i++)
		if (s->socket[i] == msg->idiag_inode)
			port_add(s, ntohs(msg->id.idiag_sport));
}

static void connection_take(const struct inet_diag_msg *msg, void *arg)
{
	arrives_at(arg, msg->idiag_family, msg->id.idiag_src);
}

/* What cannot be asked, the other two ways may still see. */
static void sockets_dump(unsigned int state, uint16_t port, sockdiag_each each, struct search *s)
{
	(void)sockdiag_tcp(AF_INET, SOCKDIAG_BIT(state), port, each, s);
	(void)sockdiag_tcp(AF_INET6, SOCKDIAG_BIT(state), port, each, s);
}

static void connections_gather(struct search *s)
{
	unsigned int i;

	port_add(s, SSH_PORT);
	sockets_dump(SOCKDIAG_LISTEN, 0, listener_take, s);
	for (i = 0; i < s->nr_port; i++)
		sockets_dump(SOCKDIAG_ESTABLISHED, s->port[i], connection_take, s);
}

/* ---- the processes that started us */

/* "CLIENT PORT SERVER PORT": the third word is an address of ours. */
static void connection_parse(struct search *s, const char *value)
{
	char server[64];
	struct in6_addr addr;
	int family;

	if (sscanf(value, "%*63s %*15s %63s", server) != 1)
		return;
	server[strcspn(server, "%")] = 0; /* the scope of a link-local one */
	family = strchr(server, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, server, &addr) == 1)
		arrives_at(s, family, &addr);
}

static void environ_search(struct search *s, unsigned int pid)
{
	static const char key[] = "SSH_CONNECTION=";
	char buf[32768], path[64], *p;
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%u/environ", pid);
	f = fopen(path, "re");
	if (!f)
		return; /* somebody else's */
	n = fread(buf, 1, sizeof(buf) - 1, f);
	fclose(f);
	buf[n] = 0;
	for (p = buf; p < buf + n; p += strlen(p) + 1)
		if (!strncmp(p, key, strlen(key)))
			connection_parse(s, p + strlen(key));
}

/* The fourth word of /proc/PID/stat, behind a name that may hold anything. */
static unsigned int parent_of(unsigned int pid)
{
	unsigned int parent;
	char buf[512], *p;

	if (file_read("/", buf, sizeof(buf), "/proc/%u/stat", pid))
		return 0;
	p = strrchr(buf, ')');
	return p && sscanf(p, ") %*c %u", &parent) == 1 ? parent : 0;
}

/* sudo drops the variable, hence the ancestors and not only our own. */
static void ancestors_search(struct search *s)
{
	unsigned int pid = (unsigned int)getpid(), i;

	for (i = 0; pid > 1 && i < ANCESTORS_MAX; i++, pid = parent_of(pid))
		environ_search(s, pid);
}

/* ---- utmp: where replies to the session's other end leave by */

static void utmp_search(struct search *s)
{
	const struct utmpx *u;
	int family;

	setutxent();
	while ((u = getutxent())) {
		if (u->ut_type != USER_PROCESS || !u->ut_addr_v6[0] ||
		    !file_exists("/", "/proc/%d", (int)u->ut_pid))
			continue;
		family = u->ut_addr_v6[1] || u->ut_addr_v6[2] || u->ut_addr_v6[3] ? AF_INET6 :
										    AF_INET;
		arrives_on(s, rtnl_route(family, u->ut_addr_v6));
	}
	endutxent();
}

void logins_gather(const struct gather *g, struct facts *facts)
{
	struct search s = { .g = g, .facts = facts };

	if (!g->live || g->rtnl.err)
		return; /* the default route's NIC is guarded all the same */
	s.socket = calloc(SOCKETS_MAX, sizeof(*s.socket));
	if (s.socket)
		sockets_gather(&s);
	connections_gather(&s);
	ancestors_search(&s);
	utmp_search(&s);
	free(s.socket);
}
