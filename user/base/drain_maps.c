// SPDX-License-Identifier: GPL-2.0
/* Maps of a drain, open; see drain_maps.h. */
#include "base/drain_maps.h"

#include <unistd.h>

#include <bpf/libbpf.h>

int drain_maps_share(struct bpf_map *const *map, const struct drain_maps *of)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < DRAIN_MAPS && !ret; i++)
		if (of->fd[i] >= 0)
			ret = bpf_map__reuse_fd(map[i], of->fd[i]);
	return ret;
}

void drain_maps_close(struct drain_maps *maps)
{
	unsigned int i;

	for (i = 0; i < DRAIN_MAPS; i++)
		if (maps->fd[i] >= 0)
			close(maps->fd[i]);
	*maps = DRAIN_MAPS_NONE;
}
