// SPDX-License-Identifier: GPL-2.0
/* The state of a drain in /run/netlane; see drain_state.h. */
#include "cmd/drain_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/runfile.h"

#define NAME "drain-%u"
#define LOCK RUN_DIR "/" NAME ".lock"

const char *const drain_phase_names[] = { "grace", "refusing", "over", NULL };

const struct field drain_state_fields[] = {
	F_UINT(drain_state, netns),	 F_ENUM(drain_state, phase, drain_phase_names),
	F_STR(drain_state, value),	 F_STR(drain_state, why),
	F_U64(drain_state, started_ms),	 F_U64(drain_state, refuse_ms),
	F_U64(drain_state, deadline_ms), F_U64(drain_state, over_ms),
	F_UINT(drain_state, deadline_s), F_BOOL(drain_state, then_reset),
	F_BOOL(drain_state, rehearsal),	 F_STR(drain_state, health_file),
	F_STR(drain_state, on_start),	 F_STR(drain_state, on_end),
	F_BOOL(drain_state, began),	 F_UINT(drain_state, left),
	F_UINT(drain_state, reset),	 F_STR(drain_state, trouble),
	F_UINT(drain_state, driver),	 F_END,
};

bool drain_state_read(unsigned int netns, struct drain_state *state)
{
	char name[32];

	memset(state, 0, sizeof(*state));
	(void)snprintf(name, sizeof(name), NAME, netns);
	return runfile_read(name, drain_state_fields, state) && state->netns == netns;
}

bool drain_state_write(const struct drain_state *state)
{
	char name[32];

	(void)snprintf(name, sizeof(name), NAME, state->netns);
	return runfile_write(name, drain_state_fields, state);
}

void drain_state_remove(unsigned int netns)
{
	char name[64];

	(void)snprintf(name, sizeof(name), NAME, netns);
	runfile_remove(name);
	(void)snprintf(name, sizeof(name), LOCK, netns);
	(void)unlink(name);
	(void)rmdir(RUN_DIR); /* the service, or another drain, may have files there */
}

unsigned int drain_states(unsigned int *netns, unsigned int max)
{
	unsigned int i, nr_names, nr = 0;
	char **names, rest;

	if (files_list(NULL, &names, &nr_names, RUN_DIR))
		return 0;
	for (i = 0; i < nr_names && nr < max; i++)
		nr += sscanf(names[i], NAME "%c", &netns[nr], &rest) == 1;
	files_free(names, nr_names);
	return nr;
}

int drain_lock(unsigned int netns)
{
	char path[64];
	int fd, ret;

	(void)snprintf(path, sizeof(path), LOCK, netns);
	(void)mkdir(RUN_DIR, 0755); /* there already, or the next line says why not */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	ret = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(fd);
	return ret;
}
