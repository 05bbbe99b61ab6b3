/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talking to netlane.ko's keeper, which puts masks back after virtio-net's own
 * rewrites (kmod/uapi.h tells what it promises). The rule: nothing here loads
 * the module; where it is not, everything is -ENOENT and the caller does the
 * work itself. All calls are synchronous and take microseconds, but a SET may
 * wait for a CPU hotplug or a channel change that is under way.
 */
#ifndef NETLANE_APPLY_KEEPER_H
#define NETLANE_APPLY_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpumask.h"
#include "base/err.h"
#include "kmod/uapi.h"

/*
 * What is to be kept of one queue pair. An empty mask is not kept; an interrupt
 * is this boot's number, <= 0: the queue has none of its own.
 */
struct keeper_queue {
	struct cpumask xps;
	int in_irq;
	struct cpumask in;
	int out_irq;
	struct cpumask out;
};

/* Since the module was loaded, or since the device's first SET. */
struct keeper_counts {
	uint64_t rewrites; /* writes of the driver that were seen */
	uint64_t put_back; /* masks */
	uint64_t left_out; /* masks */
	uint64_t failures; /* masks */
};

struct keeper_state {
	/*
	 * false: it keeps nothing, do all of it yourself; true: still look now and
	 * then, a compiler may have hidden one way to the driver's function from it
	 */
	bool has_rewrite_probe;
	bool has_irq_affinity; /* false: it keeps XPS only */
	bool has_events;
	unsigned int nr_devices;
	uint64_t missed; /* rewrites that the probe had no room for: look for yourself */
	struct keeper_counts counts;
};

struct keeper_event {
	enum netlane_cmd cmd; /* NETLANE_CMD_REWRITTEN or NETLANE_CMD_LEFT */
	unsigned int ifindex;
	enum netlane_reason reason;
	unsigned int put_back, left_out, failures; /* masks */
	int error; /* errno of the first failure, or 0 */
};

/* Is the module there (and visible: initial network namespace)? Needs no privilege. */
bool keeper_present(void);

/* 0; -ENOENT: not loaded; -EPERM. */
int keeper_get(struct keeper_state *state, struct err *err);
/* The counters of one device; -ENODEV: nothing is kept for it. */
int keeper_get_device(unsigned int ifindex, struct keeper_counts *counts, struct err *err);

/*
 * Replaces what is kept of @ifindex by @queue[0..@nr_queues), which is for
 * exactly that number of active queues. Changes no mask by itself. Interrupts
 * are left out where the module cannot set them (has_irq_affinity). 0 or
 * -errno with the module's own sentence: -ENOENT not loaded, -EOPNOTSUPP it
 * cannot see this driver's rewrites, -ENODEV, -EINVAL, -ERANGE.
 */
int keeper_set(unsigned int ifindex, const struct keeper_queue *queue, unsigned int nr_queues,
	       struct err *err);
/* Forgets what is kept of @ifindex, 0: of all. 0 also when nothing was kept. */
int keeper_clear(unsigned int ifindex, struct err *err);

/*
 * A file descriptor that becomes readable when there is an event; close(2) it.
 * -ENOENT: not loaded, or it has no events; -EPERM. It goes silent with rmmod:
 * open again when the module is back.
 */
int keeper_events_open(struct err *err);
/*
 * The next event. 1: *event is set; 0: none is waiting; -ENOBUFS: some were
 * lost, look at the knobs for yourself; else -errno.
 */
int keeper_events_read(int fd, struct keeper_event *event);

/* "offline", "queue-count", ..: the word of a reason, for people and JSON. */
const char *keeper_reason(enum netlane_reason reason);

#endif /* NETLANE_APPLY_KEEPER_H */
