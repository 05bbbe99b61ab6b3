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

#include "base/groups_parts.h"
#include "bpf/abi.h"
#include "skel/steer.skel.h"

#ifndef SO_DETACH_REUSEPORT_BPF
#define SO_DETACH_REUSEPORT_BPF 68 /* since 5.3 */
#endif

enum part { SOCKETS, SLOTS, CHOICES, COUNTS, PARTS };

static const struct {
	const char *name;
	unsigned int value_size;
} parts[PARTS] = {
	[SOCKETS] = { "steer_sockets", sizeof(uint64_t) },
	[SLOTS] = { "steer_slots", sizeof(struct steer_slot) },
	[CHOICES] = { "steer_choices", sizeof(struct steer_choice) },
	[COUNTS] = { "steer_counts", sizeof(struct steer_count) },
};

/* The maps behind a program, open. */
struct maps {
	int fd[PARTS];
	unsigned int nr_choice; /* entries of CHOICES: CPUs */
};

static void maps_close(struct maps *maps)
{
	unsigned int i;

	for (i = 0; i < PARTS; i++)
		if (maps->fd[i] >= 0)
			close(maps->fd[i]);
}

/* Keeps it where it is one of ours. */
static void map_take(struct maps *maps, unsigned int id)
{
	struct bpf_map_info info = { 0 };
	unsigned int i, len = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		for (i = 0; i < PARTS; i++) {
			if (maps->fd[i] >= 0 || strcmp(info.name, parts[i].name) ||
			    info.value_size != parts[i].value_size)
				continue;
			if (i == CHOICES)
				maps->nr_choice = info.max_entries;
			maps->fd[i] = fd;
			return;
		}
	close(fd);
}

/* The maps of program @id. 0; -ESTALE: another version's of netlane; -ENOENT: not netlane's. */
static int maps_open(unsigned int id, struct maps *maps)
{
	unsigned int ids[2 * PARTS], i, found = 0, len;
	struct bpf_prog_info info = { .nr_map_ids = 2 * PARTS, .map_ids = (uintptr_t)ids };
	int fd = bpf_prog_get_fd_by_id(id);
	bool ours;

	*maps = (struct maps){ .fd = { -1, -1, -1, -1 } };
	if (fd < 0)
		return -ENOENT;
	len = sizeof(info);
	ours = !bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, "steer_select");
	for (i = 0; ours && i < info.nr_map_ids && i < 2 * PARTS; i++)
		map_take(maps, ids[i]);
	close(fd);
	for (i = 0; i < PARTS; i++)
		found += maps->fd[i] >= 0;
	if (found == PARTS)
		return 0;
	maps_close(maps);
	return ours ? -ESTALE : -ENOENT;
}

/* ------------------------------------------------------------- reading */

/* Beyond STEER_WIDTH the first ones share what comes: more cannot be done for the rest. */
static bool is_chosen(const struct maps *maps, unsigned int cpu, unsigned int slot)
{
	struct steer_choice choice;
	unsigned int i;

	if (bpf_map_lookup_elem(maps->fd[CHOICES], &cpu, &choice))
		return false;
	for (i = 0; i < choice.nr && i < STEER_WIDTH; i++)
		if (choice.slot[i] == slot)
			return true;
	return choice.nr >= STEER_WIDTH;
}

static struct group_socket *socket_of(const struct listen_group *group, uint64_t inode)
{
	unsigned int i;

	for (i = 0; inode && i < group->nr_socket; i++)
		if (group->socket[i].inode == inode)
			return &group->socket[i];
	return NULL;
}

/* All slots, read once; a slot whose socket is gone is free. Heap, NULL: no memory. */
struct slot {
	struct steer_slot is;
	bool used;
};

static struct slot *slots_read(const struct maps *maps)
{
	struct slot *slots = calloc(STEER_SLOTS, sizeof(*slots));
	uint64_t cookie;
	unsigned int i;

