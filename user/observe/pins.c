// SPDX-License-Identifier: GPL-2.0
/* The folder of pinned BPF objects; see pins.h. */
#include "observe/pins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/files.h"
#include "bpf/abi.h"

#define BPFFS "/sys/fs/bpf"
#define BPFFS_MAGIC 0xcafe4a11
#define INIT_ROOT "/proc/1/root"
#define LOCK_PATH "/sys/fs" /* there on every node, and no file of ours is left behind */
/* Says that /sys/fs/bpf is mounted by us, and to be unmounted with the last pin. */
#define MOUNTED_PATH RUN_DIR "/bpffs-is-ours"
#define WORD_(n) #n
#define WORD(n) WORD_(n)
#define PINS_ABI "abi-" WORD(LANE_ABI)

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

static bool is_bpffs(const char *path)
{
	struct statfs st;

	return !statfs(path, &st) && (unsigned long)st.f_type == BPFFS_MAGIC;
}

int pins_visible(struct err *err)
{
	if (is_bpffs(BPFFS) || !is_bpffs(INIT_ROOT BPFFS))
		return 0;
	return err_set(err, -EXDEV,
		       BPFFS " of this node is hidden here (ip netns exec does that): what netlane "
			     "counts can be begun and ended outside only");
}

int pins_prepare(struct err *err)
{
	int fd, ret;

	ret = pins_visible(err);
	if (ret)
		return ret;
	if (!is_bpffs(BPFFS)) {
		(void)mkdir(RUN_DIR, 0755); /* there already, or the next line says why not */
		fd = open(MOUNTED_PATH, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return err_set(err, -errno, MOUNTED_PATH " cannot be made: %s",
				       strerror(errno));
		close(fd);
		if (mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
			return err_set(err, -errno,
				       "no BPF file system at " BPFFS ", and it cannot be "
				       "mounted there: %s",
				       strerror(errno));
	}
	if (mkdir(PINS_DIR, 0700) && errno != EEXIST)
		return err_set(err, -errno, PINS_DIR " cannot be made: %s", strerror(errno));
	return 0;
}

/* A folder of pins has no folders in it. */
static int folder_remove(const char *name, struct err *err)
{
	char **names, path[512];
	unsigned int i, nr;
	int ret;

	ret = files_list("/", &names, &nr, PINS_DIR "/%s", name);
	if (ret)
		return ret == -ENOENT ? 0 : err_set(err, ret, PINS_DIR "/%s cannot be read", name);
	for (i = 0; i < nr; i++) {
		(void)snprintf(path, sizeof(path), PINS_DIR "/%s/%s", name, names[i]);
		if (unlink(path) && errno != ENOENT)
			ret = err_set(err, -errno, "%s cannot be removed: %s", path,
				      strerror(errno));
	}
	files_free(names, nr);
	(void)snprintf(path, sizeof(path), PINS_DIR "/%s", name);
	if (rmdir(path) && errno != ENOENT)
		ret = err_set(err, -errno, "%s cannot be removed: %s", path, strerror(errno));
	return ret;
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
		if (!keep || strcmp(names[i], keep))
			ret = folder_remove(names[i], err) ? -EIO : ret;
	files_free(names, nr);
	return ret;
}

int pins_begin(char *dir, unsigned long len, struct err *err)
{
	int ret;

	/* with dots, bpffs takes no name; a killed loader's folder has the same one */
	ret = folder_remove("new", err);
	if (ret)
		return ret;
	(void)snprintf(dir, len, PINS_DIR "/new");
	if (mkdir(dir, 0700))
		return err_set(err, -errno, "%s cannot be made: %s", dir, strerror(errno));
	return 0;
}

int pins_commit(const char *dir, struct err *err)
{
	/* what was in force goes first: a packet is missed rather than counted twice */
	int ret = folder_remove(PINS_ABI, err);

	if (!ret && rename(dir, PINS_DIR "/" PINS_ABI))
		ret = err_set(err, -errno, "%s cannot be renamed: %s", dir, strerror(errno));
	return ret ? ret : folders_remove(PINS_ABI, err);
}

int pins_sweep(struct err *err)
{
	return folders_remove(PINS_ABI, err);
}

bool pins_any(void)
{
	/* our mount may have gone with the mount namespace that it was made in (ip netns exec) */
	return !access(PINS_DIR, F_OK) || errno != ENOENT || file_exists("/", MOUNTED_PATH);
}

bool pins_of_others(void)
{
	unsigned int i, nr;
	bool found = false;
	char **names;

	if (files_list(is_bpffs(BPFFS) ? "/" : INIT_ROOT "/", &names, &nr, PINS_DIR))
		return false;
	for (i = 0; i < nr; i++)
		found |= !strncmp(names[i], "abi-", strlen("abi-")) && strcmp(names[i], PINS_ABI);
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
		(void)snprintf(dir, sizeof(dir), PINS_DIR "/%s", names[i]);
		gone_note(gone, dir);
	}
	files_free(names, nr);
}

int pins_remove_all(struct err *err)
{
	int ret = folders_remove(NULL, err);
	unsigned int nr;
	char **names;

	if (!ret && rmdir(PINS_DIR) && errno != ENOENT)
		ret = err_set(err, -errno, PINS_DIR " cannot be removed: %s", strerror(errno));
	if (ret || !file_exists("/", MOUNTED_PATH))
		return ret;
	/* with somebody else's pins in it, it is no longer ours alone */
	if (!files_list("/", &names, &nr, BPFFS)) {
		if (!nr)
			(void)umount(BPFFS);
		files_free(names, nr);
	}
	(void)unlink(MOUNTED_PATH);
	(void)rmdir(RUN_DIR); /* the service may have files there */
	return 0;
}

void pins_path(const char *name, char *path, unsigned long len)
{
	(void)snprintf(path, len, PINS_DIR "/" PINS_ABI "/%s", name);
}

/*
 * `ip netns exec` puts a /sys of its own in the place of the node's, without its
 * BPF file system: what is pinned is found where the first process has it.
 */
int pins_open(const char *name)
{
	char path[256] = INIT_ROOT;
	const size_t root = strlen(INIT_ROOT);
	int fd;

	pins_path(name, path + root, sizeof(path) - root);
	/* only where it is one: without rights on the first process its root cannot be seen */
	fd = bpf_obj_get(!is_bpffs(BPFFS) && is_bpffs(INIT_ROOT BPFFS) ? path : path + root);
	return fd < 0 ? -errno : fd;
}
