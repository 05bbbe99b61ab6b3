/* SPDX-License-Identifier: GPL-2.0 */
/* The service's state, for run.c, which has the loop, and behalf.c, which acts for others. */
#ifndef NETLANE_CMD_DAEMON_H
#define NETLANE_CMD_DAEMON_H

#include <json-c/json_object.h>
#include <systemd/sd-event.h>

#include "base/err.h"
#include "cmd/growthwatch.h"
#include "cmd/keep.h"
#include "cmd/pause.h"
#include "cmd/portwatch.h"
#include "cmd/wake.h"

/* A server listens first and starts its workers then: so many looks until it has them. */
#define STEER_LOOKS 50

struct daemon {
	const char *config; /* of the command line, or NULL */
	int pid_fd; /* of run_pid_take() */
	const char *why_observe; /* hold is asked for but not done, or NULL */
	int ret; /* of the last attempt to do as configured */
	struct err err;
	struct keep keep;
	sd_event *event;
	struct wake *wake;
	sd_event_source *look; /* the timer of the next look, off when nothing happened */
	uint64_t look_at_us; /* CLOCK_BOOTTIME of the look that is under way */
	char why_look[160]; /* what it is for; "": none is under way */
	bool why_happened; /* that is an event */
	bool look_all; /* the next look is at everything */
	bool looking_on; /* none was yet, or the last one found something, or could not tell */
	unsigned int in_the_way; /* looks in a row that met somebody in the middle of a change */
	uint64_t looked_us; /* CLOCK_BOOTTIME of the end of the last look */
	struct pause pause; /* between looks */
	unsigned int steer_looks; /* left, for servers that listen and are not ready yet */
	struct portwatch ports;
	struct growthwatch growth;
};

/* Looks soon, because of @event; as wake_look. Nothing when nothing is held. */
void daemon_look(void *arg, const char *event, bool all);
/* Tells systemd (STATUS=) what it is doing. */
void daemon_status(struct daemon *d);
/* One attempt to do what the configuration says, at the @start or later; never ends the service. */
void daemon_act(struct daemon *d, bool start);
/* Loads the kernel module where the configuration wants it. */
void daemon_module(struct daemon *d);
/* What the configuration says of the health answer and of spot notices. */
void daemon_watches(struct daemon *d);
/* Does what a request says, for @who; as control_do. A CODE_*. */
int daemon_do_for(void *arg, struct json_object *json, const char *who);

#endif /* NETLANE_CMD_DAEMON_H */
