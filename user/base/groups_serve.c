// SPDX-License-Identifier: GPL-2.0
/*
 * Who takes connections from a listening socket. A descriptor does not tell: a
 * master and every worker have all of them. The rule: a thread serves a socket
 * if it waits for it, in an epoll set that has the socket or in accept() itself, or for
 * datagrams in recvmsg() and the like;
 * a thread that runs just now is looked at again, a few times. Where nobody is found
 * so (it waits in poll(), or is busy), those who were seen to accept do.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/files.h"
#include "base/groups_parts.h"
#include "base/takers.h"
#include "base/text.h"
#include "base/thread.h"

#define EPOLL_LINK "anon_inode:[eventpoll]"
#define LOOKS 4 /* at a thread that is never found waiting */
#define EPOLLS_MAX 256 /* of one process */

/* One process while it is looked at. */
struct process {
	unsigned int pid;
	char comm[16];
	unsigned int *epoll; /* its descriptors of epoll sets */
	unsigned int nr_epoll;
	unsigned int *tid;
	unsigned int nr_tid;
	/* what each thread waits for: a descriptor, -1: something else, -2: it ran */
	int *waits;
};

struct sockets {
	struct group_socket **by_inode;
	unsigned int nr;
};

static int by_inode(const void *a, const void *b)
{
	const struct group_socket *x = *(struct group_socket *const *)a;
	const struct group_socket *y = *(struct group_socket *const *)b;

	return x->inode == y->inode ? 0 : x->inode < y->inode ? -1 : 1;
}

static struct group_socket *socket_find(const struct sockets *sockets, uint64_t inode)
{
	struct group_socket wanted = { .inode = inode }, *key = &wanted, **found;

	found = bsearch(&key, sockets->by_inode, sockets->nr, sizeof(key), by_inode);
	return found ? *found : NULL;
}

static bool is_accept(long nr)
{
	return nr == SYS_accept4 || nr == SYS_accept;
}

/* Of a UDP socket; who waits in one of them for a TCP connection has no listening socket. */
static bool is_receive(long nr)
{
	return nr == SYS_recvfrom || nr == SYS_recvmsg || nr == SYS_recvmmsg || nr == SYS_read;
}

static bool is_epoll_wait(long nr)
{
#ifdef SYS_epoll_wait /* not on arm64 */
	if (nr == SYS_epoll_wait)
		return true;
#endif
#ifdef SYS_epoll_pwait2
	if (nr == SYS_epoll_pwait2)
		return true;
#endif
	return nr == SYS_epoll_pwait;
}

/* The descriptor that a thread waits for, as /proc/PID/task/TID/syscall says. */
static int waits_for(unsigned int pid, unsigned int tid)
{
	unsigned long fd;
	char line[256];
	long nr;

	if (file_read("/", line, sizeof(line), "/proc/%u/task/%u/syscall", pid, tid))
		return -1;
	if (!strncmp(line, "running", strlen("running")))
		return -2;
	if (sscanf(line, "%ld 0x%lx", &nr, &fd) != 2 || fd > INT_MAX)
		return -1;
	return is_accept(nr) || is_receive(nr) || is_epoll_wait(nr) ? (int)fd : -1;
}

/* A look at all threads takes longer than one runs between two waits, mostly. */
static void threads_look(struct process *p)
{
	unsigned int i, look, running = p->nr_tid;

	for (i = 0; i < p->nr_tid; i++)
		p->waits[i] = -2;
	for (look = 0; look < LOOKS && running; look++)
		for (i = 0, running = 0; i < p->nr_tid; i++) {
			if (p->waits[i] == -2)
				p->waits[i] = waits_for(p->pid, p->tid[i]);
			running += p->waits[i] == -2;
		}
}

static void serves(const char *comm, unsigned int tid, struct group_socket *s)
{
	struct cpumask cpus;
	char shown[24];

	s->tid = s->servers ? 0 : tid;
	s->started = s->tid ? thread_started(tid) : 0;
	if (!s->servers++) {
		text_escape(shown, sizeof(shown), comm);
		(void)snprintf(s->server, sizeof(s->server), "%s (pid %u)", shown, tid);
	}
	if (!thread_cpus_get(tid, &cpus))
		cpumask_or(&s->cpus, &s->cpus, &cpus);
}

/*
 * Those of @p that wait for @fd. With one thread it need not be seen waiting:
 * nobody else could take what its epoll set has.
 */
static void waiters_serve(const struct process *p, unsigned int fd, bool epoll,
			  struct group_socket *s)
{
	unsigned int i;

	for (i = 0; i < p->nr_tid; i++)
		if (p->waits[i] == (int)fd || (epoll && p->nr_tid == 1))
			serves(p->comm, p->tid[i], s);
}

/* The sockets in one epoll set, by the inodes that its fdinfo names. */
static void epoll_look(const struct process *p, unsigned int epoll, const struct sockets *sockets)
{
	struct group_socket *s;
	struct text info = { 0 };
	unsigned long inode;
	const char *line;

	if (file_slurp("/", &info, "/proc/%u/fdinfo/%u", p->pid, epoll) || !info.s) {
		text_free(&info);
		return;
	}
	for (line = info.s; (line = strstr(line, "tfd:")); line++) {
		const char *end = strchrnul(line, '\n'), *at = strstr(line, "ino:");

		if (!at || at > end || sscanf(at, "ino:%lx", &inode) != 1)
			continue;
		s = socket_find(sockets, inode);
		/* another file system has the same numbers: it is ours only if it is open here */
		if (s && s->pid == p->pid)
			waiters_serve(p, epoll, true, s);
	}
	text_free(&info);
}

