// SPDX-License-Identifier: GPL-2.0
/*
 * Whose sockets they are: by the links in /proc/PID/fd, as far as we may read
 * them. The rule: one walk for all that is asked, and it ends when all is found
 * or after a bounded number of links; a name is a help, not a promise.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "observe/census.h"

#define LINKS_MAX 200000 /* about 0.3 s */

static bool row_has(const struct census_row *row, unsigned long inode)
{
	unsigned int i;

	for (i = 0; i < row->nr_inode; i++)
		if (row->inode[i] == inode)
			return true;
	return false;
}

/* How many rows got their name by this socket. */
static unsigned int socket_name(struct census *census, unsigned int nr, unsigned long inode,
				const char *pid)
{
	char comm[32] = "", shown[40];
	unsigned int i, named = 0;

	for (i = 0; i < nr; i++) {
		struct census_row *row = &census->row[i];

		if (row->by[0] || !row_has(row, inode))
			continue;
		if (!comm[0])
			(void)file_read("/", comm, sizeof(comm), "/proc/%s/comm", pid);
		text_escape(shown, sizeof(shown), comm[0] ? comm : "?");
		(void)snprintf(row->by, sizeof(row->by), "%.40s (pid %.12s)", shown, pid);
		named++;
	}
	return named;
}

void census_name(struct census *census, unsigned int nr)
{
	unsigned int i, j, nr_pid, nr_fd, wanted = 0, links = 0;
	char **pids, **fds, link[64];
	unsigned long inode;

	nr = nr < census->nr_row ? nr : census->nr_row;
	for (i = 0; i < nr; i++)
		wanted += census->row[i].nr_inode > 0;
	if (!wanted || files_list("/", &pids, &nr_pid, "/proc"))
		return;
	for (i = 0; i < nr_pid && wanted && links < LINKS_MAX; i++) {
		if (!isdigit((unsigned char)pids[i][0]) ||
		    files_list("/", &fds, &nr_fd, "/proc/%s/fd", pids[i]))
			continue;
		for (j = 0; j < nr_fd && wanted && links < LINKS_MAX; j++, links++)
			if (!file_link("/", link, sizeof(link), "/proc/%s/fd/%s", pids[i],
				       fds[j]) &&
			    sscanf(link, "socket:[%lu]", &inode) == 1)
				wanted -= socket_name(census, nr, inode, pids[i]);
		files_free(fds, nr_fd);
	}
	files_free(pids, nr_pid);
}
