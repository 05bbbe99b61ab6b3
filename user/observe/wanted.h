/* SPDX-License-Identifier: GPL-2.0 */
/* Which NICs are to be counted, in which slots, by which programs. */
#ifndef NETLANE_OBSERVE_WANTED_H
#define NETLANE_OBSERVE_WANTED_H

#include <stdbool.h>

#include "base/err.h"
#include "observe/programs.h"
#include "types.h"

/* One NIC that is to be counted. */
struct wanted {
	const struct nic *nic;
	struct lane_nic where;
};

struct wanted_list {
	struct wanted *wanted;
	unsigned int nr;
	unsigned int slots;
	bool crossings; /* RPS is on somewhere */
	bool every_hook; /* some driver may not hand its packets to GRO */
};

/*
 * The interfaces in @names, or with @nr_names 0 all NICs of @facts that have a
 * bus: a slot a queue each, and one for what has none. The caller frees
 * list->wanted. 0 or -errno.
 */
int wanted_make(const struct facts *facts, char **names, unsigned int nr_names,
		struct wanted_list *list, struct err *err);
/*
 * Are these NICs, and where @exactly only these, what the maps of @o count?
 * Without @exactly the list takes over the slots that they have there.
 */
bool wanted_are_counted(const struct object *o, struct wanted_list *list, bool exactly);
/* Tells the programs; configure first, then attach. 0 or -errno. */
int wanted_write(const struct object *o, const struct wanted_list *list, struct err *err);
/* Is the program one of those that count all the time? */
bool wanted_always(enum lane_prog prog, const struct wanted_list *list);

#endif /* NETLANE_OBSERVE_WANTED_H */