	for (i = 0; slots && i < STEER_SLOTS; i++)
		slots[i].used = !bpf_map_lookup_elem(maps->fd[SLOTS], &i, &slots[i].is) &&
				!bpf_map_lookup_elem(maps->fd[SOCKETS], &i, &cookie);
	return slots;
}

/* A socket is meant for a CPU if that one's connections come to its slot. */
static void choices_read(const struct maps *maps, struct listen_group *group)
{
	struct slot *slots = slots_read(maps);
	struct group_socket *s;
	unsigned int i;

	for (i = 0; slots && i < STEER_SLOTS; i++) {
		s = slots[i].used ? socket_of(group, slots[i].is.inode) : NULL;
		if (!s)
			continue;
		s->given = slots[i].is.steered;
		if (is_chosen(maps, slots[i].is.cpu, i))
			s->program_cpu = (int)slots[i].is.cpu;
	}
	free(slots);
}

/* Sums over the CPUs. */
static void counts_read(const struct maps *maps, struct listen_group *group)
{
	int cpu, nr_cpu = libbpf_num_possible_cpus();
	struct steer_count *count;
	unsigned int zero = 0;

	count = calloc(nr_cpu > 0 ? (unsigned int)nr_cpu : 1, sizeof(*count));
	if (count && nr_cpu > 0 && !bpf_map_lookup_elem(maps->fd[COUNTS], &zero, count))
		for (cpu = 0; cpu < nr_cpu; cpu++) {
			group->hashed += count[cpu].hashed;
			group->missed += count[cpu].missed;
		}
	free(count);
}

void groups_chosen(struct listen_group *groups, unsigned int nr)
{
	struct maps maps;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		int ret = groups[i].program ? maps_open(groups[i].program, &maps) : -ENOENT;

		if (ret != -ENOENT)
			groups[i].chooser = CHOOSER_OURS;
		if (ret)
			continue;
		choices_read(&maps, &groups[i]);
		counts_read(&maps, &groups[i]);
		maps_close(&maps);
	}
}

/* ------------------------------------------------------------- telling */

/* Where @inode is, or could be; -1: all are used. */
static int slot_find(const struct slot *slots, uint64_t inode)
{
	int found = -1;
	unsigned int i;

	for (i = 0; i < STEER_SLOTS; i++) {
		if (slots[i].used && slots[i].is.inode == inode)
			return (int)i;
		if (!slots[i].used && found < 0)
			found = (int)i;
	}
	return found;
}

static int socket_enter(const struct maps *maps, const struct listen_group *group, unsigned int i,
			unsigned int at, struct err *err)
{
	int fd = group_borrow(group, i, err), ret;
	uint64_t value;

	if (fd < 0)
		return fd;
	value = (uint64_t)fd;
	ret = bpf_map_update_elem(maps->fd[SOCKETS], &at, &value, BPF_ANY) ? -errno : 0;
	close(fd);
	if (ret)
		return err_set(err, ret, "a socket of pid %u cannot be chosen from: %s",
			       group->socket[i].pid,
			       ret == -EBUSY ? "another program's map has it" : strerror(-ret));
	return 0;
}

static int socket_put(const struct maps *maps, struct slot *slots, const struct listen_group *group,
		      unsigned int i, int cpu, unsigned int *at, struct err *err)
{
	int place = slot_find(slots, group->socket[i].inode), ret = 0;
	struct slot *slot = &slots[place < 0 ? 0 : place];

	if (place < 0)
		return err_set(err, -E2BIG, "more than %u sockets", STEER_SLOTS);
	*at = (unsigned int)place;
	/* the kernel takes none a second time, not even into its own place */
	if (!slot->used) {
		ret = socket_enter(maps, group, i, *at, err);
		slot->is = (struct steer_slot){ .inode = group->socket[i].inode };
	}
	if (ret)
		return ret;
	slot->used = true;
	slot->is.cpu = (unsigned int)cpu;
	/* its count with it, but for what came since it was read */
	if (bpf_map_update_elem(maps->fd[SLOTS], at, &slot->is, BPF_ANY))
		return err_set(err, -errno, "slot %u cannot be written: %s", *at, strerror(errno));
	return 0;
}

