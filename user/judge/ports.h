/* SPDX-License-Identifier: GPL-2.0 */
/* A census of connections -> when local ports run out, and what would help. Pure. */
#ifndef NETLANE_JUDGE_PORTS_H
#define NETLANE_JUDGE_PORTS_H

#include "base/census.h"

/* The last seconds by which is judged how many connections a second end here. */
#define OUTLOOK_WINDOW_S 10
/* Above this share of the usable ports connect() has to search long, and a burst fails. */
#define OUTLOOK_TIGHT_PCT 80

/* So many SYNs, at least, that were sent again and have no answer are no chance. */
#define NAT_UNANSWERED 5

/*
 * Fills the outlook of each row. Where programs bind an address before they
 * connect, without IP_BIND_ADDRESS_NO_PORT (bound), what they have, and will
 * have, is in the way of every other row; and what their address has, in theirs.
 * A source with such rows is tight when little is left of its ports. Where half of
 * the SYNs to a destination have no answer though others got through lately and
 * half of the ports are free, the ports may be used up elsewhere: at a source
 * NAT on the way (nat_suspected). Returns how many rows and such sources are
 * tight; no usable port at all counts as one.
 */
unsigned int ports_judge(struct census *census);

#endif /* NETLANE_JUDGE_PORTS_H */
