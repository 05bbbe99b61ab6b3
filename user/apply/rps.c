// SPDX-License-Identifier: GPL-2.0
/*
 * Receive packet and flow steering: rx-N/rps_cpus, rx-N/rps_flow_cnt and the
 * node-wide flow table. The rule: the kernel forgets the first two when it
 * takes the queue away, and starts a new queue with its own default.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/knobs.h"

#define SOCK_FLOW_PATH "/proc/sys/net/core/rps_sock_flow_entries"
#define DEFAULT_MASK_PATH "/proc/sys/net/core/rps_default_mask" /* 6.12 and later */

static void rps_path(const struct knob *knob, const char *ifname, char path[128])
{
	(void)snprintf(path, 128, "/sys/class/net/%s/queues/rx-%u/%s", ifname, knob->queue,
		       knob->kind == KNOB_RPS ? "rps_cpus" : "rps_flow_cnt"); /* fits */
}

static int rps_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		    struct err *err)
{
	char path[128];

	rps_path(knob, ifname, path);
	return knob->kind == KNOB_RPS ? knob_read_mask(root, path, value, err) :
					knob_read_number(root, path, value, err);
}

static int rps_write(const char *root, const struct knob *knob, const char *ifname,
		     const char *value, struct err *err)
{
	char path[128];

	rps_path(knob, ifname, path);
	return knob_write_file(root, path, value, err);
}

static int rps_fallback(const char *root, const struct knob *knob, const char *ifname, char **value,
			struct err *err)
{
	int ret = knob_read_mask(root, DEFAULT_MASK_PATH, value, err);

	if (ret || strcmp(*value, KNOB_ABSENT))
		return ret;
	(*value)[0] = '0';
	return 0;
}

static int rps_flow_fallback(const char *root, const struct knob *knob, const char *ifname,
			     char **value, struct err *err)
{
	return knob_value(value, "0", err);
}

static int sock_flow_read(const char *root, const struct knob *knob, const char *ifname,
			  char **value, struct err *err)
{
	return knob_read_number(root, SOCK_FLOW_PATH, value, err);
}

static int sock_flow_write(const char *root, const struct knob *knob, const char *ifname,
			   const char *value, struct err *err)
{
	return knob_write_file(root, SOCK_FLOW_PATH, value, err);
}

const struct knob_ops rps_ops = {
	.read = rps_read,
	.write = rps_write,
	.fallback = rps_fallback,
};

const struct knob_ops rps_flow_ops = {
	.read = rps_read,
	.write = rps_write,
	.fallback = rps_flow_fallback,
};

const struct knob_ops rps_sock_flow_ops = {
	.read = sock_flow_read,
	.write = sock_flow_write,
};
