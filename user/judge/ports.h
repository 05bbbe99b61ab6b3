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
 * Fills the outlook of each row, and which sources are exclusive: many sockets
 * without a single port used twice, for any destination, is no chance. Their
 * programs bind the address before they connect, without
 * IP_BIND_ADDRESS_NO_PORT, and all destinations share the ports. A row of which
 * that is true is apart, whatever the source's others do: what it has, and will
 * have, is in the way of each of them, and what they have in its. Where half of
 * the SYNs to a destination have no answer though others got through lately and
 * half of the ports are free, the ports may be used up elsewhere: at a source
 * NAT on the way (nat_suspected). Returns how many rows and such sources are
 * tight; no usable port at all counts as one.
 */
unsigned int ports_judge(struct census *census);

#endif /* NETLANE_JUDGE_PORTS_H */
