/* SPDX-License-Identifier: GPL-2.0 */
/* Groups of listening sockets: who chooses among them, and who serves each. */
#ifndef NETLANE_VIEW_STEER_H
#define NETLANE_VIEW_STEER_H

#include <json-c/json_object.h>

#include "base/events.h"
#include "base/fields.h"
#include "base/text.h"
#include "types.h"
#include "view/bind.h"

/* One group, and what the configuration has to say of it. */
struct steer_row {
	char listen[ADDR_LEN];
	char *now; /* as the knob's value */
	char *wanted; /* the same, if an up would change it, else NULL */
	/* of the section that names it; name is "" where none does, and left says what would be in the way */
	struct steer_plan section;
	/* accepted on this port, by any socket of the family, since it is counted */
	struct accept_load accepts;
	struct path_share paths; /* of the same port, those that ended since */
	unsigned int counted_s; /* for so long; 0: not counted */
	struct listen_group *group; /* borrowed from the facts */
	unsigned int nr_group; /* 1 */
};

struct steer_view {
	struct steer_row *row;
	unsigned int nr_row;
	struct steer_plan *lost; /* of sections that name no group */
	unsigned int nr_lost;
	struct bind_view bind;
	/* of all ports and namespaces, which CPU received what another one accepted */
	struct accept_cross *cross;
	unsigned int nr_cross;
	/* of all ports of this namespace, by which CPUs what ended was received, served and sent */
	struct path_share paths;
	struct path *path;
	unsigned int nr_path;
	uint64_t paths_lost; /* connections of the node that found no room among them */
};

void view_steer(struct text *out, const struct steer_view *view, unsigned int width);
/* A line without its end: what all listeners of the node accepted, how local, how even. */
void view_accepts(struct text *out, const struct accept_load *load);
/* What is to follow in the same line: how many of those that ended here kept to their lane. */
void view_path_share(struct text *out, const struct path_share *share);
struct json_object *view_steer_json(const struct steer_view *view);

#endif /* NETLANE_VIEW_STEER_H */
