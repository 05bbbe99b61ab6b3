/* SPDX-License-Identifier: GPL-2.0 */
/* The maps that a drain and the bindings of its namespace share; see bpf/drain.bpf.h. */
#ifndef NETLANE_BASE_DRAIN_MAPS_H
#define NETLANE_BASE_DRAIN_MAPS_H

enum drain_map { DRAIN_PORTS, DRAIN_SETTINGS, DRAIN_COUNTS, DRAIN_MAPS };

/* Descriptors, -1: not open. */
struct drain_maps {
	int fd[DRAIN_MAPS];
};

#define DRAIN_MAPS_NONE ((struct drain_maps){ { -1, -1, -1 } })

struct bpf_map;
/* Those of an opened skeleton that has bpf/drain.bpf.h in it. */
#define DRAIN_MAPS_OF(skel)                                                                   \
	((struct bpf_map *const[DRAIN_MAPS]){ [DRAIN_PORTS] = (skel)->maps.drain_ports,       \
					      [DRAIN_SETTINGS] = (skel)->maps.drain_settings, \
					      [DRAIN_COUNTS] = (skel)->maps.drain_counts })

/* What is not loaded yet is to use those of @of that are open. 0 or -errno. */
int drain_maps_share(struct bpf_map *const *map, const struct drain_maps *of);
void drain_maps_close(struct drain_maps *maps);

#endif /* NETLANE_BASE_DRAIN_MAPS_H */
