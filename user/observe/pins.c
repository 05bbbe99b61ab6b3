// SPDX-License-Identifier: GPL-2.0
/* The folder of pinned BPF objects; see pins.h. */
#include "observe/pins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bpffs.h"
#include "base/files.h"
#include "bpf/abi.h"

#define LOCK_PATH "/sys/fs" /* there on every node, and no file of ours is left behind */
/* with dots, bpffs takes no name */
#define PINS_NEW "new"

int pins_lock(struct err *err)
{
	int fd;

	fd = open(LOCK_PATH, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, -errno, LOCK_PATH " cannot be opened: %s", strerror(errno));
	if (flock(fd, LOCK_EX)) {
		close(fd);
		return err_set(err, -errno, LOCK_PATH " cannot be locked: %s", strerror(errno));
	}
	return fd;
}

int pins_prepare(struct err *err)
{
	int ret = bpffs_visible(err);

	return ret ? ret : bpffs_prepare(err);
}

/* What counts is in these; others have folders of their own beside them. */
static bool is_counting(const char *name)
{
	return !strncmp(name, "abi-", strlen("abi-")) || !strcmp(name, PINS_NEW);
}

/* All folders but @keep, NULL: all of them. */
static int folders_remove(const char *keep, struct err *err)
{
	unsigned int i, nr;
	char **names;
	int ret = 0;

	if (files_list("/", &names, &nr, PINS_DIR))
		return 0; /* none, and nothing is what is wanted */
	for (i = 0; i < nr; i++)
		if (is_counting(names[i]) && (!keep || strcmp(names[i], keep)))
			ret = bpffs_folder_remove(names[i], err) ? -EIO : ret;
	files_free(names, nr);
	return ret;
}

int pins_begin(char *dir, unsigned long len, struct err *err)
{
	int ret;

	/* a killed loader's folder has the same name */
	ret = bpffs_folder_remove(PINS_NEW, err);
	if (ret)
		return ret;
	(void)snprintf(dir, len, PINS_DIR "/" PINS_NEW);
	if (mkdir(dir, 0700))
		return err_set(err, -errno, "%s cannot be made: %s", dir, strerror(errno));
	return 0;
}

int pins_commit(const char *dir, struct err *err)
{
	/* what was in force goes first: a packet is missed rather than counted twice */
	int ret = bpffs_folder_remove(BPFFS_ABI, err);

	if (!ret && rename(dir, PINS_DIR "/" BPFFS_ABI))
		ret = err_set(err, -errno, "%s cannot be renamed: %s", dir, strerror(errno));
	return ret ? ret : folders_remove(BPFFS_ABI, err);
}

int pins_sweep(struct err *err)
{
	return folders_remove(BPFFS_ABI, err);
}

bool pins_of_others(void)
{
	unsigned int i, nr;
	bool found = false;
	char **names;

	if (files_list(bpffs_root(), &names, &nr, PINS_DIR))
		return false;
	for (i = 0; i < nr; i++)
		found |= !strncmp(names[i], "abi-", strlen("abi-")) && strcmp(names[i], BPFFS_ABI);
	files_free(names, nr);
	return found;
}

void pins_note(struct gone *gone)
{
	char **names, dir[256];
	unsigned int i, nr;

	if (files_list("/", &names, &nr, PINS_DIR))
		return;
	for (i = 0; i < nr; i++) {
		if (!is_counting(names[i]))
			continue;
		(void)snprintf(dir, sizeof(dir), PINS_DIR "/%s", names[i]);
		gone_note(gone, dir);
	}
	files_free(names, nr);
}

int pins_remove_all(struct err *err)
{
	int ret = folders_remove(NULL, err);

	return ret ? ret : bpffs_release(err);
}

void pins_path(const char *name, char *path, unsigned long len)
{
	(void)snprintf(path, len, PINS_DIR "/" BPFFS_ABI "/%s", name);
}

int pins_open(const char *name)
{
	return bpffs_open(BPFFS_ABI, name);
}
