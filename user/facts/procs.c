// SPDX-License-Identifier: GPL-2.0
/* The processes of the node by name; see procs.h. */
#include "facts/procs.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

static void proc_read(const char *root, struct procs *procs, const char *name)
{
	struct proc *proc = &procs->proc[procs->nr];
	unsigned long pid;

	if (!isdigit((unsigned char)*name) || text_uint(name, 1, INT_MAX, &pid))
		return;
	/* it may have ended since */
	if (file_read(root, proc->comm, sizeof(proc->comm), "/proc/%lu/comm", pid))
		return;
	proc->pid = (unsigned int)pid;
	procs->nr++;
}

int procs_gather(const char *root, struct procs *procs)
{
	unsigned int i, nr;
	char **names;
	int ret;

	memset(procs, 0, sizeof(*procs));
	ret = files_list(root, &names, &nr, "/proc");
	if (ret)
		return ret;
	procs->proc = calloc(nr + 1, sizeof(*procs->proc));
	for (i = 0; procs->proc && i < nr; i++)
		proc_read(root, procs, names[i]);
	files_free(names, nr);
	return procs->proc ? 0 : -ENOMEM;
}

void procs_free(struct procs *procs)
{
	free(procs->proc);
	memset(procs, 0, sizeof(*procs));
}

const struct proc *procs_find(const struct procs *procs, const char *comm)
{
	unsigned int i;

	for (i = 0; i < procs->nr; i++)
		if (!strcmp(procs->proc[i].comm, comm))
			return &procs->proc[i];
	return NULL;
}
