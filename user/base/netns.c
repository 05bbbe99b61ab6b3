// SPDX-License-Identifier: GPL-2.0
/* Network namespaces by inode; see netns.h. */
#include "base/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
