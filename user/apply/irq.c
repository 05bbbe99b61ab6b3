// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPUs a queue's interrupt may go to, /proc/irq/N/smp_affinity. The
 * rule: a number is this boot's only; one that was found earlier is used when
 * the interrupt still has the queue's name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/knobs.h"
#include "base/nicdev.h"
#include "base/text.h"

/*
 * The NIC that was asked for last. /proc/interrupts has a column for each CPU
 * and a row for each interrupt: too long to be read for each of 128 knobs.
 */
static struct {
	char ifname[IFNAME_LEN];
	struct nicdev_irqs irqs;
} last;

static int number_of(const struct knob *knob)
{
	if (knob->queue >= last.irqs.nr)
		return -1;
	return (knob->kind == KNOB_IRQ_IN ? last.irqs.in : last.irqs.out)[knob->queue];
}

/* -ENOENT: the queue has no interrupt of its own. */
static int irq_path(const char *root, const struct knob *knob, const char *ifname, char path[64],
		    struct err *err)
{
	int number = number_of(knob), ret;

	if (strcmp(ifname, last.ifname) ||
	    !nicdev_irq_is(root, ifname, number, knob->kind == KNOB_IRQ_IN, knob->queue)) {
		nicdev_irqs_free(&last.irqs);
		(void)text_copy(last.ifname, sizeof(last.ifname), ifname); /* it fits */
		ret = nicdev_irqs(root, ifname, &last.irqs);
		if (ret)
			return err_set(err, ret, "its interrupts cannot be read: %s",
				       strerror(-ret));
		number = number_of(knob);
	}
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
