// SPDX-License-Identifier: GPL-2.0
/*
 * Who accepted; see takers.h. The rule: an id is given to another thread when the
 * first one has ended, so one that began after it took last is not believed.
 */
#include "base/takers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/types.h>

#include <bpf/bpf.h>

#include "base/bpffs.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/thread.h"
#include "bpf/abi.h"

#define NS_PER_S 1000000000ULL

static bool is_expected(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &len) &&
	       info.key_size == sizeof(struct tcp_taker_key) &&
	       info.value_size == sizeof(struct tcp_taker) && info.max_entries == TCP_TAKERS_MAX;
}

/* The map's clock stands still while the node sleeps, that of a thread's start does not. */
static int map_read(int fd, struct taker *takers, unsigned int *nr)
{
	const uint64_t slept_ns = clock_boot_ns() - clock_mono_ns();
	struct tcp_taker_key *key = calloc(TCP_TAKERS_MAX, sizeof(*key));
	struct tcp_taker *value = calloc(TCP_TAKERS_MAX, sizeof(*value));
	__u32 from, count = TCP_TAKERS_MAX, i;
	int ret = key && value ? 0 : -ENOMEM;

	if (!ret && bpf_map_lookup_batch(fd, NULL, &from, key, value, &count, NULL) &&
	    errno != ENOENT) /* which is its end */
		ret = -errno;
	for (i = 0; i < count && !ret; i++)
		takers[(*nr)++] = (struct taker){ .inode = key[i].inode,
						  .tid = key[i].tid,
						  .last_ns = value[i].last_ns + slept_ns };
	free(key);
	free(value);
	return ret;
}

int takers_read(struct taker **takers, unsigned int *nr)
{
	int fd = bpffs_open(BPFFS_ABI, "tcp_takers"), ret = -ESTALE;

	*nr = 0;
	*takers = NULL;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	*takers = calloc(TCP_TAKERS_MAX, sizeof(**takers));
	if (!*takers)
		ret = -ENOMEM;
	else if (is_expected(fd))
		ret = map_read(fd, *takers, nr);
	close(fd);
	return ret;
}

static bool has_open(unsigned int tid, uint64_t inode)
{
	char wanted[40], link[64], **fds;
	unsigned int i, nr;
	bool found = false;

	(void)snprintf(wanted, sizeof(wanted), "socket:[%" PRIu64 "]", inode);
	if (files_list("/", &fds, &nr, "/proc/%u/fd", tid))
		return false;
	for (i = 0; i < nr && !found; i++)
		found = !file_link("/", link, sizeof(link), "/proc/%u/fd/%s", tid, fds[i]) &&
			!strcmp(link, wanted);
	files_free(fds, nr);
	return found;
}

bool taker_is_there(const struct taker *taker)
{
	const uint64_t ticks = thread_started(taker->tid);
	const uint64_t per_s = (uint64_t)sysconf(_SC_CLK_TCK);

	return ticks && ticks * (NS_PER_S / per_s) <= taker->last_ns &&
	       has_open(taker->tid, taker->inode);
}
