// SPDX-License-Identifier: GPL-2.0
/* The interrupts that a running irqbalance leaves alone; absent where none runs. */
#include <errno.h>

#include "apply/knobs.h"
#include "base/irqbalance.h"

static int irqbalance_read(const char *root, const struct knob *knob, const char *ifname,
			   char **value, struct err *err)
{
	struct err why = { 0 };
	int ret = irqbalance_get(root, IRQBALANCE_WAIT_MS, value, &why);

	if (ret == -ENOENT)
		return knob_value(value, KNOB_ABSENT, err);
	return ret ? err_set(err, ret, "%s", why.text) : 0;
}

static int irqbalance_write(const char *root, const struct knob *knob, const char *ifname,
			    const char *value, struct err *err)
{
	return irqbalance_set(root, IRQBALANCE_WAIT_MS, value, err);
}

const struct knob_ops irqbalance_ops = {
	.read = irqbalance_read,
	.write = irqbalance_write,
};
