// SPDX-License-Identifier: GPL-2.0
/*
 * What netlane's program in a group is told, and what it counted. The rule: the
 * maps are found by the program's id, and taken only if they are exactly what
 * this netlane would have made.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>

#include "base/groups_steer.h"
#include "bpf/abi.h"

static const struct {
	const char *name;
	unsigned int value_size;
} parts[STEER_MAP_COUNT] = {
	[STEER_MAP_SOCKETS] = { "steer_sockets", sizeof(uint64_t) },
	[STEER_MAP_SLOTS] = { "steer_slots", sizeof(struct steer_slot) },
	[STEER_MAP_CHOICES] = { "steer_choices", sizeof(struct steer_choice) },
	[STEER_MAP_COUNTS] = { "steer_counts", sizeof(struct steer_count) },
};

void steer_maps_close(struct steer_maps *maps)
{
	unsigned int i;

	for (i = 0; i < STEER_MAP_COUNT; i++)
		if (maps->fd[i] >= 0)
			close(maps->fd[i]);
}

/* Keeps it where it is one of ours. */
static void map_take(struct steer_maps *maps, unsigned int id)
{
	struct bpf_map_info info = { 0 };
	unsigned int i, len = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		for (i = 0; i < STEER_MAP_COUNT; i++) {
			if (maps->fd[i] >= 0 || strcmp(info.name, parts[i].name) ||
			    info.value_size != parts[i].value_size)
				continue;
			if (i == STEER_MAP_CHOICES)
				maps->nr_choice = info.max_entries;
			maps->fd[i] = fd;
			return;
		}
	close(fd);
}

int steer_maps_open(unsigned int id, struct steer_maps *maps)
{
	unsigned int ids[2 * STEER_MAP_COUNT], i, found = 0, len;
	struct bpf_prog_info info = { .nr_map_ids = 2 * STEER_MAP_COUNT,
				      .map_ids = (uintptr_t)ids };
	int fd = bpf_prog_get_fd_by_id(id);
	bool ours;

	*maps = (struct steer_maps){ .fd = { -1, -1, -1, -1 } };
	if (fd < 0)
		return -ENOENT;
	len = sizeof(info);
	ours = !bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, "steer_select");
	for (i = 0; ours && i < info.nr_map_ids && i < 2 * STEER_MAP_COUNT; i++)
		map_take(maps, ids[i]);
	close(fd);
	for (i = 0; i < STEER_MAP_COUNT; i++)
		found += maps->fd[i] >= 0;
	if (found == STEER_MAP_COUNT)
		return 0;
	steer_maps_close(maps);
	return ours ? -ESTALE : -ENOENT;
}

/* ------------------------------------------------------------- reading */

/* What each CPU's connections are given to; heap, NULL: no memory, or not to be read. */
static struct steer_choice *choices_get(const struct steer_maps *maps)
{
	struct steer_choice *choice = calloc(maps->nr_choice + 1, sizeof(*choice));
	unsigned int cpu;

	for (cpu = 0; choice && cpu < maps->nr_choice; cpu++)
		if (bpf_map_lookup_elem(maps->fd[STEER_MAP_CHOICES], &cpu, &choice[cpu]))
			choice[cpu].nr = 0;
	return choice;
}

/*
 * Does @slot, meant for @first before others, get what @cpu receives? Beyond
 * STEER_WIDTH the first ones share it, on each CPU that has the same ones: more
 * cannot be done for the rest.
 */
