// SPDX-License-Identifier: GPL-2.0
/* The table of knobs, and what several kinds need; see knob.h. */
#include "apply/knob.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "apply/knobs.h"
#include "base/driver.h"
#include "base/files.h"
#include "base/names.h"
#include "base/nicdev.h"
#include "base/nmconf.h"
#include "base/step.h"

static const struct knob_ops *const ops_of[KNOB_COUNT] = {
	[KNOB_IRQBALANCE] = &irqbalance_ops,
	[KNOB_CHANNELS] = &channels_ops,
	[KNOB_RSS] = &rss_ops,
	[KNOB_IRQ_IN] = &irq_ops,
	[KNOB_IRQ_OUT] = &irq_ops,
	[KNOB_XPS_RXQS] = &xps_rxqs_ops,
	[KNOB_XPS] = &xps_ops,
	[KNOB_RPS_SOCK_FLOW] = &rps_sock_flow_ops,
	[KNOB_RPS] = &rps_ops,
	[KNOB_RPS_FLOW] = &rps_flow_ops,
	[KNOB_ROUTE] = &route_ops,
	[KNOB_RULE] = &rule_ops,
	[KNOB_NM] = &nm_ops,
	[KNOB_PIN] = &pin_ops,
	[KNOB_STEER] = &steer_ops,
	[KNOB_DRAIN] = &drain_ops,
	[KNOB_BIND] = &bind_ops,
};

/* Routes and files find their NIC themselves: that it is gone is an answer there, no error. */
static bool is_node_wide(const struct knob *knob)
{
	return knob->kind == KNOB_IRQBALANCE || knob->kind == KNOB_RPS_SOCK_FLOW ||
	       knob_is_of_servers(knob->kind) || knob->kind == KNOB_DRAIN ||
	       knob_comes_and_goes(knob->kind);
}

/* This boot's interface name of the knob's NIC; "" for a knob of the whole node. */
static int knob_ifname(const char *root, const struct knob *knob, char ifname[IFNAME_LEN],
		       struct err *err)
{
	ifname[0] = 0;
	if (is_node_wide(knob))
		return 0;
	return nicdev_find(root, knob->bus, knob->mac, ifname, err);
}

/* Puts the knob before the sentence: "eth0 xps tx-3: ". */
static int named(int ret, const struct knob *knob, const char *ifname, struct err *err)
{
	char label[160];

	if (!ret || !err || !err->text[0])
		return ret;
	knob_label(knob, ifname, label, sizeof(label));
	err_prefix(err, "%s: ", label);
	return ret;
}

int knob_read(const char *root, const struct knob *knob, char **value, struct err *err)
{
	const struct knob_ops *ops = ops_of[knob->kind];
	char ifname[IFNAME_LEN];
	int ret;

	*value = NULL;
	ret = knob_ifname(root, knob, ifname, err);
	if (ret)
		return ret;
	return named(ops->read(root, knob, ifname, value, err), knob, ifname, err);
}

/* What must be writable for a kind; NULL: it is not set by a file. */
static const char *const tree_of[KNOB_COUNT] = {
	[KNOB_IRQ_IN] = "/proc/irq",
	[KNOB_IRQ_OUT] = "/proc/irq",
	[KNOB_XPS_RXQS] = "/sys/class/net",
	[KNOB_XPS] = "/sys/class/net",
	[KNOB_RPS] = "/sys/class/net",
	[KNOB_RPS_FLOW] = "/sys/class/net",
	[KNOB_RPS_SOCK_FLOW] = "/proc/sys/net/core",
	[KNOB_NM] = NMCONF_ETC,
};

int knob_may_write(const char *root, const struct knob *knob, struct err *err)
{
	const char *tree = tree_of[knob->kind];
	char path[PATH_MAX];
	struct statvfs fs;

	if (!tree)
		return 0;
	(void)snprintf(path, sizeof(path), "%s%s", root && strcmp(root, "/") ? root : "", tree);
	if (statvfs(path, &fs) || !(fs.f_flag & ST_RDONLY))
		return 0; /* what else is wrong is said when it is written */
	return err_set(err, -EROFS,
		       "%s is mounted read-only: %s cannot be set, nothing was changed", tree,
		       knob_names[knob->kind]);
}

int knob_write(const char *root, const struct knob *knob, const char *value, struct err *err)
{
	const struct knob_ops *ops = ops_of[knob->kind];
	char ifname[IFNAME_LEN];
	int ret;

	ret = knob_ifname(root, knob, ifname, err);
	if (ret)
		return ret;
	return named(ops->write(root, knob, ifname, value, err), knob, ifname, err);
}

int knob_reset(const char *root, const struct knob *knob, struct err *err)
{
	const struct knob_ops *ops = ops_of[knob->kind];
	char ifname[IFNAME_LEN], *value = NULL;
	int ret;

	ret = knob_ifname(root, knob, ifname, err);
	if (ret)
		return ret;
	if (ops->reset)
		return named(ops->reset(root, knob, ifname, err), knob, ifname, err);
	ret = ops->fallback ? ops->fallback(root, knob, ifname, &value, err) : -ENOTSUP;
	if (!ret)
		ret = ops->write(root, knob, ifname, value, err);
	else if (ret == -ENOTSUP)
		(void)err_set(err, ret, "the driver has no default of its own for it");
	free(value);
	return named(ret, knob, ifname, err);
}

