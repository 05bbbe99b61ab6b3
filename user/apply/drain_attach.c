// SPDX-License-Identifier: GPL-2.0
/*
 * The programs of a drain, attached and pinned; see drain_parts.h. The rule: they are
 * in a folder of another name until all of them are there, and do nothing until
 * they are told to.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "apply/drain.h"
#include "apply/drain_parts.h"
#include "base/bind.h"
#include "base/bpf.h"
#include "base/bpffs.h"
#include "base/fault.h"
#include "base/netns.h"
#include "bpf/abi_lookup.h"
#include "skel/drain.skel.h"

#define CGROUP2_MAGIC 0x63677270 /* include/uapi/linux/magic.h */

/* The root of the cgroup tree that sockets are in, a descriptor, or -ENOENT. */
static int cgroup_open(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char path[128];
	struct statfs st;
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", bpffs_root(), places[i]);
		if (statfs(path, &st) || (unsigned long)st.f_type != CGROUP2_MAGIC)
			continue;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -ENOENT;
}

static int pin(int fd, const char *name, struct err *err)
{
	char path[256];
	int ret = fault_point("before a pin of a drain");

	if (ret)
		return err_set(err, ret, "failed by a test");
	(void)snprintf(path, sizeof(path), "%s" BPFFS_DIR "/" DRAIN_NEW "/%s", bpffs_root(), name);
	if (bpf_obj_pin(fd, path))
		return err_set(err, -errno, "%s cannot be pinned: %s", path, strerror(errno));
	return 0;
}

/* @of: a descriptor of what it is attached to, which is closed. */
static int attach(const struct bpf_program *prog, int of, enum bpf_attach_type type,
		  const char *name, struct err *err)
{
	int link, ret;

	if (of < 0)
		return of;
	link = bpf_link_create(bpf_program__fd(prog), of, type, NULL);
	ret = link < 0 ? -errno : 0;
	close(of);
	if (ret)
		return err_set(err, ret, "%s is not taken by the kernel: %s",
			       bpf_program__name(prog), strerror(-ret));
	ret = pin(link, name, err);
	close(link);
	return ret;
}

/* Attaches both programs, which do nothing yet, in a folder that then gets its name. */
static int folder_fill(const struct drain_bpf *skel, unsigned int netns, bool drops,
		       struct err *err)
{
	struct err no_guard = { 0 };
	int ret = 0, guard;

	if (!drops) {
		ret = attach(skel->progs.drain_refuse, netns_open(netns), BPF_SK_LOOKUP, "refuse",
			     err);
		if (ret == -ENOENT && !err->text[0])
			ret = err_set(err, ret, "there is no network namespace %u any more", netns);
	}
	if (!ret)
		ret = pin(bpf_map__fd(skel->maps.drain_ports), drain_pins[DRAIN_PORTS], err);
	if (!ret)
		ret = pin(bpf_map__fd(skel->maps.drain_settings), drain_pins[DRAIN_SETTINGS], err);
	if (!ret)
		ret = pin(bpf_map__fd(skel->maps.drain_counts), drain_pins[DRAIN_COUNTS], err);
	if (ret)
		return ret;
	guard = attach(skel->progs.drain_drop, cgroup_open(), BPF_CGROUP_INET_INGRESS, DRAIN_GUARD,
		       &no_guard);
	if (guard && drops) /* else only what another's program gives away is not caught */
		return err_set(err, guard, "dropping wants a cgroup tree of version 2: %s",
			       no_guard.text[0] ? no_guard.text : "there is none");
	return 0;
}

static int counts_clear(const struct drain_bpf *skel)
{
	int nr_cpu = libbpf_num_possible_cpus(), ret;
	const unsigned int key = 0;
	struct drain_count *zero = calloc(nr_cpu > 0 ? (unsigned int)nr_cpu : 1, sizeof(*zero));

	if (!zero)
		return -ENOMEM;
	ret = bpf_map_update_elem(bpf_map__fd(skel->maps.drain_counts), &key, zero, BPF_ANY) ?
		      -errno :
		      0;
	free(zero);
	return ret;
}

/* With the maps of the bindings there, in which others were counted. */
static int load(unsigned int netns, struct drain_bpf **skel, struct err *err)
{
	struct drain_maps shared;
	int ret = bind_drain_maps(netns, &shared, err);

	if (ret)
		return ret;
	*skel = drain_bpf__open();
	ret = *skel ? drain_maps_share(DRAIN_MAPS_OF(*skel), &shared) : -errno;
	if (!ret)
		ret = drain_bpf__load(*skel);
	if (!ret)
		ret = counts_clear(*skel);
	drain_maps_close(&shared);
	if (!ret)
		return 0;
	drain_bpf__destroy(*skel);
	return bpf_load_failed(ret, "ports cannot be drained", err);
}

int drain_attach(unsigned int netns, bool drops, struct err *err)
{
	struct drain_bpf *skel;
	char from[256], to[256];
	int ret;

	bpf_quiet();
	ret = bpffs_prepare(err);
	if (!ret)
		ret = bpffs_folder_remove(DRAIN_NEW, err); /* of one that was killed */
	if (!ret)
		ret = load(netns, &skel, err);
	if (ret)
		return ret;
	(void)snprintf(from, sizeof(from), "%s" BPFFS_DIR "/" DRAIN_NEW, bpffs_root());
	drain_path(to, sizeof(to), netns, "");
	if (mkdir(from, 0700))
		ret = err_set(err, -errno, "%s cannot be made: %s", from, strerror(errno));
	if (!ret)
		ret = folder_fill(skel, netns, drops, err);
	if (!ret && rename(from, to))
		ret = err_set(err, -errno, "%s cannot be renamed: %s", from, strerror(errno));
	drain_bpf__destroy(skel);
	if (ret)
		(void)bpffs_folder_remove(DRAIN_NEW, NULL);
	return ret;
}

int drain_possible(bool drops, struct err *err)
{
	struct drain_bpf *skel;
	int cgroup;

	bpf_quiet();
	skel = drain_bpf__open_and_load();
	if (!skel)
		return bpf_load_failed(-errno, "ports cannot be drained", err);
	drain_bpf__destroy(skel);
	cgroup = drops ? cgroup_open() : 0;
	if (cgroup < 0)
		return err_set(err, -EOPNOTSUPP, "dropping wants a cgroup tree of version 2");
	if (drops)
		close(cgroup);
	return 0;
}
