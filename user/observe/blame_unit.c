// SPDX-License-Identifier: GPL-2.0
/*
 * The unit of a process that may have ended already: by the cgroup's id, which
 * is never given twice; else from /proc while the very same process lives.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"
#include "observe/blame_parts.h"

#define FILEID_KERNFS 0xfe /* include/linux/exportfs.h, since 5.5 */
#define PATH_LEN 1024
#define NS_PER_SECOND 1000000000ULL

int blame_cgroups_open(void)
{
	/* the second where version 1 has the first, beside it */
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
			return fd;
		close(fd);
	}
	return -ENOENT;
}

static int path_of_fd(int fd, char *path, size_t len)
{
	char link[32];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, len - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	return 0;
}

/* The path below the mount of the cgroup with that id: 0, -ESTALE when it is gone. */
static int path_by_id(int cgroups, uint64_t id, char *path, size_t len)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char mount[512], whole[PATH_LEN];
	int fd, ret;

	memcpy(h.room + sizeof(struct file_handle), &id, sizeof(id));
	fd = open_by_handle_at(cgroups, &h.handle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = path_of_fd(fd, whole, sizeof(whole));
	close(fd);
	if (!ret)
		ret = path_of_fd(cgroups, mount, sizeof(mount));
	if (ret)
		return ret;
	if (strncmp(whole, mount, strlen(mount)))
		return -EXDEV;
	return text_copy(path, len, whole[strlen(mount)] ? whole + strlen(mount) : "/") ?
		       0 :
		       -ENAMETOOLONG;
}

/* A number may have been given to another process since. */
static bool is_still(const struct blame_record *r)
{
	const unsigned long long ns_per_tick =
		NS_PER_SECOND / (unsigned long long)sysconf(_SC_CLK_TCK);
	unsigned long long ticks;
	char stat[1024];

	return !file_read(NULL, stat, sizeof(stat), "/proc/%u/stat", r->tgid) &&
	       blame_start_ticks(stat, &ticks) && ticks == r->started_ns / ns_per_tick;
}

static bool path_by_pid(const struct blame_record *r, char *path, size_t len)
{
	struct text text = { 0 };
	bool found = false;

	if (is_still(r) && !file_slurp(NULL, &text, "/proc/%u/cgroup", r->tgid) && text.s &&
	    is_still(r))
		found = blame_cgroup_line(text.s, path, len);
	text_free(&text);
	return found;
}

/* The kernel told the last part of the path alone: a unit only if it says so itself. */
static void unit_by_group(const struct blame_record *r, struct blame *b)
{
	char group[sizeof(r->group) + 1];
	const char *dot;

	memcpy(group, r->group, sizeof(r->group));
	group[sizeof(r->group)] = '\0';
	dot = strrchr(group, '.');
	if (dot && (!strcmp(dot, ".service") || !strcmp(dot, ".scope")))
		(void)text_copy(b->unit, sizeof(b->unit), group);
}

void blame_resolve_unit(int cgroups, const struct blame_record *r, struct blame *b)
{
	const bool v2 = !(r->flags & BLAME_GROUP_V1);
	char path[PATH_LEN];

	if (b->kthread)
		return;
	/* at the root of version 2 may be who is in a unit of version 1 */
	if ((v2 && cgroups >= 0 && !path_by_id(cgroups, r->cgroup, path, sizeof(path)) &&
	     strcmp(path, "/")) ||
	    path_by_pid(r, path, sizeof(path))) {
		blame_unit(path, b->unit, sizeof(b->unit));
		(void)text_copy(b->cgroup_path, sizeof(b->cgroup_path), path);
	} else {
		unit_by_group(r, b);
	}
}
