/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading and writing one knob of the live kernel, by its lasting name. One
 * file a kind; knob.c is the table. Values are canonical text: what knob_read()
 * returns compares as a string with what plan wrote into a step.
 */
#ifndef NETLANE_APPLY_KNOB_H
#define NETLANE_APPLY_KNOB_H

#include "base/err.h"
#include "types.h"

/*
 * The value that stands there, heap; KNOB_ABSENT for a queue or feature that
 * is not there. -ENODEV: the NIC itself is gone.
 */
int knob_read(const char *root, const struct knob *knob, char **value, struct err *err);
/*
 * -EROFS when what holds the knob's file is mounted read-only (a container, a
 * hardened host). Asked before the first change: a channel change needs no
 * file, and could then not be undone in full.
 */
int knob_may_write(const char *root, const struct knob *knob, struct err *err);
/* Writes once. Does not read back: apply and undo do. */
int knob_write(const char *root, const struct knob *knob, const char *value, struct err *err);
/*
 * Gives the knob to the driver: what it would set by itself now (virtio-net's
 * spread of online CPUs over active queues; `ethtool -X default`). -ENOTSUP
 * where the driver has no such thing.
 */
int knob_reset(const char *root, const struct knob *knob, struct err *err);
/* What knob_reset() would leave, heap, without doing it; KNOB_ABSENT if unknown. */
int knob_default(const char *root, const struct knob *knob, char **value, struct err *err);

/*
 * Is @now what a write of @wanted leaves? The same text, or for XPS and RPS
 * masks the same but for CPUs that are offline: the kernel drops those.
 */
bool knob_is(const char *root, enum knob_kind kind, const char *now, const char *wanted);

/* Is @now what became of @ours by itself, and nobody's but netlane's? For an undo. */
bool knob_is_ours(const char *root, enum knob_kind kind, const char *now, const char *ours);

/* One kind of knob; NULL members are -ENOTSUP. */
struct knob_ops {
	int (*read)(const char *root, const struct knob *knob, const char *ifname, char **value,
		    struct err *err);
	int (*write)(const char *root, const struct knob *knob, const char *ifname,
		     const char *value, struct err *err);
	int (*reset)(const char *root, const struct knob *knob, const char *ifname,
		     struct err *err);
	int (*fallback)(const char *root, const struct knob *knob, const char *ifname, char **value,
			struct err *err); /* of knob_default() */
	bool (*is_ours)(const char *now,
			const char *ours); /* of knob_is_ours(), beyond knob_is() */
};

#endif /* NETLANE_APPLY_KNOB_H */
