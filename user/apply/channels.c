// SPDX-License-Identifier: GPL-2.0
/*
 * Active queue pairs, ethtool -L combined. The rule: other counts than
 * combined are kept as they are. The driver rewrites IRQ affinity and XPS with
 * every change of it; who calls puts them back.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <linux/ethtool.h>

#include "apply/knobs.h"
#include "base/ethtool.h"
#include "base/text.h"

/* ioctl(2) tells of this node only; a replaced root has no channels. */
static int channels_get(const char *root, const char *ifname, struct ethtool_channels *ch,
			struct err *err)
{
	int ret = -EOPNOTSUPP;

	memset(ch, 0, sizeof(*ch));
	ch->cmd = ETHTOOL_GCHANNELS;
	if (!root || !strcmp(root, "/"))
		ret = ethtool_call(ifname, ch);
	if (ret && ret != -EOPNOTSUPP)
		return err_set(err, ret, "the channels cannot be read: %s", strerror(-ret));
	return ret;
}

static int channels_read(const char *root, const struct knob *knob, const char *ifname,
			 char **value, struct err *err)
{
	struct ethtool_channels ch;
	char text[16];
	int ret = channels_get(root, ifname, &ch, err);

	if (ret == -EOPNOTSUPP || (!ret && !ch.combined_count))
		return knob_value(value, KNOB_ABSENT, err);
	if (ret)
		return ret;
	(void)snprintf(text, sizeof(text), "%u", ch.combined_count); /* fits */
	return knob_value(value, text, err);
}

/* The kernel says EINVAL to all of these. */
static int refusal_tell(const char *ifname, const struct ethtool_channels *ch, int ret,
			struct err *err)
{
	unsigned int highest;

	if (ret == -EINVAL && !rss_highest(ifname, &highest) && highest >= ch->combined_count)
		return err_set(
			err, ret,
			"%u channels are refused: the RSS table, set by somebody, uses queue "
			"%u; ethtool -X %s default, then again",
			ch->combined_count, highest, ifname);
	return err_set(
		err, ret, "%u channels are refused: %s%s", ch->combined_count, strerror(-ret),
		ret == -EINVAL ? " (the driver refuses while an XDP program is loaded)" : "");
}

static int channels_write(const char *root, const struct knob *knob, const char *ifname,
			  const char *value, struct err *err)
{
	struct ethtool_channels ch;
	unsigned long wanted;
	int ret;

	if (text_uint(value, 1, UINT_MAX, &wanted))
		return err_set(err, -EINVAL, "%s is no number of channels", value);
	ret = channels_get(root, ifname, &ch, err);
	if (ret)
		return err_set(err, ret, "the driver has no channels to set");
	ch.cmd = ETHTOOL_SCHANNELS;
	ch.combined_count = (unsigned int)wanted;
	ret = ethtool_call(ifname, &ch);
	return ret ? refusal_tell(ifname, &ch, ret, err) : 0;
}

const struct knob_ops channels_ops = {
	.read = channels_read,
	.write = channels_write,
};
