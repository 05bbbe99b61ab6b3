/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes the service look: links and addresses (rtnetlink), channels and
 * rings (ethtool's notifications), devices and CPUs (uevents), who touches a
 * knob (blame), the kernel module, jumps of the clock, and a sweep. Each is
 * optional: what this kernel has not is said, and the sweep finds it.
 */
#ifndef NETLANE_CMD_WAKE_H
#define NETLANE_CMD_WAKE_H

#include <systemd/sd-event.h>

#include "observe/blame.h"

/* @event: a few words, for the log. @all: what changed may be what no event tells of. */
typedef void (*wake_look)(void *arg, const char *event, bool all);
typedef void (*wake_blame)(void *arg, const struct blame *blame);
/* A server began to listen on @port in a group (SO_REUSEPORT), @here or in another network namespace. */
typedef void (*wake_listens)(void *arg, unsigned int port, bool here);

struct wake;

/* Opens what there is. Never fails but for memory: NULL. */
struct wake *wake_open(sd_event *event, unsigned int sweep_s, wake_look look, wake_blame blame,
		       wake_listens listens, void *arg);
void wake_close(struct wake *wake);
/* Another interval, 0: no sweep. */
void wake_sweep(struct wake *wake, unsigned int sweep_s);
/* The module came or went. */
void wake_module(struct wake *wake, bool there);
/* Reads the touches that wait now, before somebody is to be named. */
void wake_read_blame(void *wake);
/* By what touches are seen, "fexit" for most, in words; what is not seen is named. */
void wake_ways(const struct wake *wake, struct text *t);

#endif /* NETLANE_CMD_WAKE_H */
