// SPDX-License-Identifier: GPL-2.0
/* The files of the journal's folder; see store.h. */
#include "journal/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/text.h"

#define LOCK_NAME "lock"
#define READ_MAX_BYTES (64L << 20) /* the largest plan is below 4 MiB */

int store_fail(struct err *err, int ret, const char *dir, const char *doing)
{
	const char *hint = "";

	if (ret == -EACCES || ret == -EPERM)
		hint = "; netlane changes a node as root only";
	else if (ret == -EROFS)
		hint = "; without a journal nothing is changed: make it writable";
	else if (ret == -ENOSPC || ret == -EDQUOT || ret == -EFBIG)
		hint = "; without a journal nothing is changed: make room there";
	return err_set(err, ret, "%s: %s: %s%s", dir, doing, strerror(-ret), hint);
}

int store_sync(int dirfd)
{
	return fsync(dirfd) ? -errno : 0;
}

int store_open(const char *dir, bool create, struct err *err)
{
	int fd, ret;

	if (create && mkdir(dir, 0700) && errno != EEXIST) {
		ret = -errno;
		return store_fail(err, ret, dir, "the journal's folder cannot be made");
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		return create || ret != -ENOENT ?
			       store_fail(err, ret, dir, "the journal's folder cannot be opened") :
			       ret;
	}
	return fd;
}

