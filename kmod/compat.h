/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernels, and what vendor kernels leave out.
 * The rule: a feature is probed (a macro here, or a header or Module.symvers
 * in Kbuild), a version is never compared. The rest of the module has no #if
 * but on NETLANE_HAS_*.
 */
#ifndef NETLANE_COMPAT_H
#define NETLANE_COMPAT_H

#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kprobes.h>
#include <linux/msi.h>
#include <linux/ptrace.h>
#include <net/genetlink.h>

/*
 * Who may join the group of events.
 * GENL_MCAST_CAP_NET_ADMIN: 6.7, commit e03781879a0d, and 6.1 by stable.
 * Before it, 5.10's stable has a group take the flag of an operation; there
 * may be neither, and then there is no group.
 * To be dropped with the last kernel that lacks the first.
 */
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define NETLANE_HAS_EVENTS 1
#define NETLANE_MCAST_ADMIN GENL_MCAST_CAP_NET_ADMIN
#elif defined(NETLANE_HAS_MCAST_FLAGS)
#define NETLANE_HAS_EVENTS 1
#define NETLANE_MCAST_ADMIN GENL_UNS_ADMIN_PERM
#else
#define NETLANE_HAS_EVENTS 0
#endif

/*
 * NETLANE_HAS_RESV_START_OP, from Kbuild: 6.1, commit 9c5d03d36251. Commands
 * from that member on are checked strictly; before it there was no choice.
 */

/*
 * The probe: a kretprobe, and the first argument of a function by the
 * architecture's own convention.
 */
#if defined(NETLANE_SYM_register_kretprobe) && defined(CONFIG_KRETPROBES) && \
	defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)
#define NETLANE_HAS_KRETPROBE 1
#else
#define NETLANE_HAS_KRETPROBE 0
#endif

/*
 * irq_set_affinity() is exported since 5.14 (commit 4d80d6ca5d77) and by some
 * stable kernels before; irq_get_irq_data() is there to tell whose it is.
 */
#if defined(NETLANE_SYM_irq_set_affinity) && defined(NETLANE_SYM_irq_get_irq_data) && \
	defined(CONFIG_GENERIC_MSI_IRQ)
#define NETLANE_HAS_IRQ_AFFINITY 1
static inline int compat_irq_set_affinity(unsigned int irq, const struct cpumask *mask)
{
	return irq_set_affinity(irq, mask);
}

/* The device that @irq was allocated for, NULL if it is not a device's MSI. */
static inline struct device *compat_irq_device(unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);
	struct msi_desc *desc = data ? irq_data_get_msi_desc(data) : NULL;

	return desc ? desc->dev : NULL;
}
#else
#define NETLANE_HAS_IRQ_AFFINITY 0
static inline int compat_irq_set_affinity(unsigned int irq, const struct cpumask *mask)
{
	return -EOPNOTSUPP;
}

static inline struct device *compat_irq_device(unsigned int irq)
{
	return NULL;
}
#endif

#endif /* NETLANE_COMPAT_H */
