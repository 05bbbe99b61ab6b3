/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of base/groups share, and those of base/bind. Only they include it. */
#ifndef NETLANE_BASE_GROUPS_PARTS_H
#define NETLANE_BASE_GROUPS_PARTS_H

#include "base/groups.h"

/* As /proc tells, fills in .pid, .fd and .reach_err; @servers: .servers, .server and .cpus. */
void groups_serve(struct listen_group *groups, unsigned int nr, bool servers);
/* Which program is netlane's own, and what it is told: .chooser and .program_cpus. */
void groups_chosen(struct listen_group *groups, unsigned int nr);

/* As struct listen_group's .listen. */
void group_listen_text(int family, const void *addr, unsigned int port, bool v6only, char *buf,
		       size_t len);
/* Can that socket be reached, without changing anything? 0, -EPERM, -ESRCH, ... */
int group_reach(const struct group_socket *socket);
/* A descriptor of ours for the @i-th socket; -ESRCH: it is gone, -errno with a sentence. */
int group_borrow(const struct listen_group *group, unsigned int i, struct err *err);

/* Our program chooses among @group, socket i for the CPUs of @cpus[i]. 0 or -errno. */
int group_program(const struct listen_group *group, const struct cpumask *cpus, unsigned int spill,
		  struct err *err);
/* And no longer. */
int group_program_end(const struct listen_group *group, struct err *err);

#endif /* NETLANE_BASE_GROUPS_PARTS_H */
