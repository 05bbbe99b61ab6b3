// SPDX-License-Identifier: GPL-2.0
/*
 * The file that has NetworkManager leave a NIC alone. The rule: written means
 * that a running NetworkManager has read it and let the NIC go, and that the
 * NIC still has what it had: up to now NetworkManager sets a NIC that it had
 * down as it lets it go, and takes its addresses and routes with it.
 */
#include <signal.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/knobs.h"
#include "base/fault.h"
#include "base/files.h"
#include "base/nicdev.h"
#include "base/nicleft.h"
#include "base/nicsave.h"
#include "base/nmbus.h"
#include "base/nmconf.h"
#include "base/text.h"

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

	(void)fault_point("with a NIC taken away");
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
	nmbus_settle(ifname);
	ret = nicsave_take(ifname, &save, err);
	if (!ret)
		ret = nicleft_write(&save, err);
	if (!ret)
		ret = nmconf_write(root, knob->mac, value, err);
	if (!ret)
		ret = tell_and_put(ifname, &save, err);
	nicleft_remove(&save);
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

/* Is that file to the byte netlane's? Then it goes: 1, 0 or -errno. */
static int orphan_remove(const char *mac, struct err *err)
{
	char value[NMCONF_VALUE_LEN];
	int ret = nmconf_read("/", mac, value, err);

	if (!ret && strcmp(value, NMCONF_LASTING) && strcmp(value, NMCONF_UNTIL_BOOT))
		return 0;
	if (!ret)
		ret = nmconf_write("/", mac, KNOB_ABSENT, err);
	return ret ? ret : 1;
}

int nm_orphans_remove(struct text *macs, struct err *err)
{
	static const char *const dirs[] = { NMCONF_ETC, NMCONF_RUN };
	unsigned int i, k, nr_name, nr = 0;
	char **names, mac[MAC_LEN];
	int ret = 0, one;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (files_list("/", &names, &nr_name, "%s", dirs[i]))
			continue; /* not there */
		for (k = 0; k < nr_name; k++) {
			if (nmconf_name_parse(names[k], mac))
				continue;
			one = orphan_remove(mac, err);
			if (one > 0)
				text_add(macs, "%s%s", nr++ ? ", " : "", mac);
			else
				ret = ret ? ret : one;
		}
		files_free(names, nr_name);
	}
	if (nr && !ret)
		ret = nmbus_reload(NULL, err);
	return ret ? ret : (int)nr;
}

const struct knob_ops nm_ops = {
	.read = nm_read,
	.write = nm_write,
};
