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

static int listener(int type, struct sockaddr_in *addr, int cpu)
{
	socklen_t len = sizeof(*addr);
	const int one = 1;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, sizeof(cpu)) ||
	    bind(fd, (struct sockaddr *)addr, sizeof(*addr)) ||
	    (type == SOCK_STREAM && listen(fd, TRIES)) ||
	    getsockname(fd, (struct sockaddr *)addr, &len))
		return -1;
	return fd;
}

/* What comes by it: a connection, or a datagram. */
static int send_one(int type, const struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		return errno;
	return type == SOCK_DGRAM && send(fd, "?", 1, 0) != 1 ? errno : 0;
}

static int take_one(int type, int fd)
{
	char byte;

	return (type == SOCK_DGRAM ? recv(fd, &byte, 1, 0) : accept(fd, NULL, NULL)) < 0 ? errno :
											   0;
}

/* Where the connection is; a busy CPU may take its time. */
static bool came(int meant, int other)
{
	struct pollfd fds[] = { { .fd = meant, .events = POLLIN },
				{ .fd = other, .events = POLLIN } };

	return poll(fds, 2, PATIENCE_MS) <= 0 || !(fds[1].revents & POLLIN);
}

/* On one CPU, over loopback: that CPU receives. */
static int ask(int type)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int cpu = sched_getcpu(), meant, other, i, ret;
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
	other = listener(type, &addr, cpu + 1); /* it need not be there */
	meant = listener(type, &addr, cpu);
	if (other < 0 || meant < 0)
		return errno;
	for (i = 0; i < TRIES; i++) {
		ret = send_one(type, &addr);
		if (ret)
			return ret;
		if (!came(meant, other))
			return ANSWER_NO;
		ret = take_one(type, meant);
		if (ret)
			return ret;
	}
	return ANSWER_YES;
}

enum tri groups_probe(bool udp, int *errno_out)
{
	int status = 0;
	pid_t child = fork();

	*errno_out = 0;
	if (!child)
		_exit(ask(udp ? SOCK_DGRAM : SOCK_STREAM));
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
