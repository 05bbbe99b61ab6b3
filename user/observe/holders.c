// SPDX-License-Identifier: GPL-2.0
/*
 * Whose sockets they are: by the links in /proc/PID/fd, as far as we may read
 * them. The rule: one look for all that is asked, and it ends when all is found
 * or after a bounded number of links; a name is a help, not a promise.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "observe/holders.h"

#define LINKS_MAX 200000 /* about 0.3 s */

static int by_inode(const void *a, const void *b)
{
	unsigned long n = ((const struct holder *)a)->inode, m = ((const struct holder *)b)->inode;

	return n == m ? 0 : n < m ? -1 : 1;
}

/* A name for the socket that @pid has; returns how many of @holder got their first one. */
static unsigned int socket_name(struct holder *holder, unsigned int nr, unsigned long inode,
				const char *pid)
{
	const struct holder wanted = { .inode = inode };
	char comm[32] = "", shown[40];
	struct holder *found = bsearch(&wanted, holder, nr, sizeof(*holder), by_inode);
	unsigned int i, named = 0;

	if (!found || found->by[0])
		return 0;
	(void)file_read("/", comm, sizeof(comm), "/proc/%s/comm", pid);
	text_escape(shown, sizeof(shown), comm[0] ? comm : "?");
	(void)snprintf(found->by, HOLDER_LEN, "%.40s (pid %.12s)", shown, pid);
	for (i = 0; i < nr; i++) /* several sockets may stand for one row */
		named += holder[i].inode && holder[i].by == found->by;
	return named;
}

void holders_name(struct holder *holder, unsigned int nr)
{
	unsigned int i, j, nr_pid, nr_fd, wanted = 0, links = 0;
	char **pids, **fds, link[64];
	unsigned long inode;

	for (i = 0; i < nr; i++)
		wanted += holder[i].inode && !holder[i].by[0];
	if (!wanted || files_list("/", &pids, &nr_pid, "/proc"))
		return;
	qsort(holder, nr, sizeof(*holder), by_inode);
	for (i = 0; i < nr_pid && wanted && links < LINKS_MAX; i++) {
		if (!isdigit((unsigned char)pids[i][0]) ||
		    files_list("/", &fds, &nr_fd, "/proc/%s/fd", pids[i]))
			continue;
		for (j = 0; j < nr_fd && wanted && links < LINKS_MAX; j++, links++)
			if (!file_link("/", link, sizeof(link), "/proc/%s/fd/%s", pids[i],
				       fds[j]) &&
			    sscanf(link, "socket:[%lu]", &inode) == 1 && inode)
				wanted -= socket_name(holder, nr, inode, pids[i]);
		files_free(fds, nr_fd);
	}
	files_free(pids, nr_pid);
}
