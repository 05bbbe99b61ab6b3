/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which interrupts a running irqbalance leaves alone, over its own socket
 * (/run/irqbalance/irqbalancePID.sock, irqbalance 1.6 and later). A list is
 * IRQ numbers, ascending, by one blank: "24 25", "" for none. The one rule: the
 * daemon is asked, never restarted and never reconfigured on disk.
 *
 * Up to 1.4 the socket is abstract and the question itself overruns a buffer
 * of the daemon as soon as one interrupt is banned: it is not asked.
 */
#ifndef NETLANE_BASE_IRQBALANCE_H
#define NETLANE_BASE_IRQBALANCE_H

#include "base/err.h"

/*
 * The list, heap. -ENOENT: irqbalance does not run; -EOPNOTSUPP: it runs, but
 * has no such socket (too old); -EACCES: not root; -ETIMEDOUT: no answer in
 * @wait_ms. It is deaf for 10 s (its interval) when it scans anew, which it
 * does after every change of the list: who only looks waits little, who
 * changes waits IRQBALANCE_WAIT_MS.
 */
int irqbalance_get(const char *root, unsigned int wait_ms, char **irqs, struct err *err);
/*
 * Replaces the list. -E2BIG: this irqbalance (before 1.9.5) takes no list this
 * long; the list that stood there stands again. Otherwise as irqbalance_get();
 * after -ETIMEDOUT the daemon still takes the list when it hears again.
 */
int irqbalance_set(const char *root, unsigned int wait_ms, const char *irqs, struct err *err);

#define IRQBALANCE_WAIT_MS 30000
#define IRQBALANCE_LOOK_MS 300

#endif /* NETLANE_BASE_IRQBALANCE_H */
