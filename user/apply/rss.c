// SPDX-License-Identifier: GPL-2.0
/*
 * The receive hash's indirection table, ethtool -X. The rule: a table that is
 * what the driver makes of the present channels is written as "default", so
 * that it does not stand as somebody's own and block a later ethtool -L.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/knobs.h"
#include "base/ethtool.h"
#include "base/rss.h"
#include "base/text.h"

#define EQUAL "equal "
#define TABLE_MAX 65536 /* far above any device */

int rss_highest(const char *ifname, unsigned int *queue)
{
	struct ethtool_rxfh_indir *table;
	unsigned int i;
	int ret = ethtool_rss(ifname, &table);

	*queue = 0;
	for (i = 0; !ret && i < table->size; i++)
		if (table->ring_index[i] > *queue)
			*queue = table->ring_index[i];
	free(table);
	return ret;
}

int rss_default(const char *ifname, struct err *err)
{
	struct ethtool_rxfh_indir reset = { .cmd = ETHTOOL_SRXFHINDIR };
	int ret = ethtool_call(ifname, &reset);

	return ret ? err_set(err, ret, "the default table is refused: %s", strerror(-ret)) : 0;
}

static int rss_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		    struct err *err)
{
	struct ethtool_rxfh_indir *table = NULL;
	int ret = -EOPNOTSUPP;

	if (!root || !strcmp(root, "/"))
		ret = ethtool_rss(ifname, &table);
	if (ret == -EOPNOTSUPP)
		return knob_value(value, KNOB_ABSENT, err);
	if (ret)
		return err_set(err, ret, "the RSS table cannot be read: %s", strerror(-ret));
	*value = rss_text(table->ring_index, table->size);
	free(table);
	return *value ? 0 : err_set(err, -ENOMEM, "out of memory");
}

/* "equal N" or one queue for each of the table's entries. */
static int table_parse(const char *value, struct ethtool_rxfh_indir *table, struct err *err)
{
	unsigned long n;
	unsigned int i;
	char *end;

	if (!strncmp(value, EQUAL, strlen(EQUAL))) {
		if (text_uint(value + strlen(EQUAL), 1, TABLE_MAX, &n))
			return err_set(err, -EINVAL, "%.80s is no RSS table", value);
		for (i = 0; i < table->size; i++)
			table->ring_index[i] = i % (unsigned int)n;
		return 0;
	}
	for (i = 0; i < table->size; i++) {
		errno = 0;
		n = strtoul(value, &end, 10);
		if (end == value || errno || n >= TABLE_MAX)
			break;
		table->ring_index[i] = (unsigned int)n;
		value = end;
	}
	if (i < table->size || value[strspn(value, " ")])
		return err_set(err, -EINVAL, "the device's RSS table has %u entries, not these",
			       table->size);
	return 0;
}

static int rss_fallback(const char *root, const struct knob *knob, const char *ifname, char **value,
			struct err *err)
{
	unsigned int channels, highest;
	char text[24];

	if ((root && strcmp(root, "/")) || rss_highest(ifname, &highest) ||
	    knob_channels(root, ifname, &channels))
		return -ENOTSUP;
	(void)snprintf(text, sizeof(text), EQUAL "%u", channels); /* fits */
	return knob_value(value, text, err);
}

static int rss_reset(const char *root, const struct knob *knob, const char *ifname, struct err *err)
{
	return rss_default(ifname, err);
}

static int rss_write(const char *root, const struct knob *knob, const char *ifname,
		     const char *value, struct err *err)
{
	struct ethtool_rxfh_indir *table;
	char *own = NULL;
	int ret;

	ret = ethtool_rss(ifname, &table);
	if (ret)
		return err_set(err, ret, "the RSS table cannot be set: %s",
			       ret == -EOPNOTSUPP ? "the device offers none" : strerror(-ret));
	if (!rss_fallback(root, knob, ifname, &own, NULL) && !strcmp(own, value)) {
		ret = rss_default(ifname, err);
		goto free_table;
	}
	ret = table_parse(value, table, err);
	if (ret)
		goto free_table;
	table->cmd = ETHTOOL_SRXFHINDIR;
	ret = ethtool_call(ifname, table);
	if (ret)
		(void)err_set(err, ret, "the RSS table %.80s is refused: %s", value,
			      strerror(-ret));
free_table:
	free(table);
	free(own);
	return ret;
}

const struct knob_ops rss_ops = {
	.read = rss_read,
	.write = rss_write,
	.reset = rss_reset,
	.fallback = rss_fallback,
};
