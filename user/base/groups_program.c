// SPDX-License-Identifier: GPL-2.0
/*
 * netlane's program in a group. The rule: nothing of it is pinned. The group
 * holds the program and the program its maps, so that both go with the group,
 * whatever becomes of netlane; they are found again by their ids and names.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/groups_steer.h"
#include "bpf/abi.h"
#include "skel/steer.skel.h"

#ifndef SO_DETACH_REUSEPORT_BPF
#define SO_DETACH_REUSEPORT_BPF 68 /* since 5.3 */
#endif

static struct steer_bpf *load(bool migrates, int *ret)
{
	struct steer_bpf *skel = steer_bpf__open();
	int nr_cpu = libbpf_num_possible_cpus();

	*ret = skel && nr_cpu > 0 ? 0 : -errno;
	if (!*ret)
		*ret = bpf_program__set_autoload(skel->progs.steer_walk, false);
	if (!*ret)
		*ret = bpf_map__set_max_entries(skel->maps.steer_choices, (unsigned int)nr_cpu);
	if (!*ret && !migrates)
		*ret = bpf_program__set_expected_attach_type(skel->progs.steer_select,
							     BPF_SK_REUSEPORT_SELECT);
	if (!*ret)
		*ret = steer_bpf__load(skel);
	if (!*ret)
		return skel;
	steer_bpf__destroy(skel);
	return NULL;
}

static int attach(const struct listen_group *group, int prog, struct err *err)
{
	int fd = group_borrow(group, 0, err), ret = 0;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &prog, sizeof(prog)))
		ret = err_set(err, -errno, "the group takes no program: %s", strerror(errno));
	close(fd);
	return ret;
}

static int begin(const struct listen_group *group, const struct cpumask *cpus, unsigned int spill,
		 struct err *err)
{
	struct steer_bpf *skel;
	struct steer_maps maps;
	int ret;

	skel = load(true, &ret);
	if (!skel)
		skel = load(false, &ret); /* before 5.14 nothing migrates */
	if (!skel)
		return err_set(err, ret,
			       "this kernel does not take the BPF program: %s; one that is locked "
			       "down (confidentiality) lets none see a socket's queue",
			       strerror(-ret));
	maps = (struct steer_maps){
		.map = { [STEER_MAP_SOCKETS] = { .fd = bpf_map__fd(skel->maps.steer_sockets) },
			 [STEER_MAP_SLOTS] = { .fd = bpf_map__fd(skel->maps.steer_slots) },
			 [STEER_MAP_CHOICES] = { bpf_map__fd(skel->maps.steer_choices),
						 bpf_map__max_entries(skel->maps.steer_choices) },
			 [STEER_MAP_COUNTS] = { .fd = bpf_map__fd(skel->maps.steer_counts) } },
	};
	ret = steer_maps_tell(&maps, group, cpus, spill, err);
	if (!ret)
		ret = attach(group, bpf_program__fd(skel->progs.steer_select), err);
	steer_bpf__destroy(skel); /* what the group holds goes on */
	return ret;
}

/*
 * In the place of one that was ended just now, or of another version's, which is
 * ended here: its map lets the sockets go when the kernel has freed it.
 */
static int begin_patiently(const struct listen_group *group, const struct cpumask *cpus,
			   unsigned int spill, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	unsigned int tries = 100;
	struct err why = { 0 };
	int ret;

	ret = group->chooser == CHOOSER_OURS ? group_program_end(group, err) : 0;
	if (ret)
		return ret;
	while ((ret = begin(group, cpus, spill, &why)) == -EBUSY && --tries) {
		memset(&why, 0, sizeof(why));
		(void)nanosleep(&moment, NULL);
	}
	return ret ? err_set(err, ret, "%s", why.text) : 0;
}

int group_program(const struct listen_group *group, const struct cpumask *cpus, unsigned int spill,
		  struct err *err)
{
	struct steer_maps maps;
	int ret;

	if (group->chooser == CHOOSER_FOREIGN)
		return err_set(err, -EBUSY, "a BPF program of somebody chooses there");
	if (group->chooser == CHOOSER_NONE)
		return begin_patiently(group, cpus, spill, err);
	if (steer_maps_open(group->program, &maps))
		return begin_patiently(group, cpus, spill, err);
	/* told anew, not attached anew: a socket is in one map at a time */
	ret = steer_maps_tell(&maps, group, cpus, spill, err);
	steer_maps_close(&maps);
	return ret;
}

int group_program_end(const struct listen_group *group, struct err *err)
{
	const int unused = 0;
	struct err why = { 0 };
	int fd = -ESRCH, ret = 0;
	unsigned int i;

	/* any of them reaches the group; of a closed one nothing is said */
	for (i = 0; i < group->nr_socket && fd < 0; i++) {
		struct err one = { 0 };

		fd = group_borrow(group, i, &one);
		if (fd < 0 && fd != -ESRCH)
			ret = err_set(&why, fd, "%s", one.text);
	}
	if (fd < 0) /* all are closed, then so is the group */
		return ret ? err_set(err, ret, "%s", why.text) : 0;
	ret = 0;
	if (setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, sizeof(unused)) &&
	    errno != ENOENT)
		ret = err_set(err, -errno, "the group keeps its program: %s", strerror(errno));
	close(fd);
	return ret;
}