int knob_default(const char *root, const struct knob *knob, char **value, struct err *err)
{
	const struct knob_ops *ops = ops_of[knob->kind];
	char ifname[IFNAME_LEN];
	int ret;

	*value = NULL;
	ret = knob_ifname(root, knob, ifname, err);
	if (ret)
		return ret;
	ret = ops->fallback ? ops->fallback(root, knob, ifname, value, err) : -ENOTSUP;
	if (ret == -ENOTSUP)
		return knob_value(value, KNOB_ABSENT, err);
	return named(ret, knob, ifname, err);
}

static int online_read(const char *root, struct cpumask *online)
{
	char list[CPUMASK_TEXT_LEN];
	int ret = file_read(root, list, sizeof(list), "/sys/devices/system/cpu/online");

	return ret ? ret : cpumask_parse_list(list, online);
}

int knob_online(const char *root, char **value, struct err *err)
{
	char text[CPUMASK_TEXT_LEN];
	struct cpumask online;
	int ret = online_read(root, &online);

	*value = NULL;
	if (ret)
		return err_set(err, ret, "the online CPUs cannot be read: %s", strerror(-ret));
	(void)cpumask_format_hex(&online, text, sizeof(text)); /* always fits */
	return knob_value(value, text, err);
}

bool knob_is(const char *root, enum knob_kind kind, const char *now, const char *wanted)
{
	struct cpumask online, a, b;

	if (!strcmp(now, wanted))
		return true;
	if (kind != KNOB_XPS && kind != KNOB_RPS)
		return false;
	if (cpumask_parse_hex(now, &a) || cpumask_parse_hex(wanted, &b) ||
	    online_read(root, &online))
		return false;
	cpumask_and(&b, &b, &online);
	return cpumask_equal(&a, &b);
}

bool knob_is_ours(const char *root, enum knob_kind kind, const char *now, const char *ours)
{
	const struct knob_ops *ops = ops_of[kind];

	return knob_is(root, kind, now, ours) || (ops->is_ours && ops->is_ours(now, ours));
}

/* ------------------------------------------------------------- for the kinds */

int knob_value(char **out, const char *value, struct err *err)
{
	*out = strdup(value);
	return *out ? 0 : err_set(err, -ENOMEM, "out of memory");
}

/* As file_read(), but an interrupted system call is made again a few times. */
static int path_read(const char *root, const char *path, char *buf, size_t len)
{
	int ret, tries = 10;

	do {
		ret = file_read(root, buf, len, "%s", path);
	} while (ret == -EINTR && --tries);
	return ret;
}

int knob_read_mask(const char *root, const char *path, char **value, struct err *err)
{
	char text[CPUMASK_TEXT_LEN];
	struct cpumask mask;
	int ret;

	ret = path_read(root, path, text, sizeof(text));
	if (ret == -ENOENT)
		return knob_value(value, KNOB_ABSENT, err);
	if (!ret)
		ret = cpumask_parse_hex(text, &mask);
	if (ret)
		return err_set(err, ret, "%s cannot be read: %s", path, strerror(-ret));
	(void)cpumask_format_hex(&mask, text, sizeof(text)); /* always fits */
	return knob_value(value, text, err);
}

int knob_read_number(const char *root, const char *path, char **value, struct err *err)
{
	unsigned long number;
	char text[32];
	int ret;

	ret = path_read(root, path, text, sizeof(text));
	if (ret == -ENOENT)
		return knob_value(value, KNOB_ABSENT, err);
	if (!ret)
		ret = text_uint(text, 0, ULONG_MAX, &number);
	if (ret)
		return err_set(err, ret, "%s cannot be read: %s", path, strerror(-ret));
	return knob_value(value, text, err);
}

int knob_write_file(const char *root, const char *path, const char *value, struct err *err)
{
	int ret, tries = 10;

	do {
		ret = file_write(root, value, "%s", path);
	} while (ret == -EINTR && --tries);
	if (ret)
		return err_set(err, ret, "writing %.80s to %s: %s", value, path, strerror(-ret));
	return 0;
}

int knob_channels(const char *root, const char *ifname, unsigned int *nr)
{
	unsigned int i, nr_names;
	char **names;
	int ret;

	*nr = 0;
	ret = files_list(root, &names, &nr_names, "/sys/class/net/%s/queues", ifname);
	if (ret)
		return ret;
	for (i = 0; i < nr_names; i++)
		*nr += !strncmp(names[i], "rx-", strlen("rx-"));
	files_free(names, nr_names);
	return 0;
}

int knob_driver_mask(const char *root, const char *ifname, unsigned int queue, char **value,
		     struct err *err)
{
	char link[PATH_MAX], text[CPUMASK_TEXT_LEN];
	struct cpumask online, mask;
	unsigned int channels;
	const char *name;
	int ret;

	ret = file_link(root, link, sizeof(link), "/sys/class/net/%s/device/driver", ifname);
	if (ret)
		return -ENOTSUP;
	name = strrchr(link, '/');
	if (strcmp(name ? name + 1 : link, "virtio_net"))
		return -ENOTSUP;
	ret = knob_channels(root, ifname, &channels);
	if (!ret)
		ret = online_read(root, &online);
	if (ret)
		return err_set(err, ret, "the online CPUs or active queues cannot be read: %s",
			       strerror(-ret));
	if (queue >= channels)
		return -ENOTSUP;
	driver_default_cpus(&online, channels, queue, &mask);
	(void)cpumask_format_hex(&mask, text, sizeof(text)); /* always fits */
	return knob_value(value, text, err);
}

int knob_rss_highest(const char *root, const struct knob *knob, unsigned int *queue)
{
	char ifname[IFNAME_LEN];
	int ret;

	*queue = 0;
	if (root && strcmp(root, "/"))
		return -ENOTSUP;
	ret = knob_ifname(root, knob, ifname, NULL);
	return ret ? ret : rss_highest(ifname, queue);
}
