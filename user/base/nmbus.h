/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling a running NetworkManager over D-Bus that its configuration has
 * changed. The rule: it is never started, restarted or stopped, and nothing
 * but its configuration is reloaded.
 */
#ifndef NETLANE_BASE_NMBUS_H
#define NETLANE_BASE_NMBUS_H

#include "base/err.h"

/*
 * Has it read its configuration again. Where @unmanaged names an interface,
 * waits until it has let that one go. 0, also where NetworkManager does not
 * run (it reads the files when it starts) or does not know the interface;
 * -ETIME: it still has the interface; else -errno, with a sentence.
 */
int nmbus_reload(const char *unmanaged, struct err *err);

/*
 * Waits, ten seconds at most, until it is not just bringing @ifname up or taking it down:
 * what the interface has then is what it is to keep. At once where it is not there.
 */
void nmbus_settle(const char *ifname);

#endif /* NETLANE_BASE_NMBUS_H */
