/* SPDX-License-Identifier: GPL-2.0 */
/* The maps of netlane's program in a group. Only base/groups_* include it. */
#ifndef NETLANE_BASE_GROUPS_STEER_H
#define NETLANE_BASE_GROUPS_STEER_H

#include "base/bpf.h"
#include "base/groups_parts.h"

enum steer_map {
	STEER_MAP_SOCKETS,
	STEER_MAP_SLOTS,
	STEER_MAP_CHOICES,
	STEER_MAP_COUNTS,
	STEER_MAP_COUNT,
};

/* The maps behind a program, open. */
struct steer_maps {
	struct bpf_found map[STEER_MAP_COUNT];
};

/* How many CPUs can be told what to choose. */
static inline unsigned int steer_maps_cpus(const struct steer_maps *maps)
{
	return maps->map[STEER_MAP_CHOICES].nr;
}

/* The maps of program @id. 0; -ESTALE: another version's of netlane; -ENOENT: not netlane's. */
int steer_maps_open(unsigned int id, struct steer_maps *maps);
void steer_maps_close(struct steer_maps *maps);
/* Socket i for the CPUs of @cpus[i]; above @spill percent of a backlog, the hash. 0 or -errno. */
int steer_maps_tell(const struct steer_maps *maps, const struct listen_group *group,
		    const struct cpumask *cpus, unsigned int spill, struct err *err);

#endif /* NETLANE_BASE_GROUPS_STEER_H */
