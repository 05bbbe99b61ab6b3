// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPUs a queue's interrupt may go to, /proc/irq/N/smp_affinity. The
 * rule: the number is looked up anew each time, it is this boot's only.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/knobs.h"
#include "base/nicdev.h"

/* -ENOENT: the queue has no interrupt of its own. */
static int irq_path(const char *root, const struct knob *knob, const char *ifname, char path[64],
		    struct err *err)
{
	struct nicdev_irqs irqs;
	int number = -1, ret;

	ret = nicdev_irqs(root, ifname, &irqs);
	if (ret)
		return err_set(err, ret, "its interrupts cannot be read: %s", strerror(-ret));
	if (knob->queue < irqs.nr)
		number = (knob->kind == KNOB_IRQ_IN ? irqs.in : irqs.out)[knob->queue];
	nicdev_irqs_free(&irqs);
	if (number < 0)
		return -ENOENT;
	(void)snprintf(path, 64, "/proc/irq/%d/smp_affinity", number); /* fits */
	return 0;
}

static int irq_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		    struct err *err)
{
	char path[64];
	int ret = irq_path(root, knob, ifname, path, err);

	if (ret == -ENOENT)
		return knob_value(value, KNOB_ABSENT, err);
	return ret ? ret : knob_read_mask(root, path, value, err);
}

static int irq_write(const char *root, const struct knob *knob, const char *ifname,
		     const char *value, struct err *err)
{
	char path[64];
	int ret = irq_path(root, knob, ifname, path, err);

	if (ret)
		return err_set(err, ret, "the queue has no interrupt of its own");
	return knob_write_file(root, path, value, err);
}

static int irq_fallback(const char *root, const struct knob *knob, const char *ifname, char **value,
			struct err *err)
{
	return knob_driver_mask(root, ifname, knob->queue, value, err);
}

const struct knob_ops irq_ops = {
	.read = irq_read,
	.write = irq_write,
	.fallback = irq_fallback,
};
