// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPUs (or receive queues) transmit by a queue: tx-N/xps_cpus and
 * tx-N/xps_rxqs. The rule: on a NIC with one queue the files are there, but
 * ENOENT to read; that is absent, too.
 */
#include <errno.h>
#include <stdio.h>

#include "apply/knobs.h"

static void xps_path(const struct knob *knob, const char *ifname, char path[128])
{
	(void)snprintf(path, 128, "/sys/class/net/%s/queues/tx-%u/%s", ifname, knob->queue,
		       knob->kind == KNOB_XPS ? "xps_cpus" : "xps_rxqs"); /* fits */
}

static int xps_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		    struct err *err)
{
	char path[128];

	xps_path(knob, ifname, path);
	return knob_read_mask(root, path, value, err);
}

static int xps_write(const char *root, const struct knob *knob, const char *ifname,
		     const char *value, struct err *err)
{
	char path[128];

	xps_path(knob, ifname, path);
	return knob_write_file(root, path, value, err);
}

static int xps_fallback(const char *root, const struct knob *knob, const char *ifname, char **value,
			struct err *err)
{
	return knob_driver_mask(root, ifname, knob->queue, value, err);
}

static int xps_rxqs_fallback(const char *root, const struct knob *knob, const char *ifname,
			     char **value, struct err *err)
{
	return knob_value(value, "0", err);
}

const struct knob_ops xps_ops = {
	.read = xps_read,
	.write = xps_write,
	.fallback = xps_fallback,
};

const struct knob_ops xps_rxqs_ops = {
	.read = xps_read,
	.write = xps_write,
	.fallback = xps_rxqs_fallback,
};
