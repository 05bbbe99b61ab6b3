// SPDX-License-Identifier: GPL-2.0
/* Waiting for programs to leave the kernel; see gone.h. */
#include "observe/gone.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/files.h"

#define LOOK_US 2000

/* The id of the program that a pinned program or link stands for; 0: it is something else. */
static unsigned int program_of(const char *path)
{
	char text[1024];
	unsigned int id = 0;
	const char *at;
	int fd;

	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	if (!file_read(NULL, text, sizeof(text), "/proc/self/fdinfo/%d", fd)) {
		at = strstr(text, "prog_id:");
		if (at && sscanf(at, "prog_id: %u", &id) != 1)
			id = 0;
	}
	close(fd);
	return id;
}

void gone_note(struct gone *gone, const char *dir)
{
	char **names, path[512];
	unsigned int i, nr, id;

	if (files_list("/", &names, &nr, "%s", dir))
		return;
	for (i = 0; i < nr && gone->nr < GONE_MAX; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		id = program_of(path);
		if (id)
			gone->id[gone->nr++] = id;
	}
	files_free(names, nr);
}

void gone_wait(const struct gone *gone, unsigned int ms)
{
	const uint64_t until = clock_mono_ns() + ms * 1000000ULL;
	unsigned int i = 0;
	int fd;

	while (i < gone->nr && clock_mono_ns() < until) {
		fd = bpf_prog_get_fd_by_id(gone->id[i]);
		if (fd < 0 && errno == ENOENT) {
			i++;
			continue;
		}
		if (fd >= 0)
			close(fd);
		(void)usleep(LOOK_US);
	}
}
