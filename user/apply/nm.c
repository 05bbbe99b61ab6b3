// SPDX-License-Identifier: GPL-2.0
/*
 * The file that has NetworkManager leave a NIC alone. The rule: written means
 * that a running NetworkManager has read it and let the NIC go, and that the
 * NIC still has what it had: up to now NetworkManager sets a NIC that it had
 * down as it lets it go, and takes its addresses and routes with it.
 */
#include <string.h>

#include "apply/knobs.h"
#include "base/nicdev.h"
#include "base/nicsave.h"
#include "base/nmbus.h"
#include "base/nmconf.h"

static int nm_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		   struct err *err)
{
	char found[NMCONF_VALUE_LEN];
	int ret = nmconf_read(root, knob->mac, found, err);

	return ret ? ret : knob_value(value, found, err);
}

static int taken_away(const char *root, const struct knob *knob, const char *value,
		      const char *ifname, struct err *err)
{
	struct nicsave save;
	int ret = nicsave_take(ifname, &save, err);

	if (!ret)
		ret = nmconf_write(root, knob->mac, value, err);
	if (!ret)
		ret = nmbus_reload(ifname, err);
	if (!ret)
		ret = nicsave_put(&save, err);
	nicsave_free(&save);
	return ret;
}

static int nm_write(const char *root, const struct knob *knob, const char *ifname,
		    const char *value, struct err *err)
{
	bool wanted = strcmp(value, KNOB_ABSENT), here = !root || !strcmp(root, "/");
	char its[IFNAME_LEN];
	int ret;

	/* of a NIC that is gone there is nothing to take away */
	if (here && wanted && !nicdev_of_mac(root, knob->mac, its))
		return taken_away(root, knob, value, its, err);
	ret = nmconf_write(root, knob->mac, value, err);
	return ret || !here ? ret : nmbus_reload(NULL, err);
}

const struct knob_ops nm_ops = {
	.read = nm_read,
	.write = nm_write,
};
