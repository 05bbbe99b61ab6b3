// SPDX-License-Identifier: GPL-2.0
/*
 * The file that has NetworkManager leave a NIC alone. The rule: written means
 * that a running NetworkManager has read it and let the NIC go, and that the
 * NIC still has what it had: up to now NetworkManager sets a NIC that it had
 * down as it lets it go, and takes its addresses and routes with it.
 */
#include <signal.h>
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

/* What NetworkManager may have taken away by then is put back, however the telling ended. */
static int tell_and_put(const char *ifname, const struct nicsave *save, struct err *err)
{
	int ret = nmbus_reload(ifname, err), put;

	put = nicsave_put(save, ret ? NULL : err);
	return ret ? ret : put;
}

static int taken_away(const char *root, const struct knob *knob, const char *value,
		      const char *ifname, struct err *err)
{
	struct nicsave save;
	sigset_t late, was;
	int ret;

	/* the login that this cuts off hangs up: not before all is back */
	(void)sigemptyset(&late);
	(void)sigaddset(&late, SIGINT);
	(void)sigaddset(&late, SIGTERM);
	(void)sigaddset(&late, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &late, &was);
	ret = nicsave_take(ifname, &save, err);
	if (!ret)
		ret = nmconf_write(root, knob->mac, value, err);
	if (!ret)
		ret = tell_and_put(ifname, &save, err);
	nicsave_free(&save);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
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
