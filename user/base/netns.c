// SPDX-License-Identifier: GPL-2.0
/* Network namespaces by inode; see netns.h. */
#include "base/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

unsigned int netns_own(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : (unsigned int)st.st_ino;
}

/* @path if it is namespace @inode, a descriptor, else -ENOENT. */
static int open_if(const char *path, unsigned int inode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -ENOENT;
	if (!fstat(fd, &st) && st.st_ino == inode)
		return fd;
	close(fd);
	return -ENOENT;
}

static int open_below(const char *dir, const char *rest, unsigned int inode)
{
	char **names, path[PATH_MAX];
	unsigned int i, nr;
	int fd = -ENOENT;

	if (files_list(NULL, &names, &nr, "%s", dir))
		return -ENOENT;
	for (i = 0; i < nr && fd < 0; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s%s", dir, names[i], rest);
		fd = open_if(path, inode);
	}
	files_free(names, nr);
	return fd;
}

int netns_open(unsigned int inode)
{
	int fd = open_if("/proc/self/ns/net", inode);

	if (fd < 0)
		fd = open_below("/run/netns", "", inode);
	return fd < 0 ? open_below("/proc", "/ns/net", inode) : fd;
}

int netns_open_named(const char *name, unsigned int *inode)
{
	struct stat st;
	char path[PATH_MAX];
	int fd, type, ret;

	(void)snprintf(path, sizeof(path), "%s%s", name[0] == '/' ? "" : NETNS_NAMES, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	/* a name whose mount is gone is a file like any other */
	type = ioctl(fd, NS_GET_NSTYPE);
	ret = type < 0 ? -errno : type == CLONE_NEWNET ? 0 : -EINVAL;
	if (!ret && fstat(fd, &st))
		ret = -errno;
	if (ret) {
		close(fd);
		return ret;
	}
	*inode = (unsigned int)st.st_ino;
	return fd;
}

int netns_do(int fd, int (*act)(void *arg), void *arg)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), ret;

	if (home < 0)
		return -errno;
	ret = setns(fd, CLONE_NEWNET) ? -errno : 0;
	if (!ret) {
		ret = act(arg);
		if (setns(home, CLONE_NEWNET))
			abort(); /* nothing that follows may happen to another namespace */
	}
	close(home);
	return ret;
}
