/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of knob.c's table, and what several of them need. Only apply/ includes it. */
#ifndef NETLANE_APPLY_KNOBS_H
#define NETLANE_APPLY_KNOBS_H

#include "apply/knob.h"

extern const struct knob_ops channels_ops;
extern const struct knob_ops rss_ops;
extern const struct knob_ops irq_ops;
extern const struct knob_ops xps_ops;
extern const struct knob_ops xps_rxqs_ops;
extern const struct knob_ops rps_ops;
extern const struct knob_ops rps_flow_ops;
extern const struct knob_ops rps_sock_flow_ops;
extern const struct knob_ops irqbalance_ops;
extern const struct knob_ops route_ops;
extern const struct knob_ops rule_ops;
extern const struct knob_ops nm_ops;
extern const struct knob_ops pin_ops;
extern const struct knob_ops steer_ops;
extern const struct knob_ops drain_ops;
extern const struct knob_ops bind_ops;

/* A heap copy of @value in *out, for knob_ops.read: 0 or -ENOMEM. */
int knob_value(char **out, const char *value, struct err *err);
/* The file's mask in canonical text; a missing file is KNOB_ABSENT. */
int knob_read_mask(const char *root, const char *path, char **value, struct err *err);
/* The file's number; a missing file is KNOB_ABSENT. */
int knob_read_number(const char *root, const char *path, char **value, struct err *err);
/* One write(2), said when it fails. */
int knob_write_file(const char *root, const char *path, const char *value, struct err *err);
/* Queue pairs that are active, as sysfs shows them. 0 or -errno. */
int knob_channels(const char *root, const char *ifname, unsigned int *nr);
/* The CPUs that virtio-net itself gives @queue; -ENOTSUP: another driver, or not active. */
int knob_driver_mask(const char *root, const char *ifname, unsigned int queue, char **value,
		     struct err *err);

/* The online CPUs as an interrupt's mask, heap. */
int knob_online(const char *root, char **value, struct err *err);

/* As rss_highest(), for the NIC of @knob; -ENOTSUP also under a replaced root. */
int knob_rss_highest(const char *root, const struct knob *knob, unsigned int *queue);

/* The largest queue in @ifname's indirection table; -ENOTSUP where the device offers none. */
int rss_highest(const char *ifname, unsigned int *queue);
/* `ethtool -X default`. */
int rss_default(const char *ifname, struct err *err);

#endif /* NETLANE_APPLY_KNOBS_H */
