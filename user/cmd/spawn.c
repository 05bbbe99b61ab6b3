// SPDX-License-Identifier: GPL-2.0
/* Starting processes; see spawn.h. */
#include "cmd/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"

/* For a child: what it says goes nowhere. */
static void quiet(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

static int status_of(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

int spawn_wait(const char *const argv[])
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		quiet();
		execvp(argv[0], (char *const *)argv); /* exec does not write to them */
		_exit(127);
	}
	return status_of(pid);
}

/* It says on a pipe that it lives before the caller goes on. */
static void detached_main(int (*child)(void *arg), void *arg, int ready)
{
	char zero = 0;

	setsid();
	if (fork())
		_exit(0);
	if (chdir("/"))
		_exit(1);
	files_close_all_but(ready);
	/* 0, 1 and 2: whatever is said goes nowhere */
	if (open("/dev/null", O_RDWR) != 0 || dup(0) != 1 || dup(0) != 2)
		_exit(1);
	if (write(ready, &zero, 1) != 1)
		_exit(1);
	close(ready);
	_exit(child(arg));
}

int spawn_detached(int (*child)(void *arg), void *arg)
{
	int ready[2], status, ret = 0;
	char zero;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0) {
		ret = -errno;
		close(ready[0]);
		close(ready[1]);
		return ret;
	}
	if (!pid)
		detached_main(child, arg, ready[1]);
	close(ready[1]);
	if (read(ready[0], &zero, 1) != 1)
		ret = -ECHILD;
	close(ready[0]);
	(void)waitpid(pid, &status, 0); /* the middle process; the answer came by the pipe */
	return ret;
}

/* Waits for its end; false: it did not come in time. */
static bool ends_within(pid_t pid, unsigned int seconds)
{
	uint64_t now, until = clock_boot_ns() + seconds * 1000000000ULL;
	struct pollfd fd = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	int ret = fd.fd < 0 ? 1 : 0; /* then waitpid() alone tells */

	while (!ret && (now = clock_boot_ns()) < until) {
		ret = poll(&fd, 1, (int)((until - now) / 1000000) + 1);
		if (ret < 0 && errno == EINTR)
			ret = 0;
	}
	if (fd.fd >= 0)
		close(fd.fd);
	return ret;
}

int spawn_shell(const char *command, const char *const env[], unsigned int seconds)
{
	pid_t pid = fork();
	unsigned int i;

	if (pid < 0)
		return -errno;
	if (!pid) {
		setsid();
		quiet();
		for (i = 0; env[i]; i++)
			(void)putenv((char *)(uintptr_t)env[i]); /* not written to */
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (ends_within(pid, seconds))
		return status_of(pid);
	(void)kill(-pid, SIGKILL);
	(void)status_of(pid);
	return -ETIMEDOUT;
}
