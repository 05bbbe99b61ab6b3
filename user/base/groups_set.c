// SPDX-License-Identifier: GPL-2.0
/*
 * For which CPU each socket of a group is meant, as text and made so. The rule:
 * a socket of somebody else's process is reached by a copy of its descriptor,
 * which is closed at once, and what was set is read back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/groups_parts.h"
#include "base/text.h"

bool group_is_steered(const struct listen_group *group)
{
	unsigned int i;

	for (i = 0; i < group->nr_socket; i++)
		if (group->socket[i].incoming_cpu >= 0)
			return true;
	return group->chooser != CHOOSER_NONE;
}

char *group_value(const struct listen_group *group)
{
	bool program = group->chooser == CHOOSER_OURS;
	struct text t = { 0 };
	unsigned int i;

	if (group->chooser == CHOOSER_FOREIGN)
		return strdup("foreign program");
	if (!group_is_steered(group))
		return strdup(GROUP_HASH);
	text_add(&t, "%s", program ? GROUP_PROGRAM : GROUP_CPU);
	for (i = 0; i < group->nr_socket; i++) {
		const struct group_socket *s = &group->socket[i];
		int cpu = program ? s->program_cpu : s->incoming_cpu;

		if (cpu >= 0)
			text_add(&t, "%s%d", i ? "," : "", cpu);
		else
			text_add(&t, "%s-", i ? "," : "");
	}
	return text_take(&t);
}

/* The CPU of the list's first element, -1 for "-"; *end is behind its comma, NULL at the end. */
static int element(const char *list, int *cpu, const char **end)
{
	char word[16];
	size_t len = strcspn(list, ",");
	unsigned long n = 0;

	if (len >= sizeof(word))
		return -EINVAL;
	memcpy(word, list, len);
	word[len] = '\0';
	*end = list[len] ? list + len + 1 : NULL;
	*cpu = -1;
	if (!strcmp(word, "-"))
		return 0;
	if (text_uint(word, 0, CPUMASK_BITS - 1, &n))
		return -EINVAL;
	*cpu = (int)n;
	return 0;
}

/* Behind "cpu " or "program ", NULL: neither is there. */
static const char *list_of(const char *value, const char *way)
{
	return strncmp(value, way, strlen(way)) ? NULL : value + strlen(way);
}

bool group_is_rest(const char *now, const char *ours)
{
	const char *p = list_of(ours, GROUP_CPU), *left = list_of(now, GROUP_CPU);
	int cpu, our_cpu;

	if (list_of(now, GROUP_PROGRAM))
		return list_of(ours, GROUP_PROGRAM); /* nobody else has that program */
	if (!p || !left)
		return false;
	/* those that are left stand in the order of before; those that came have none */
	while (left) {
		if (element(left, &cpu, &left))
			return false;
		for (our_cpu = -1; cpu >= 0 && our_cpu != cpu;)
			if (!p || element(p, &our_cpu, &p))
				return false;
	}
	return true;
}

/* A descriptor of ours for that very socket; -ESRCH: it is gone. */
static int borrow(const struct group_socket *s)
{
	struct stat st;
	int pidfd, fd, ret;

	if (!s->pid)
		return -ESRCH;
	pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0);
	if (pidfd < 0)
		return -errno;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, s->fd, 0);
	ret = fd < 0 ? -errno : 0;
	if (ret == -EBADF) /* closed there since we looked */
		ret = -ESRCH;
	close(pidfd);
	/* the number may be another file's since we looked */
	if (!ret && (fstat(fd, &st) || !S_ISSOCK(st.st_mode) || st.st_ino != s->inode)) {
		close(fd);
		ret = -ESRCH;
	}
	return ret ? ret : fd;
}

int group_reach(const struct group_socket *s)
{
	int fd = borrow(s);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int group_borrow(const struct listen_group *group, unsigned int i, struct err *err)
{
	const struct group_socket *s = &group->socket[i];
	int fd = borrow(s);

	if (fd >= 0)
		return fd;
	return err_set(err, fd, "a socket of pid %u cannot be reached: %s%s", s->pid, strerror(-fd),
		       fd != -EPERM ? "" :
				      "; Yama (kernel.yama.ptrace_scope = 3), a security module or "
				      "a missing CAP_SYS_PTRACE forbids it");
}

static int incoming_set(const struct listen_group *group, unsigned int i, int cpu, struct err *err)
{
	socklen_t len = sizeof(int);
	int now = -2, fd, ret = 0;

	if (cpu == group->socket[i].incoming_cpu)
		return 0;
	fd = group_borrow(group, i, err);
	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, sizeof(cpu)) ||
	    getsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &now, &len))
		ret = err_set(err, -errno, "SO_INCOMING_CPU cannot be set: %s", strerror(errno));
	else if (now != cpu)
		ret = err_set(err, -EIO, "the kernel kept SO_INCOMING_CPU %d instead of %d", now,
			      cpu);
	close(fd);
	return ret;
}

/* The CPUs of @list, one for each socket; heap. */
static int cpus_parse(const struct listen_group *group, const char *list, int **cpus,
		      struct err *err)
{
	const char *p = list;
	unsigned int i;

	*cpus = calloc(group->nr_socket + 1, sizeof(**cpus));
	if (!*cpus)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < group->nr_socket && p; i++)
		if (element(p, &(*cpus)[i], &p))
			break;
	if (i == group->nr_socket && !p)
		return 0;
	free(*cpus);
	return err_set(err, -ESTALE,
		       "there are %u sockets, and %.60s is for others: the server changed them "
		       "meanwhile",
		       group->nr_socket, list);
}

/* None is meant for a CPU any more, as far as each can be reached. */
static int incoming_clear(const struct listen_group *group, struct err *err)
{
	unsigned int i;
	int ret = 0, one;

	for (i = 0; i < group->nr_socket; i++) {
		struct err why = { 0 };

		one = incoming_set(group, i, -1, &why);
		if (one && one != -ESRCH && !ret) /* of a closed one nothing is left */
			ret = err_set(err, one, "%s", why.text);
	}
	return ret;
}

/* Where our program chooses, what the sockets say of a CPU is their server's. */
static int hash_set(const struct listen_group *group, struct err *err)
{
	return group->chooser == CHOOSER_OURS ? group_program_end(group, err) :
						incoming_clear(group, err);
}

int group_set(const struct listen_group *group, const char *value, struct err *err)
{
	const char *cpu = list_of(value, GROUP_CPU), *program = list_of(value, GROUP_PROGRAM);
	unsigned int i;
	int *cpus, ret;

	if (!strcmp(value, GROUP_HASH))
		return hash_set(group, err);
	if (!cpu && !program)
		return err_set(err, -EINVAL, "'%.40s' cannot be set", value);
	ret = cpus_parse(group, cpu ? cpu : program, &cpus, err);
	if (ret)
		return ret;
	if (program)
		ret = group_program(group, cpus, err);
	if (program && !ret && group->chooser != CHOOSER_OURS)
		ret = incoming_clear(group, err); /* what was by that way until now */
	for (i = 0; cpu && i < group->nr_socket && !ret; i++)
		ret = incoming_set(group, i, cpus[i], err);
	if (cpu && !ret && group->chooser == CHOOSER_OURS)
		ret = group_program_end(group, err);
	free(cpus);
	return ret;
}
