/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which ports of a network namespace take no new connections. The rule: links
 * and maps are pinned, so that what is in force stays so whatever becomes of
 * netlane, and goes with the pins.
 */
#ifndef NETLANE_APPLY_DRAIN_H
#define NETLANE_APPLY_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/drain_maps.h"
#include "base/err.h"
#include "base/portset.h"

/* Values of KNOB_DRAIN: "open", or one of these and the ports, "refuse 80,8000-8100". */
#define DRAIN_OPEN "open"
#define DRAIN_REFUSE "refuse "
#define DRAIN_DROP "drop "
/*
 * A refusal begins so much later, and until then SYNs are dropped: handshakes by SYN
 * cookies, whose last packet looks for a listener, come to their end. A client sends
 * its SYN again after a second (include/net/tcp.h, TCP_TIMEOUT_INIT).
 */
#define DRAIN_COOKIES_NS 1000000000ULL

/* What is in force, and since then. */
struct drain_now {
	bool active;
	bool drops; /* SYNs are dropped, not refused */
	bool guarded; /* a listener's own filter drops what another sk_lookup program gives it */
	struct portset ports;
	uint64_t refused; /* SYNs, since it began */
	uint64_t dropped;
};

/* Of namespace @netns. 0, -ENOENT: nothing is in force, or -errno with a sentence. */
int drain_read(unsigned int netns, struct drain_now *now, struct err *err);
/* Its maps, pinned, of which it is told. 0, or -ENOENT: not there, or not all of it; -EPERM. */
int drain_maps_open(unsigned int netns, struct drain_maps *maps);
/* Would this kernel do it? 0, or -EOPNOTSUPP or -EPERM with a sentence. */
int drain_possible(bool drops, struct err *err);
/* Removes what a killed netlane left half made, of which nothing was in force. 0 or -errno. */
int drain_mend(unsigned int netns, struct err *err);
/* The same of every namespace: what is in force and no journal knows of is ended as well. */
int drains_end(unsigned int *nr, struct err *err);

#endif /* NETLANE_APPLY_DRAIN_H */
