// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps a group of sockets from being steered. The rule: it is said of the
 * group alone, whatever a section wants of it.
 */
#include <linux/types.h>
#include <stdio.h>
#include <string.h>

#include "base/cpumask.h"
#include "bpf/abi.h"
#include "plan/steer.h"
#include "plan/why.h"

/*
 * Do the CPUs of the @i-th socket's server tell which connections are its? Several
 * do where they are nobody's but those' who have just the same ones (a NUMA node's
 * workers), and where there are others: else any CPU is as good as any other.
 */
static bool set_tells(const struct listen_group *group, unsigned int i)
{
	const struct cpumask *own = &group->socket[i].cpus;
	struct cpumask common;
	bool others = false;
	unsigned int k;

	if (cpumask_empty(own))
		return false;
	for (k = 0; k < group->nr_socket; k++) {
		if (cpumask_equal(own, &group->socket[k].cpus))
			continue;
		cpumask_and(&common, own, &group->socket[k].cpus);
		if (!cpumask_empty(&common))
			return false;
		others = true;
	}
	return others;
}

/* In words what keeps the @i-th socket from being meant for its CPUs; "" if nothing does. */
static void socket_obstacle(const struct listen_group *group, unsigned int i, char *buf,
			    unsigned int len)
{
	const struct group_socket *s = &group->socket[i];
	char cpus[WHY_CPUS_LEN];

	buf[0] = '\0';
	if (!s->pid)
		(void)snprintf(buf, len,
			       "no process is seen to have socket %u of %u; without CAP_SYS_PTRACE "
			       "those of others are hidden",
			       i + 1, group->nr_socket);
	else if (s->reach_err)
		(void)snprintf(buf, len,
			       "the sockets of pid %u cannot be reached (%s): Yama "
			       "(kernel.yama.ptrace_scope), a security module or a missing "
			       "CAP_SYS_PTRACE",
			       s->pid, strerror(s->reach_err));
	else if (!s->servers)
		(void)snprintf(buf, len, "no thread was seen to take from socket %u of %u", i + 1,
			       group->nr_socket);
	else if (cpumask_count(&s->cpus) != 1 && !set_tells(group, i))
		(void)snprintf(buf, len, "%s may run on %s: give each worker a CPU of its own",
			       s->server, why_cpus(&s->cpus, cpus));
}

void steer_obstacle(const struct listen_group *group, char *buf, unsigned int len)
{
	unsigned int i;

	buf[0] = '\0';
	if (group->nr_socket < 2)
		(void)snprintf(buf, len, "one socket, so nothing to choose from");
	else if (group->nr_socket > STEER_SLOTS)
		(void)snprintf(buf, len, "more than %d sockets", STEER_SLOTS);
	else if (group->ifname[0])
		(void)snprintf(buf, len, "bound to %s, which netlane does not steer",
			       group->ifname);
	else if (group->chooser == CHOOSER_FOREIGN)
		(void)snprintf(buf, len,
			       "a BPF program chooses already; it could not be given back");
	for (i = 0; i < group->nr_socket && !buf[0]; i++)
		socket_obstacle(group, i, buf, len);
}
