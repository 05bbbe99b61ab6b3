// SPDX-License-Identifier: GPL-2.0
/* What a NIC is about to lose, on disk; see nicleft.h. */
#include "base/nicleft.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/files.h"
#include "base/text.h"

#define LEFT_NAME "taken-" /* and the ifindex */
#define LEFT_MAGIC 0x544c4e31U /* another layout, another number */

/* Read back on the same machine, in the same boot. */
struct left_head {
	uint32_t magic;
	uint32_t crc; /* of the messages */
	uint32_t ifindex;
	uint32_t mtu;
	uint64_t len;
	uint8_t up;
	uint8_t unused[7];
};

static uint32_t crc_of(const struct nicsave *save)
{
	return (uint32_t)crc32(0, (const unsigned char *)save->messages, (unsigned int)save->len);
}

static void path_of(const struct nicsave *save, const char *suffix, char path[80])
{
	(void)snprintf(path, 80, RUN_DIR "/" LEFT_NAME "%u%s", save->ifindex, suffix);
}

static int write_whole(int fd, const void *data, size_t len)
{
	ssize_t n = len ? write(fd, data, len) : 0;

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOSPC;
}

static int left_write(const struct nicsave *save, struct err *err)
{
	struct left_head head = {
		.magic = LEFT_MAGIC,
		.crc = crc_of(save),
		.ifindex = save->ifindex,
		.mtu = save->mtu,
		.len = save->len,
		.up = save->up,
	};
	char path[80], fresh[80];
	int fd, ret;

	path_of(save, "", path);
	path_of(save, ".new", fresh);
	if (mkdir(RUN_DIR, 0755) && errno != EEXIST)
		return err_set(err, -errno, RUN_DIR ": %s", strerror(errno));
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	ret = fd < 0 ? -errno : write_whole(fd, &head, sizeof(head));
	if (!ret)
		ret = write_whole(fd, save->messages, save->len);
	if (fd >= 0)
		close(fd);
	if (!ret && rename(fresh, path))
		ret = -errno;
	if (ret)
		(void)unlink(fresh); /* the first failure is what counts */
	return ret ? err_set(err, ret,
			     "%s: what the NIC has cannot be kept there, so it is left: %s", path,
			     strerror(-ret)) :
		     0;
}

int nicleft_write(const struct nicsave *save, struct err *err)
{
	if (save->len > NICLEFT_MAX) /* it would not be read back */
		return err_set(err, -EFBIG,
			       "the NIC's addresses and routes are %zu bytes, and %u at most can "
			       "be kept for putting them back, so it is left",
			       save->len, NICLEFT_MAX);
	return left_write(save, err);
}

void nicleft_remove(const struct nicsave *save)
{
	char path[80];

	path_of(save, "", path);
	(void)unlink(path); /* at worst all of it stands already when it is put back */
}

/* 0, -EBADMSG: not whole, or not of this layout; or -errno. */
static int left_read(int fd, struct nicsave *save)
{
	struct left_head head;

	memset(save, 0, sizeof(*save));
	if (read(fd, &head, sizeof(head)) != (ssize_t)sizeof(head) || head.magic != LEFT_MAGIC ||
	    head.len > NICLEFT_MAX)
		return -EBADMSG;
	save->ifindex = head.ifindex;
	save->mtu = head.mtu;
	save->up = head.up;
	save->messages = malloc(head.len + 1);
	if (!save->messages)
		return -ENOMEM;
	save->len = head.len;
	if (read(fd, save->messages, head.len) != (ssize_t)head.len || crc_of(save) != head.crc)
		return -EBADMSG;
	return 0;
}

static void left_settle(const char *name, nicleft_told told)
{
	char path[PATH_MAX], ifname[IF_NAMESIZE] = "";
	struct nicsave save = { 0 };
	struct err err = { 0 };
	int fd, ret;

	(void)snprintf(path, sizeof(path), RUN_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	ret = left_read(fd, &save);
	close(fd);
	/* a NIC that is gone took everything with it; its number is no other's in this boot */
	if (!ret && if_indextoname(save.ifindex, ifname)) {
		ret = nicsave_put(&save, &err);
		if (told)
			told(ifname, ret, err.text);
	}
	nicsave_free(&save);
	(void)unlink(path); /* once: what the kernel refused it refuses again */
}

void nicleft_settle(nicleft_told told)
{
	unsigned int i, nr;
	char **names;

	if (files_list(NULL, &names, &nr, RUN_DIR))
		return;
	for (i = 0; i < nr; i++)
		if (!strncmp(names[i], LEFT_NAME, strlen(LEFT_NAME)))
			left_settle(names[i], told);
	files_free(names, nr);
}
