// SPDX-License-Identifier: GPL-2.0
/* The pid file of the service, and its lock; see run.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "cmd/run.h"

bool run_is_alive(void)
{
	char comm[32];
	unsigned int pid;

	return !file_read_uint(NULL, &pid, "%s", RUN_PID_PATH) &&
	       !file_read(NULL, comm, sizeof(comm), "/proc/%u/comm", pid) &&
	       !strcmp(comm, "netlane");
}

bool run_pid_stands(int fd)
{
	struct stat ours, named;

	return !fstat(fd, &ours) && !stat(RUN_PID_PATH, &named) && ours.st_ino == named.st_ino &&
	       ours.st_dev == named.st_dev;
}

int run_pid_take(struct err *err)
{
	int fd;

	if (mkdir(RUN_DIR, 0755) && errno != EEXIST)
		return err_set(err, -errno, "%s cannot be made: %s", RUN_DIR, strerror(errno));
	fd = open(RUN_PID_PATH, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(err, -errno, "%s cannot be opened: %s", RUN_PID_PATH,
			       strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return err_set(err, -EBUSY, "netlane run is already running, see %s", RUN_PID_PATH);
	}
	if (!run_pid_stands(fd)) { /* its owner just took it away */
		close(fd);
		return err_set(err, -EAGAIN, "another netlane run just ended; start it again");
	}
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", getpid()) < 0) {
		close(fd);
		return err_set(err, -EIO, "%s cannot be written", RUN_PID_PATH);
	}
	return fd;
}
