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
#include <linux/types.h>

#include "base/groups_steer.h"
#include "bpf/abi.h"

static const struct bpf_part parts[STEER_MAP_COUNT] = {
	[STEER_MAP_SOCKETS] = { "steer_sockets", sizeof(uint64_t) },
	[STEER_MAP_SLOTS] = { "steer_slots", sizeof(struct steer_slot) },
	[STEER_MAP_CHOICES] = { "steer_choices", sizeof(struct steer_choice) },
	[STEER_MAP_COUNTS] = { "steer_counts", sizeof(struct steer_count) },
};

int steer_maps_open(unsigned int id, struct steer_maps *maps)
{
	int ret = bpf_parts_open(id, "steer_select", parts, maps->map, STEER_MAP_COUNT);

	if (ret)
		steer_maps_close(maps);
	return ret;
}

void steer_maps_close(struct steer_maps *maps)
{
	bpf_parts_close(maps->map, STEER_MAP_COUNT);
}

/* ------------------------------------------------------------- reading */

/* What each CPU's connections are given to; heap, NULL: no memory, or not to be read. */
static struct steer_choice *choices_get(const struct steer_maps *maps)
{
	struct steer_choice *choice = calloc(steer_maps_cpus(maps) + 1, sizeof(*choice));
	unsigned int cpu;

	for (cpu = 0; choice && cpu < steer_maps_cpus(maps); cpu++)
		if (bpf_map_lookup_elem(maps->map[STEER_MAP_CHOICES].fd, &cpu, &choice[cpu]))
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
		slots[i].used =
			!bpf_map_lookup_elem(maps->map[STEER_MAP_SLOTS].fd, &i, &slots[i].is) &&
			!bpf_map_lookup_elem(maps->map[STEER_MAP_SOCKETS].fd, &i, &cookie);
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
		if (!s || slots[i].is.cpu >= steer_maps_cpus(maps))
			continue;
		s->given = slots[i].is.steered;
		for (cpu = 0; cpu < steer_maps_cpus(maps); cpu++)
			if (is_chosen(choice, cpu, i, slots[i].is.cpu))
				cpumask_add(&s->program_cpus, cpu);
	}
	if (choice)
		group->spill = choice[0].spill; /* of all the same */
	free(slots);
	free(choice);
}

static void counts_read(const struct steer_maps *maps, struct listen_group *group)
{
	struct steer_count count;

	if (bpf_sum(maps->map[STEER_MAP_COUNTS].fd, 0, (uint64_t *)&count,
		    sizeof(count) / sizeof(uint64_t)))
		return;
	group->hashed = count.hashed;
	group->missed = count.missed;
	group->spilled = count.spilled;
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
	ret = bpf_map_update_elem(maps->map[STEER_MAP_SOCKETS].fd, &at, &value, BPF_ANY) ? -errno :
											   0;
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
	if (bpf_map_update_elem(maps->map[STEER_MAP_SLOTS].fd, at, &slot->is, BPF_ANY))
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
	struct steer_choice *choice = calloc(steer_maps_cpus(maps) + 1, sizeof(*choice));
	struct slot *slots = slots_read(maps);
	unsigned int i, cpu, at = 0;
	struct cpumask beyond;
	int ret = choice && slots ? 0 : err_set(err, -ENOMEM, "out of memory");

	for (i = 0; i < group->nr_socket && !ret; i++) {
		if (cpumask_empty(&cpus[i]))
			continue;
		beyond = cpus[i];
		for (cpu = 0; cpu < steer_maps_cpus(maps); cpu++)
			cpumask_del(&beyond, cpu);
		if (!cpumask_empty(&beyond))
			ret = err_set(err, -ERANGE, "there is no CPU %u", cpumask_next(&beyond, 0));
		else
			ret = socket_put(maps, slots, group, i, cpumask_next(&cpus[i], 0), &at,
					 err);
		if (!ret)
			choices_add(choice, &cpus[i], at);
	}
	for (cpu = 0; cpu < steer_maps_cpus(maps) && !ret; cpu++) {
		choice[cpu].spill = spill;
		if (bpf_map_update_elem(maps->map[STEER_MAP_CHOICES].fd, &cpu, &choice[cpu],
					BPF_ANY))
			ret = err_set(err, -errno, "CPU %u cannot be told: %s", cpu,
				      strerror(errno));
	}
	free(slots);
	free(choice);
	return ret;
}
