/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A drain under way: what was asked for, how far it is, and who drives it. One a
 * network namespace, as JSON in /run/netlane, for who comes next: a driver that
 * goes on, a stop, a status.
 */
#ifndef NETLANE_CMD_DRAIN_STATE_H
#define NETLANE_CMD_DRAIN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fields.h"

/* Of a node, in this order; no state at all: it is in service. */
enum drain_phase { DRAIN_GRACE, DRAIN_REFUSING, DRAIN_OVER };
extern const char *const drain_phase_names[];

struct drain_state {
	unsigned int netns; /* inode of the namespace */
	enum drain_phase phase;
	char value[300]; /* of KNOB_DRAIN, when it refuses */
	char why[128]; /* who or what wanted it */
	/* CLOCK_BOOTTIME, ms */
	uint64_t started_ms;
	uint64_t refuse_ms; /* when it is to refuse, and when it did */
	uint64_t deadline_ms; /* 0: none, or not known before it refuses */
	uint64_t over_ms;
	unsigned int deadline_s; /* from the first refusal, 0 none */
	bool then_reset;
	bool rehearsal; /* ends by itself, and resets nothing */
	char health_file[128]; /* moved aside, "": none */
	char on_start[256];
	char on_end[256];
	bool began; /* health answer and hook are done */
	unsigned int left; /* connections at its end */
	unsigned int reset; /* of those */
	char trouble[256]; /* what did not go as it should, "": nothing */
	unsigned int driver; /* pid; alive while the lock is held */
};

extern const struct field drain_state_fields[];

bool drain_state_read(unsigned int netns, struct drain_state *state);
bool drain_state_write(const struct drain_state *state);
void drain_state_remove(unsigned int netns);
/* Namespaces that have a state, at most @max of them. */
unsigned int drain_states(unsigned int *netns, unsigned int max);
/* The driver's lock: a descriptor, -EBUSY: one drives it, or -errno. */
int drain_lock(unsigned int netns);

#endif /* NETLANE_CMD_DRAIN_STATE_H */
