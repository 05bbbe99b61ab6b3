// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUs of the node: sets, and where each one sits. The rule: sysfs only,
 * and a file that is not there is an empty set or -1, except the online CPUs,
 * without which nothing can be said.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "facts/gather.h"

#define SYS_CPU "/sys/devices/system/cpu"
#define SYS_NODE "/sys/devices/system/node"

/* A file with a list of CPUs. An unset nohz_full says "(null)" on some kernels. */
static int list_read(const char *root, struct cpumask *mask, const char *path)
{
	char buf[CPUMASK_TEXT_LEN];
	int ret;

	cpumask_clear(mask);
	ret = file_read(root, buf, sizeof(buf), "%s", path);
	if (!ret)
		ret = cpumask_parse_list(buf, mask);
	if (ret)
		cpumask_clear(mask);
	return ret;
}

static int int_read(const char *root, unsigned int cpu, const char *name)
{
	unsigned int value;

	if (file_read_uint(root, &value, SYS_CPU "/cpu%u/topology/%s", cpu, name))
		return -1; /* an offline CPU has no topology; arm64 may say "-1" */
	return (int)value;
}

static unsigned int thread_rank(const char *root, unsigned int cpu)
{
	char buf[CPUMASK_TEXT_LEN];
	struct cpumask siblings;
	unsigned int other, rank = 0;

	if (file_read(root, buf, sizeof(buf), SYS_CPU "/cpu%u/topology/thread_siblings_list",
		      cpu) ||
	    cpumask_parse_list(buf, &siblings))
		return 0;
	cpumask_for_each(other, &siblings) {
		if (other >= cpu)
			break;
		rank++;
	}
	return rank;
}

/* The link cpuN/nodeM; it is there for offline CPUs too, unlike node/nodeM/cpulist. */
static int node_of(const char *root, unsigned int cpu, const struct cpumask *nodes)
{
	unsigned int node;

	cpumask_for_each(node, nodes)
		if (file_exists(root, SYS_CPU "/cpu%u/node%u", cpu, node))
			return (int)node;
	return -1;
}

static void cpu_read(const char *root, struct cpu *cpu, const struct cpumask *nodes)
{
	cpu->package = int_read(root, cpu->id, "physical_package_id");
	cpu->core = int_read(root, cpu->id, "core_id");
	cpu->thread = thread_rank(root, cpu->id);
	cpu->node = node_of(root, cpu->id, nodes);
}

/* One folder of cgroup v2: its CPUs when it is an isolated partition. */
static void partition_add(const char *root, const char *folder, struct cpumask *isolated)
{
	char kind[64], buf[CPUMASK_TEXT_LEN];
	struct cpumask cpus;

	if (file_read(root, kind, sizeof(kind), "%s/cpuset.cpus.partition", folder) ||
	    strcmp(kind, "isolated")) /* "isolated invalid (...)" is not in force */
		return;
	if (!file_read(root, buf, sizeof(buf), "%s/cpuset.cpus.effective", folder) &&
	    !cpumask_parse_list(buf, &cpus))
		cpumask_or(isolated, isolated, &cpus);
}

/*
 * Isolated cpuset partitions. New kernels say them all at the top (6.8);
 * before, they are looked for two levels deep, where administrators and
 * systemd slices put them.
 */
static void partitions_add(const char *root, struct cpumask *isolated)
{
	static const char top[] = "/sys/fs/cgroup";
	char folder[PATH_MAX], **names, **below;
	unsigned int i, j, nr, nr_below;
	struct cpumask cpus;

	if (!list_read(root, &cpus, "/sys/fs/cgroup/cpuset.cpus.isolated")) {
		cpumask_or(isolated, isolated, &cpus);
		return;
	}
	if (files_list(root, &names, &nr, "%s", top))
		return;
	for (i = 0; i < nr; i++) {
		/* only cgroups with the cpuset controller have the file */
		if (!file_exists(root, "%s/%s/cpuset.cpus.partition", top, names[i]))
			continue;
		(void)snprintf(folder, sizeof(folder), "%s/%s", top, names[i]);
		partition_add(root, folder, isolated);
		if (files_list(root, &below, &nr_below, "%s/%s", top, names[i]))
			continue;
		for (j = 0; j < nr_below; j++) {
			(void)snprintf(folder, sizeof(folder), "%s/%s/%s", top, names[i], below[j]);
			partition_add(root, folder, isolated);
		}
		files_free(below, nr_below);
	}
	files_free(names, nr);
}

static int list_build(const char *root, struct cpus *cpus, const struct cpumask *present)
{
	struct cpumask nodes;
	unsigned int id;

	/* has_cpu and not possible: a node without CPUs has no links */
	if (list_read(root, &nodes, SYS_NODE "/has_cpu"))
		(void)list_read(root, &nodes, SYS_NODE "/possible"); /* none: no NUMA here */
	cpus->cpu = calloc(cpumask_count(present) + 1, sizeof(*cpus->cpu));
	if (!cpus->cpu)
		return -ENOMEM;
	cpumask_for_each(id, present) {
		cpus->cpu[cpus->nr_cpu].id = id;
		cpu_read(root, &cpus->cpu[cpus->nr_cpu++], &nodes);
	}
	return 0;
}

int cpus_gather(const struct gather *g, struct cpus *cpus, struct err *err)
{
	struct cpumask present;
	int ret;

	ret = list_read(g->root, &cpus->online, SYS_CPU "/online");
	if (!ret && cpumask_empty(&cpus->online))
		ret = -ENODATA;
	if (ret)
		return err_set(err, ret, SYS_CPU "/online: %s: is sysfs mounted?", strerror(-ret));
	if (list_read(g->root, &cpus->possible, SYS_CPU "/possible"))
		cpus->possible = cpus->online;
	if (list_read(g->root, &present, SYS_CPU "/present"))
		present = cpus->online;
	(void)list_read(g->root, &cpus->isolated, SYS_CPU "/isolated"); /* empty: none */
	(void)list_read(g->root, &cpus->nohz_full, SYS_CPU "/nohz_full"); /* likewise */
	partitions_add(g->root, &cpus->isolated);
	ret = list_build(g->root, cpus, &present);
	return ret ? err_set(err, ret, "facts: %s", strerror(-ret)) : 0;
}