/* Notes its sockets of ours and its epoll sets; returns how many sockets. */
static unsigned int descriptors_look(struct process *p, const struct sockets *sockets)
{
	unsigned int i, nr_fd, nr = 0;
	char **fds, link[64];
	unsigned long inode, fd;

	if (files_list("/", &fds, &nr_fd, "/proc/%u/fd", p->pid))
		return 0;
	for (i = 0; i < nr_fd; i++) {
		struct group_socket *s;

		if (text_uint(fds[i], 0, INT_MAX, &fd) ||
		    file_link("/", link, sizeof(link), "/proc/%u/fd/%s", p->pid, fds[i]))
			continue;
		if (!strcmp(link, EPOLL_LINK) && p->nr_epoll < EPOLLS_MAX)
			p->epoll[p->nr_epoll++] = (unsigned int)fd;
		if (sscanf(link, "socket:[%lu]", &inode) != 1)
			continue;
		s = socket_find(sockets, inode);
		if (!s)
			continue;
		s->pid = p->pid;
		s->fd = (unsigned int)fd;
		nr++;
	}
	files_free(fds, nr_fd);
	return nr;
}

static bool threads_list(struct process *p)
{
	unsigned int i, nr;
	unsigned long tid;
	char **names;

	if (files_list("/", &names, &nr, "/proc/%u/task", p->pid))
		return false;
	p->tid = calloc(nr + 1, sizeof(*p->tid));
	p->waits = calloc(nr + 1, sizeof(*p->waits));
	for (i = 0; p->tid && p->waits && i < nr; i++)
		if (!text_uint(names[i], 1, INT_MAX, &tid))
			p->tid[p->nr_tid++] = (unsigned int)tid;
	files_free(names, nr);
	return p->nr_tid;
}

static void comm_read(unsigned int pid, char comm[16])
{
	if (file_read("/", comm, 16, "/proc/%u/comm", pid))
		(void)text_copy(comm, 16, "?");
}

static void process_look(unsigned int pid, const struct sockets *sockets, bool servers)
{
	unsigned int epoll[EPOLLS_MAX], i;
	struct process p = { .pid = pid, .epoll = epoll };

	if (!descriptors_look(&p, sockets) || !servers)
		return;
	comm_read(pid, p.comm);
	if (threads_list(&p)) {
		threads_look(&p);
		for (i = 0; i < p.nr_epoll; i++)
			epoll_look(&p, epoll[i], sockets);
		for (i = 0; i < sockets->nr; i++)
			if (sockets->by_inode[i]->pid == pid)
				waiters_serve(&p, sockets->by_inode[i]->fd, false,
					      sockets->by_inode[i]);
	}
	free(p.tid);
	free(p.waits);
}

static int sockets_list(struct listen_group *groups, unsigned int nr, struct sockets *sockets)
{
	unsigned int i, j, all = 0;

	for (i = 0; i < nr; i++)
		all += groups[i].nr_socket;
	sockets->by_inode = calloc(all + 1, sizeof(*sockets->by_inode));
	if (!sockets->by_inode)
		return -1;
	for (i = 0; i < nr; i++)
		for (j = 0; j < groups[i].nr_socket; j++)
			if (groups[i].socket[j].inode)
				sockets->by_inode[sockets->nr++] = &groups[i].socket[j];
	if (sockets->nr)
		qsort(sockets->by_inode, sockets->nr, sizeof(*sockets->by_inode), by_inode);
	return 0;
}

/* Of sockets that nobody was found to wait for; those that are left in @sockets are such. */
static void takers_serve(struct sockets *sockets)
{
	struct group_socket *s;
	struct taker *takers;
	unsigned int i, nr, unseen = 0;
	char comm[16];

	for (i = 0; i < sockets->nr; i++)
		if (!sockets->by_inode[i]->servers)
			sockets->by_inode[unseen++] = sockets->by_inode[i];
	sockets->nr = unseen;
	if (!unseen)
		return;
	(void)takers_read(&takers, &nr); /* without them it is as if nothing were counted */
	for (i = 0; i < nr; i++) {
		s = socket_find(sockets, takers[i].inode);
		if (!s || !taker_is_there(&takers[i]))
			continue;
		comm_read(takers[i].tid, comm);
		serves(comm, takers[i].tid, s);
	}
	free(takers);
}

void groups_serve(struct listen_group *groups, unsigned int nr, bool servers)
{
	struct sockets sockets = { 0 };
	unsigned int i, nr_pid;
	unsigned long pid;
	char **pids;

	if (sockets_list(groups, nr, &sockets) || !sockets.nr)
		goto free_sockets;
	if (files_list("/", &pids, &nr_pid, "/proc"))
		goto free_sockets;
	for (i = 0; i < nr_pid; i++)
		if (isdigit((unsigned char)pids[i][0]) && !text_uint(pids[i], 1, INT_MAX, &pid))
			process_look((unsigned int)pid, &sockets, servers);
	files_free(pids, nr_pid);
	for (i = 0; i < sockets.nr; i++)
		if (sockets.by_inode[i]->pid)
			sockets.by_inode[i]->reach_err = -group_reach(sockets.by_inode[i]);
	if (servers)
		takers_serve(&sockets);
free_sockets:
	free(sockets.by_inode);
}