/* Sockets first, then who gets what: what is chosen is always there. */
static int tell(const struct maps *maps, const struct listen_group *group, const int *cpus,
		struct err *err)
{
	struct steer_choice *choice = calloc(maps->nr_choice + 1, sizeof(*choice));
	struct slot *slots = slots_read(maps);
	unsigned int i, cpu, at = 0;
	int ret = choice && slots ? 0 : err_set(err, -ENOMEM, "out of memory");

	for (i = 0; i < group->nr_socket && !ret; i++) {
		if (cpus[i] < 0)
			continue;
		cpu = (unsigned int)cpus[i];
		if (cpu >= maps->nr_choice)
			ret = err_set(err, -ERANGE, "there is no CPU %u", cpu);
		else
			ret = socket_put(maps, slots, group, i, cpus[i], &at, err);
		if (!ret && choice[cpu].nr < STEER_WIDTH)
			choice[cpu].slot[choice[cpu].nr++] = at;
	}
	for (cpu = 0; cpu < maps->nr_choice && !ret; cpu++)
		if (bpf_map_update_elem(maps->fd[CHOICES], &cpu, &choice[cpu], BPF_ANY))
			ret = err_set(err, -errno, "CPU %u cannot be told: %s", cpu,
				      strerror(errno));
	free(slots);
	free(choice);
	return ret;
}

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

static int begin(const struct listen_group *group, const int *cpus, struct err *err)
{
	struct steer_bpf *skel;
	struct maps maps;
	int ret;

	skel = load(true, &ret);
	if (!skel)
		skel = load(false, &ret); /* before 5.14 nothing migrates */
	if (!skel)
		return err_set(err, ret, "this kernel does not take the BPF program: %s",
			       strerror(-ret));
	maps = (struct maps){
		.fd = { [SOCKETS] = bpf_map__fd(skel->maps.steer_sockets),
			[SLOTS] = bpf_map__fd(skel->maps.steer_slots),
			[CHOICES] = bpf_map__fd(skel->maps.steer_choices),
			[COUNTS] = bpf_map__fd(skel->maps.steer_counts) },
		.nr_choice = bpf_map__max_entries(skel->maps.steer_choices),
	};
	ret = tell(&maps, group, cpus, err);
	if (!ret)
		ret = attach(group, bpf_program__fd(skel->progs.steer_select), err);
	steer_bpf__destroy(skel); /* what the group holds goes on */
	return ret;
}

/*
 * In the place of one that was ended just now, or of another version's, which is
 * ended here: its map lets the sockets go when the kernel has freed it.
 */
static int begin_patiently(const struct listen_group *group, const int *cpus, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	unsigned int tries = 100;
	struct err why = { 0 };
	int ret;

	ret = group->chooser == CHOOSER_OURS ? group_program_end(group, err) : 0;
	if (ret)
		return ret;
	while ((ret = begin(group, cpus, &why)) == -EBUSY && --tries) {
		memset(&why, 0, sizeof(why));
		(void)nanosleep(&moment, NULL);
	}
	return ret ? err_set(err, ret, "%s", why.text) : 0;
}

int group_program(const struct listen_group *group, const int *cpus, struct err *err)
{
	struct maps maps;
	int ret;

	if (group->chooser == CHOOSER_FOREIGN)
		return err_set(err, -EBUSY, "a BPF program of somebody chooses there");
	if (group->chooser == CHOOSER_NONE)
		return begin_patiently(group, cpus, err);
	if (maps_open(group->program, &maps))
		return begin_patiently(group, cpus, err);
	/* told anew, not attached anew: a socket is in one map at a time */
	ret = tell(&maps, group, cpus, err);
	maps_close(&maps);
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
