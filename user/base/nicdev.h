/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a NIC is in sysfs: from its lasting names (bus path and MAC) to this
 * boot's interface name, and to the interrupts of its queues. Used by facts to
 * read and by apply to write, so that both mean the same file.
 */
#ifndef NETLANE_BASE_NICDEV_H
#define NETLANE_BASE_NICDEV_H

#include <stdbool.h>

#include "base/err.h"
#include "types.h"

/* Bus path of interface @ifname ("" if it has no device), or -errno. */
int nicdev_bus(const char *root, const char *ifname, char bus[BUS_LEN]);
/*
 * Finds the interface at @bus with @mac, its present address or the device's
 * own: 0, -ENODEV, or -EXDEV when it is in another network namespace, with a
 * sentence. Two interfaces may share a bus path (SR-IOV representors), hence
 * the MAC.
 */
int nicdev_find(const char *root, const char *bus, const char *mac, char ifname[IFNAME_LEN],
		struct err *err);
/*
 * The first interface with a device that has or had from the start @mac, one
 * that is part of another (a VF, a bond's) only where there is no other;
 * -ENODEV, quietly.
 */
int nicdev_of_mac(const char *root, const char *mac, char ifname[IFNAME_LEN]);

/* The interrupts of a NIC's queues. */
struct nicdev_irqs {
	enum vectors vectors;
	unsigned int nr; /* queue pairs seen */
	int *in; /* interrupt of input queue i, -1 none */
	int *out;
};

/*
 * Interrupts by their names in /proc/interrupts: virtioN-input.M and
 * virtioN-output.M; virtioN-virtqueues (one vector of MSI-X) and virtioN alone
 * (a line interrupt, maybe shared with other devices) mean that all queues
 * share one. Other drivers' names are not known: no interrupts, vectors
 * unknown. 0, or -ENODEV where the interface has no device, -ENOMEM; an
 * interface without readable interrupts is 0 and empty. Freed by
 * nicdev_irqs_free().
 */
int nicdev_irqs(const char *root, const char *ifname, struct nicdev_irqs *irqs);
/* The same from the text of /proc/interrupts (NULL: none), for who asks for many NICs. */
int nicdev_irqs_parse(const char *root, const char *ifname, const char *interrupts,
		      struct nicdev_irqs *irqs);
void nicdev_irqs_free(struct nicdev_irqs *irqs);
/* Is @number the interrupt of that queue, by the name that it has now? */
bool nicdev_irq_is(const char *root, const char *ifname, int number, bool in, unsigned int queue);

#endif /* NETLANE_BASE_NICDEV_H */
