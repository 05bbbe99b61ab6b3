// SPDX-License-Identifier: GPL-2.0
/* The BPF file system and our folder in it; see bpffs.h. */
#include "base/bpffs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/files.h"

#define BPFFS "/sys/fs/bpf"
#define BPFFS_MAGIC 0xcafe4a11
#define INIT_ROOT "/proc/1/root"
/* Says that /sys/fs/bpf is mounted by us, and to be unmounted with the last pin. */
#define MOUNTED_PATH RUN_DIR "/bpffs-is-ours"

static bool is_bpffs(const char *path)
{
	struct statfs st;

	return !statfs(path, &st) && (unsigned long)st.f_type == BPFFS_MAGIC;
}

const char *bpffs_root(void)
{
	/* only where it is one: without rights on the first process its root cannot be seen */
	return !is_bpffs(BPFFS) && is_bpffs(INIT_ROOT BPFFS) ? INIT_ROOT : "";
}

int bpffs_open(const char *folder, const char *name)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s" BPFFS_DIR "/%s/%s", bpffs_root(), folder, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

int bpffs_visible(struct err *err)
{
	if (!*bpffs_root())
		return 0;
	return err_set(err, -EXDEV,
		       BPFFS " of this node is hidden here (ip netns exec does that): what netlane "
			     "counts can be begun and ended outside only");
}

int bpffs_prepare(struct err *err)
{
	const char *root = bpffs_root();
	char dir[64];
	int fd;

	if (!*root && !is_bpffs(BPFFS)) {
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
	(void)snprintf(dir, sizeof(dir), "%s" BPFFS_DIR, root);
	if (mkdir(dir, 0700) && errno != EEXIST)
		return err_set(err, -errno, "%s cannot be made: %s", dir, strerror(errno));
	return 0;
}

bool bpffs_any(void)
{
	/* our mount may have gone with the mount namespace that it was made in (ip netns exec) */
	return !access(BPFFS_DIR, F_OK) || errno != ENOENT || file_exists("/", MOUNTED_PATH);
}

/* A folder of pins has no folders in it. */
int bpffs_folder_remove(const char *name, struct err *err)
{
	const char *root = bpffs_root();
	char **names, path[512];
	unsigned int i, nr;
	int ret;

	ret = files_list(root, &names, &nr, BPFFS_DIR "/%s", name);
	if (ret)
		return ret == -ENOENT ? 0 : err_set(err, ret, BPFFS_DIR "/%s cannot be read", name);
	for (i = 0; i < nr; i++) {
		(void)snprintf(path, sizeof(path), "%s" BPFFS_DIR "/%s/%s", root, name, names[i]);
		if (unlink(path) && errno != ENOENT)
			ret = err_set(err, -errno, "%s cannot be removed: %s", path,
				      strerror(errno));
	}
	files_free(names, nr);
	(void)snprintf(path, sizeof(path), "%s" BPFFS_DIR "/%s", root, name);
	if (rmdir(path) && errno != ENOENT)
		ret = err_set(err, -errno, "%s cannot be removed: %s", path, strerror(errno));
	return ret;
}

int bpffs_release(struct err *err)
{
	char **names, dir[64];
	unsigned int nr;

	(void)snprintf(dir, sizeof(dir), "%s" BPFFS_DIR, bpffs_root());
	if (rmdir(dir) && errno != ENOENT)
		return errno == ENOTEMPTY ? 0 :
					    err_set(err, -errno, "%s cannot be removed: %s", dir,
						    strerror(errno));
	if (!file_exists("/", MOUNTED_PATH))
		return 0;
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
