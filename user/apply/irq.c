// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPUs a queue's interrupt may go to, /proc/irq/N/smp_affinity. The
 * rule: a number is this boot's only; one that was found earlier is used when
 * the interrupt still has the queue's name.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "apply/knobs.h"
#include "base/files.h"
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

static bool is_still(const char *root, const struct knob *knob, const char *ifname, int number)
{
	char device[PATH_MAX], name[64], actions[256];

	if (strcmp(ifname, last.ifname) || number < 0 ||
	    file_link(root, device, sizeof(device), "/sys/class/net/%s/device", ifname) ||
	    file_read(root, actions, sizeof(actions), "/sys/kernel/irq/%d/actions", number))
		return false;
	(void)snprintf(name, sizeof(name), "%.32s-%s.%u",
		       strrchr(device, '/') ? strrchr(device, '/') + 1 : device,
		       knob->kind == KNOB_IRQ_IN ? "input" : "output", knob->queue);
	return !strcmp(text_trim(actions), name);
}

/* -ENOENT: the queue has no interrupt of its own. */
static int irq_path(const char *root, const struct knob *knob, const char *ifname, char path[64],
		    struct err *err)
{
	int number = number_of(knob), ret;

	if (!is_still(root, knob, ifname, number)) {
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
