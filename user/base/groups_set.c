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

#include "base/cpumask.h"
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

void group_cpus_add(struct text *text, const struct cpumask *cpus)
{
	char list[CPUMASK_TEXT_LEN], *p;

	if (cpumask_empty(cpus)) {
		text_add(text, "-");
		return;
	}
	(void)cpumask_format_list(cpus, list, sizeof(list));
	for (p = list; (p = strchr(p, ',')) != NULL;)
		*p++ = '+';
	text_add(text, "%s", list);
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
		struct cpumask cpus = { 0 };

		if (s->incoming_cpu >= 0)
			cpumask_add(&cpus, (unsigned int)s->incoming_cpu);
		text_add(&t, "%s", i ? "," : "");
		group_cpus_add(&t, program ? &s->program_cpus : &cpus);
	}
	if (program && group->spill)
		text_add(&t, GROUP_SPILL "%u", group->spill);
	return text_take(&t);
}

/* The CPUs of the list's first element, none for "-"; *end is behind its comma, NULL at the end. */
static int element(const char *list, struct cpumask *cpus, const char **end)
{
	char word[1024];
	size_t len = strcspn(list, ","), i;

	if (len >= sizeof(word))
		return -EINVAL;
	for (i = 0; i < len; i++)
		word[i] = list[i] == '+' ? ',' : list[i];
	word[len] = '\0';
	*end = list[len] ? list + len + 1 : NULL;
	cpumask_clear(cpus);
	return strcmp(word, "-") ? cpumask_parse_list(word, cpus) : 0;
}

/* Behind "cpu " or "program ", NULL: neither is there. */
static const char *list_of(const char *value, const char *way)
{
	return strncmp(value, way, strlen(way)) ? NULL : value + strlen(way);
}

bool group_is_rest(const char *now, const char *ours)
{
	const char *p = list_of(ours, GROUP_CPU), *left = list_of(now, GROUP_CPU);
	struct cpumask cpus, our_cpus;

	if (list_of(now, GROUP_PROGRAM))
		return list_of(ours, GROUP_PROGRAM); /* nobody else has that program */
	if (!p || !left)
		return false;
	/* those that are left stand in the order of before; those that came have none */
	while (left) {
		if (element(left, &cpus, &left))
			return false;
		for (cpumask_clear(&our_cpus); !cpumask_equal(&our_cpus, &cpus);)
			if (!p || element(p, &our_cpus, &p))
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

/* The CPUs of @list, one element for each socket; heap. */
static int cpus_parse(const struct listen_group *group, const char *list, struct cpumask **cpus,
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

static int incoming_all_set(const struct listen_group *group, const struct cpumask *cpus,
			    struct err *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < group->nr_socket && !ret; i++)
		ret = incoming_set(group, i,
				   cpumask_empty(&cpus[i]) ? -1 : (int)cpumask_next(&cpus[i], 0),
				   err);
	if (!ret && group->chooser == CHOOSER_OURS)
		ret = group_program_end(group, err);
	return ret;
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

/* "0,1 spill 50" */
static int program_set(const struct listen_group *group, char *list, struct err *err)
{
	char *end = strstr(list, GROUP_SPILL);
	unsigned long spill = 0;
	struct cpumask *cpus;
	int ret;

	if (end && text_uint(end + strlen(GROUP_SPILL), 1, 100, &spill))
		return err_set(err, -EINVAL, "'%.40s' is no spill, 1 to 100", end);
	if (end)
		*end = '\0';
	ret = cpus_parse(group, list, &cpus, err);
	if (ret)
		return ret;
	ret = group_program(group, cpus, (unsigned int)spill, err);
	free(cpus);
	if (!ret && group->chooser != CHOOSER_OURS)
		ret = incoming_clear(group, err); /* what was by that way until now */
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
	struct cpumask *cpus;
	char *list;
	int ret;

	if (!strcmp(value, GROUP_HASH))
		return hash_set(group, err);
	if (!cpu && !program)
		return err_set(err, -EINVAL, "'%.40s' cannot be set", value);
	if (program) {
		list = strdup(program);
		ret = list ? program_set(group, list, err) : err_set(err, -ENOMEM, "out of memory");
		free(list);
		return ret;
	}
	ret = cpus_parse(group, cpu, &cpus, err);
	if (ret)
		return ret;
	ret = incoming_all_set(group, cpus, err);
	free(cpus);
	return ret;
}