int store_lock(int dirfd, const char *dir, struct err *err)
{
	char pid[32] = "";
	ssize_t n;
	int fd, ret;

	fd = openat(dirfd, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	ret = fd < 0 ? -errno : 0;
	if (ret == -EROFS) {
		/* a disk that went read-only must not keep a node from being given back */
		fd = openat(dirfd, LOCK_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 && errno != ENOENT)
			ret = -errno;
	}
	if (fd < 0) {
		return store_fail(err, ret, dir, "the journal's lock cannot be taken");
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		ret = errno == EWOULDBLOCK ? -EBUSY : -errno;
		n = pread(fd, pid, sizeof(pid) - 1, 0);
		pid[n > 0 ? n : 0] = 0;
		close(fd);
		if (ret == -EBUSY)
			return err_set(
				err, ret,
				"another netlane is changing this node (pid %s); wait for it",
				pid[0] ? text_trim(pid) : "unknown");
		return store_fail(err, ret, dir, "the journal's lock cannot be taken");
	}
	(void)snprintf(pid, sizeof(pid), "%d\n", (int)getpid()); /* fits */
	/* for the message above only: a full disk must not stop a down */
	if (ftruncate(fd, 0) || pwrite(fd, pid, strlen(pid), 0) < 0)
		errno = 0;
	return fd;
}

static int fd_slurp(int fd, char *text, size_t len, size_t *got)
{
	ssize_t n;

	*got = 0;
	while (*got < len) {
		n = read(fd, text + *got, len - *got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		*got += (size_t)n;
	}
	text[*got] = 0;
	return 0;
}

int store_read(int dirfd, const char *dir, const char *name, char **text, size_t *len,
	       struct err *err)
{
	struct stat st;
	int fd, ret = 0;

	*text = NULL;
	*len = 0;
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		ret = -errno;
		return ret == -ENOENT ? ret :
					store_fail(err, ret, dir, "the journal cannot be read");
	}
	if (fstat(fd, &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EINVAL;
	else if (st.st_size > READ_MAX_BYTES)
		ret = -EFBIG;
	if (!ret) {
		*text = malloc((size_t)st.st_size + 1);
		ret = *text ? fd_slurp(fd, *text, (size_t)st.st_size, len) : -ENOMEM;
	}
	close(fd);
	if (!ret)
		return 0;
	free(*text);
	*text = NULL;
	return store_fail(err, ret, dir, "the journal cannot be read");
}

int store_append(int fd, size_t at, const char *text, size_t len, bool sync)
{
	size_t done = 0;
	int ret = 0;
	ssize_t n;

	/* an earlier append may have failed halfway and could not be cut then */
	if (ftruncate(fd, (off_t)at))
		return -errno;
	while (!ret && done < len) {
		n = pwrite(fd, text + done, len - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			ret = -errno;
		else
			done += (size_t)n;
	}
	if (!ret && sync && fsync(fd))
		ret = -errno;
	if (ret && ftruncate(fd, (off_t)at))
		return ret; /* the next append cuts it, and a reader sees a torn line */
	return ret;
}

static int number_compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

int store_history(const char *dir, unsigned int **numbers, unsigned int *nr)
{
	unsigned int i, nr_names, *list;
	unsigned long n;
	char **names;
	int ret;

	*numbers = NULL;
	*nr = 0;
	ret = files_list("/", &names, &nr_names, "%s", dir);
	if (ret)
		return ret;
	list = calloc(nr_names + 1, sizeof(*list));
	for (i = 0; list && i < nr_names; i++)
		if (!strncmp(names[i], STORE_JOURNAL ".", strlen(STORE_JOURNAL ".")) &&
		    !text_uint(names[i] + strlen(STORE_JOURNAL "."), 1, UINT_MAX - 1, &n))
			list[(*nr)++] = (unsigned int)n;
	files_free(names, nr_names);
	if (!list)
		return -ENOMEM;
	qsort(list, *nr, sizeof(*list), number_compare);
	*numbers = list;
	return 0;
}

static void name_of(char name[STORE_NAME_LEN], unsigned int number)
{
	(void)snprintf(name, STORE_NAME_LEN, STORE_JOURNAL ".%u", number); /* fits */
}

static int shelve(int dirfd, bool copy)
{
	char dir[64], name[STORE_NAME_LEN];
	unsigned int *numbers, nr, i;
	int ret;

	(void)snprintf(dir, sizeof(dir), "/proc/self/fd/%d", dirfd); /* fits */
	ret = store_history(dir, &numbers, &nr);
	if (ret)
		return ret;
	name_of(name, nr ? numbers[nr - 1] + 1 : 1);
	if (copy ? linkat(dirfd, STORE_JOURNAL, dirfd, name, 0) :
		   renameat(dirfd, STORE_JOURNAL, dirfd, name))
		ret = -errno;
	for (i = 0; !ret && i + STORE_KEPT <= nr; i++) {
		name_of(name, numbers[i]);
		(void)unlinkat(dirfd, name, 0); /* old history that stays harms nobody */
	}
	free(numbers);
	return ret ? ret : store_sync(dirfd);
}

int store_shelve(int dirfd)
{
	return shelve(dirfd, false);
}

int store_shelve_copy(int dirfd)
{
	return shelve(dirfd, true);
}

int store_aside(int dirfd, const char *word, bool keep, char name[STORE_NAME_LEN])
{
	char stamp[32] = "", again[16] = "";
	time_t now = time(NULL);
	unsigned int i;
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm))
		return -EOVERFLOW;
	for (i = 2; i < 100; i++) {
		(void)snprintf(name, STORE_NAME_LEN, STORE_JOURNAL ".%s-%s%s", word, stamp,
			       again); /* fits */
		if (!linkat(dirfd, STORE_JOURNAL, dirfd, name, 0))
			break;
		if (errno != EEXIST)
			return -errno;
		(void)snprintf(again, sizeof(again), ".%u", i); /* fits */
	}
	if (i == 100)
		return -EEXIST;
	if (!keep && unlinkat(dirfd, STORE_JOURNAL, 0))
		return -errno;
	return store_sync(dirfd);
}

int store_replace(int dirfd, const char *text, size_t len)
{
	int fd, ret;

	fd = openat(dirfd, STORE_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	ret = store_append(fd, 0, text, len, true);
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && renameat(dirfd, STORE_NEW, dirfd, STORE_JOURNAL))
		ret = -errno;
	if (ret) {
		(void)unlinkat(dirfd, STORE_NEW, 0); /* it is written anew the next time */
		return ret;
	}
	return store_sync(dirfd);
}
