// SPDX-License-Identifier: GPL-2.0
/*
 * Whether SO_INCOMING_CPU decides within a group: from 4.6 to 6.1 it did not,
 * but for the stable kernels that took b261eda84ec1. The rule: tried and not
 * looked up, where nobody else is: in a network namespace of a child's own.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/groups.h"

/* By chance all of them come to the right one in one of 2^16 tries. */
#define TRIES 16
#define PATIENCE_MS 1000

enum { ANSWER_NO = 100, ANSWER_YES = 101 }; /* above every errno that a step has */

static int lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return errno;
	ret = ioctl(fd, SIOCSIFFLAGS, &ifr) ? errno : 0;
	close(fd);
	return ret;
}

static int listener(struct sockaddr_in *addr, int cpu)
{
	socklen_t len = sizeof(*addr);
	const int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, sizeof(cpu)) ||
	    bind(fd, (struct sockaddr *)addr, sizeof(*addr)) || listen(fd, TRIES) ||
	    getsockname(fd, (struct sockaddr *)addr, &len))
		return -1;
	return fd;
}

/* Where the connection is; a busy CPU may take its time. */
static bool came(int meant, int other)
{
	struct pollfd fds[] = { { .fd = meant, .events = POLLIN },
				{ .fd = other, .events = POLLIN } };

	return poll(fds, 2, PATIENCE_MS) <= 0 || !(fds[1].revents & POLLIN);
}

/* On one CPU, over loopback: that CPU receives. */
static int ask(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int cpu = sched_getcpu(), meant, other, i, fd;
	cpu_set_t set;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return ENOTSUP;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) || unshare(CLONE_NEWNET))
		return errno;
	i = lo_up();
	if (i)
		return i;
	other = listener(&addr, cpu + 1); /* it need not be there */
	meant = listener(&addr, cpu);
	if (other < 0 || meant < 0)
		return errno;
	for (i = 0; i < TRIES; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			return errno;
		if (!came(meant, other))
			return ANSWER_NO;
		if (accept(meant, NULL, NULL) < 0)
			return errno;
	}
	return ANSWER_YES;
}

enum tri groups_probe(int *errno_out)
{
	int status = 0;
	pid_t child = fork();

	*errno_out = 0;
	if (!child)
		_exit(ask());
	if (child < 0 || TEMP_FAILURE_RETRY(waitpid(child, &status, 0)) != child ||
	    !WIFEXITED(status)) {
		*errno_out = child < 0 ? errno : ECHILD;
		return IS_UNKNOWN;
	}
	if (WEXITSTATUS(status) == ANSWER_YES)
		return IS_YES;
	if (WEXITSTATUS(status) == ANSWER_NO)
		return IS_NO;
	*errno_out = WEXITSTATUS(status);
	return IS_UNKNOWN;
}