static bool is_chosen(const struct steer_choice *choice, unsigned int cpu, unsigned int slot,
		      unsigned int first)
{
	unsigned int i;

	for (i = 0; i < choice[cpu].nr && i < STEER_WIDTH; i++)
		if (choice[cpu].slot[i] == slot)
			return true;
	return choice[cpu].nr >= STEER_WIDTH &&
	       !memcmp(&choice[cpu], &choice[first], sizeof(*choice));
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

static struct slot *slots_read(const struct steer_maps *maps)
{
	struct slot *slots = calloc(STEER_SLOTS, sizeof(*slots));
	uint64_t cookie;
	unsigned int i;

	for (i = 0; slots && i < STEER_SLOTS; i++)
		slots[i].used = !bpf_map_lookup_elem(maps->fd[STEER_MAP_SLOTS], &i, &slots[i].is) &&
				!bpf_map_lookup_elem(maps->fd[STEER_MAP_SOCKETS], &i, &cookie);
	return slots;
}

/* A socket is meant for a CPU if that one's connections come to its slot. */
static void choices_read(const struct steer_maps *maps, struct listen_group *group)
{
	struct steer_choice *choice = choices_get(maps);
	struct slot *slots = slots_read(maps);
	struct group_socket *s;
	unsigned int i, cpu;

	for (i = 0; slots && choice && i < STEER_SLOTS; i++) {
		s = slots[i].used ? socket_of(group, slots[i].is.inode) : NULL;
		if (!s || slots[i].is.cpu >= maps->nr_choice)
			continue;
		s->given = slots[i].is.steered;
		for (cpu = 0; cpu < maps->nr_choice; cpu++)
			if (is_chosen(choice, cpu, i, slots[i].is.cpu))
				cpumask_add(&s->program_cpus, cpu);
	}
	if (choice)
		group->spill = choice[0].spill; /* of all the same */
	free(slots);
	free(choice);
}

/* Sums over the CPUs. */
static void counts_read(const struct steer_maps *maps, struct listen_group *group)
{
	int cpu, nr_cpu = libbpf_num_possible_cpus();
	struct steer_count *count;
	unsigned int zero = 0;

	count = calloc(nr_cpu > 0 ? (unsigned int)nr_cpu : 1, sizeof(*count));
	if (count && nr_cpu > 0 && !bpf_map_lookup_elem(maps->fd[STEER_MAP_COUNTS], &zero, count))
		for (cpu = 0; cpu < nr_cpu; cpu++) {
			group->hashed += count[cpu].hashed;
			group->missed += count[cpu].missed;
			group->spilled += count[cpu].spilled;
		}
	free(count);
}

void groups_chosen(struct listen_group *groups, unsigned int nr)
{
	struct steer_maps maps;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		int ret = groups[i].program ? steer_maps_open(groups[i].program, &maps) : -ENOENT;

		if (ret != -ENOENT)
			groups[i].chooser = CHOOSER_OURS;
		if (ret)
			continue;
		choices_read(&maps, &groups[i]);
		counts_read(&maps, &groups[i]);
		steer_maps_close(&maps);
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

static int socket_enter(const struct steer_maps *maps, const struct listen_group *group,
			unsigned int i, unsigned int at, struct err *err)
{
	int fd = group_borrow(group, i, err), ret;
	uint64_t value;

	if (fd < 0)
		return fd;
	value = (uint64_t)fd;
	ret = bpf_map_update_elem(maps->fd[STEER_MAP_SOCKETS], &at, &value, BPF_ANY) ? -errno : 0;
	close(fd);
	if (ret)
		return err_set(err, ret, "a socket of pid %u cannot be chosen from: %s",
			       group->socket[i].pid,
			       ret == -EBUSY ? "another program's map has it" : strerror(-ret));
	return 0;
}

static int socket_put(const struct steer_maps *maps, struct slot *slots,
		      const struct listen_group *group, unsigned int i, unsigned int cpu,
		      unsigned int *at, struct err *err)
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
	slot->is.cpu = cpu;
	/* its count with it, but for what came since it was read */
	if (bpf_map_update_elem(maps->fd[STEER_MAP_SLOTS], at, &slot->is, BPF_ANY))
		return err_set(err, -errno, "slot %u cannot be written: %s", *at, strerror(errno));
	return 0;
}

/* @slot gets what the CPUs of @cpus receive. */
static void choices_add(struct steer_choice *choice, const struct cpumask *cpus, unsigned int slot)
{
	unsigned int cpu;

	cpumask_for_each(cpu, cpus)
		if (choice[cpu].nr < STEER_WIDTH)
			choice[cpu].slot[choice[cpu].nr++] = slot;
}

/* Sockets first, then who gets what: what is chosen is always there. */
int steer_maps_tell(const struct steer_maps *maps, const struct listen_group *group,
		    const struct cpumask *cpus, unsigned int spill, struct err *err)
{
	struct steer_choice *choice = calloc(maps->nr_choice + 1, sizeof(*choice));
	struct slot *slots = slots_read(maps);
	unsigned int i, cpu, at = 0;
	struct cpumask beyond;
	int ret = choice && slots ? 0 : err_set(err, -ENOMEM, "out of memory");

	for (i = 0; i < group->nr_socket && !ret; i++) {
		if (cpumask_empty(&cpus[i]))
			continue;
		beyond = cpus[i];
		for (cpu = 0; cpu < maps->nr_choice; cpu++)
			cpumask_del(&beyond, cpu);
		if (!cpumask_empty(&beyond))
			ret = err_set(err, -ERANGE, "there is no CPU %u", cpumask_next(&beyond, 0));
		else
			ret = socket_put(maps, slots, group, i, cpumask_next(&cpus[i], 0), &at,
					 err);
		if (!ret)
			choices_add(choice, &cpus[i], at);
	}
	for (cpu = 0; cpu < maps->nr_choice && !ret; cpu++) {
		choice[cpu].spill = spill;
		if (bpf_map_update_elem(maps->fd[STEER_MAP_CHOICES], &cpu, &choice[cpu], BPF_ANY))
			ret = err_set(err, -errno, "CPU %u cannot be told: %s", cpu,
				      strerror(errno));
	}
	free(slots);
	free(choice);
	return ret;
}
