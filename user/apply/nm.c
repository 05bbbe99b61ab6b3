// SPDX-License-Identifier: GPL-2.0
/*
 * The file that has NetworkManager leave a NIC alone. The rule: written means
 * that a running NetworkManager has read it and let the NIC go.
 */
#include <string.h>

#include "apply/knobs.h"
#include "base/nicdev.h"
#include "base/nmbus.h"
#include "base/nmconf.h"

static int nm_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		   struct err *err)
{
	char found[NMCONF_VALUE_LEN];
	int ret = nmconf_read(root, knob->mac, found, err);

	return ret ? ret : knob_value(value, found, err);
}

static int nm_write(const char *root, const struct knob *knob, const char *ifname,
		    const char *value, struct err *err)
{
	bool wanted = strcmp(value, KNOB_ABSENT);
	char its[IFNAME_LEN];
	int ret = nmconf_write(root, knob->mac, value, err);

	if (ret || (root && strcmp(root, "/")))
		return ret;
	/* the NIC may be gone: there is nothing to wait for then */
	if (!wanted || nicdev_of_mac(root, knob->mac, its))
		its[0] = 0;
	return nmbus_reload(its[0] ? its : NULL, err);
}

const struct knob_ops nm_ops = {
	.read = nm_read,
	.write = nm_write,
};
