// SPDX-License-Identifier: GPL-2.0
/* Small files below a root that tests can replace; see files.h. */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLURP_MAX_BYTES (16UL << 20)

static int path_make(char *path, const char *root, const char *fmt, va_list ap)
{
	int n = snprintf(path, PATH_MAX, "%s", root && strcmp(root, "/") ? root : "");
	int m;

	if (n < 0 || n >= PATH_MAX)
		return -ENAMETOOLONG;
	m = vsnprintf(path + n, (size_t)(PATH_MAX - n), fmt, ap);
	return m < 0 || m >= PATH_MAX - n ? -ENAMETOOLONG : 0;
}

/* The variadic functions below differ only in what they do with the path. */
#define PATH_FROM_ARGS(path, root, fmt, ret)                \
	do {                                                \
		va_list ap;                                 \
		va_start(ap, fmt);                          \
		(ret) = path_make((path), (root), fmt, ap); \
		va_end(ap);                                 \
	} while (0)

static int fd_read(int fd, char *buf, size_t len, size_t *got)
{
	ssize_t n;

	*got = 0;
	while (*got < len) {
		n = read(fd, buf + *got, len - *got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		*got += (size_t)n;
	}
	return 0;
}

static int path_read(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t got;
	int ret;

	buf[0] = 0;
	if (fd < 0)
		return -errno;
	ret = fd_read(fd, buf, len - 1, &got);
	close(fd);
	if (ret)
		return ret;
	buf[got] = 0;
	if (got && buf[got - 1] == '\n')
		buf[got - 1] = 0;
	return 0;
}

int file_read(const char *root, char *buf, size_t len, const char *fmt, ...)
{
	char path[PATH_MAX];
	int ret;

	buf[0] = 0;
	PATH_FROM_ARGS(path, root, fmt, ret);
	return ret ? ret : path_read(path, buf, len);
}

int file_read_uint(const char *root, unsigned int *out, const char *fmt, ...)
{
	char path[PATH_MAX], buf[32];
	unsigned long value;
	int ret;

	PATH_FROM_ARGS(path, root, fmt, ret);
	if (!ret)
		ret = path_read(path, buf, sizeof(buf));
	if (!ret)
		ret = text_uint(buf, 0, UINT_MAX, &value);
	if (!ret)
		*out = (unsigned int)value;
	return ret;
}

int file_slurp(const char *root, struct text *t, const char *fmt, ...)
{
	char path[PATH_MAX], buf[8192];
	size_t got, all = 0;
	int fd, ret;

	PATH_FROM_ARGS(path, root, fmt, ret);
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		ret = fd_read(fd, buf, sizeof(buf) - 1, &got);
		buf[got] = 0;
		all += got;
		if (!ret && all > SLURP_MAX_BYTES)
			ret = -EFBIG;
		if (!ret)
			text_add(t, "%s", buf);
	} while (!ret && got == sizeof(buf) - 1);
	close(fd);
	if (!ret && t->failed)
		ret = -ENOMEM;
	return ret;
}

int file_write(const char *root, const char *value, const char *fmt, ...)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd, ret;

	PATH_FROM_ARGS(path, root, fmt, ret);
	if (ret)
		return ret;
	/* as a shell's > does: sysfs and procfs do not care, a plain file must not keep its tail */
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, value, strlen(value));
	ret = n < 0 ? -errno : 0;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

bool file_exists(const char *root, const char *fmt, ...)
{
	char path[PATH_MAX];
	int ret;

	PATH_FROM_ARGS(path, root, fmt, ret);
	return !ret && !access(path, F_OK);
}

int file_link(const char *root, char *buf, size_t len, const char *fmt, ...)
{
	char path[PATH_MAX];
	ssize_t n;
	int ret;

	buf[0] = 0;
	PATH_FROM_ARGS(path, root, fmt, ret);
	if (ret)
		return ret;
	n = readlink(path, buf, len - 1);
	if (n < 0)
		return -errno;
	buf[n] = 0;
	return (size_t)n == len - 1 ? -ENAMETOOLONG : 0;
}

/* Not realpath(3), which reads each part of the path as if it were a link. */
int file_resolve(const char *root, char *buf, size_t len, const char *fmt, ...)
{
	char path[PATH_MAX];
	int fd, ret;

	buf[0] = 0;
	PATH_FROM_ARGS(path, root, fmt, ret);
	if (ret)
		return ret;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = file_link(NULL, buf, len, "/proc/self/fd/%d", fd);
	close(fd);
	return ret;
}

static int names_compare(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int files_list(const char *root, char ***names, unsigned int *nr, const char *fmt, ...)
{
	char path[PATH_MAX], **all = NULL, **more;
	struct dirent *entry;
	unsigned int n = 0;
	DIR *dir;
	int ret;

	*names = NULL;
	*nr = 0;
	PATH_FROM_ARGS(path, root, fmt, ret);
	if (ret)
		return ret;
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		more = realloc(all, (n + 1) * sizeof(*all));
		if (more)
			all = more;
		if (!more || !(all[n] = strdup(entry->d_name))) {
			closedir(dir);
			files_free(all, n);
			return -ENOMEM;
		}
		n++;
	}
	closedir(dir);
	if (n)
		qsort(all, n, sizeof(*all), names_compare);
	*names = all;
	*nr = n;
	return 0;
}

void files_free(char **names, unsigned int nr)
{
	while (nr)
		free(names[--nr]);
	free(names);
}

void files_close_all_but(int keep)
{
	struct rlimit limit;
	int fd;

	/* 5.9 and later; before that one by one, as many as there may be */
	if ((keep <= 0 || !syscall(SYS_close_range, 0, keep - 1, 0)) &&
	    !syscall(SYS_close_range, keep + 1, ~0U, 0))
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > 1 << 20)
		limit.rlim_cur = 1 << 20;
	for (fd = 0; fd < (int)limit.rlim_cur; fd++)
		if (fd != keep)
			close(fd);
}

int file_replace(const char *path, const char *text)
{
	char fresh[PATH_MAX];
	size_t len = strlen(text);
	int fd, ret = 0;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh))
		return -ENAMETOOLONG;
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		ret = errno ? -errno : -EIO;
	close(fd);
	if (!ret && rename(fresh, path))
		ret = -errno;
	if (ret)
		(void)unlink(fresh); /* the first failure is what counts */
	return ret;
}
