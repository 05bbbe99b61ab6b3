/* SPDX-License-Identifier: GPL-2.0 */
/* Looking at the lanes again and again, for stat and top. */
#ifndef NETLANE_CMD_WATCH_H
#define NETLANE_CMD_WATCH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/load.h"
#include "cmd/flow.h"
#include "observe/traffic.h"

struct watch {
	const char *config;
	char **names; /* only these interfaces; nr_names 0: all NICs with a bus */
	unsigned int nr_names;
	bool lean; /* without what costs time stamps */
	struct flow flow;
	uint64_t flow_ns; /* when it was read */
	struct traffic *traffic;
	struct sample sample[2]; /* the last one and the one before it, by turns */
	unsigned int turn;
	bool has_last;
};

/* Begins; the caller has set config and names, the rest is zero. 0 or -errno. */
int watch_open(struct watch *watch, struct err *err);
/*
 * What was carried since the last call; the first time, or when the counters
 * began anew, since they did. 0 or -errno; the caller frees @load.
 */
int watch_load(struct watch *watch, enum load_by by, struct load *load, struct err *err);
void watch_close(struct watch *watch);

#endif /* NETLANE_CMD_WATCH_H */
