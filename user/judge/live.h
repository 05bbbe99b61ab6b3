/* SPDX-License-Identifier: GPL-2.0 */
/* What was counted as it happened, beside what a walk found. Pure. */
#ifndef NETLANE_JUDGE_LIVE_H
#define NETLANE_JUDGE_LIVE_H

#include "base/census.h"
#include "base/timewait.h"

/* connect() that failed so recently is worth a word. */
#define LIVE_RECENT_NS 60000000000ULL

/*
 * Gives the rows of @census what @tw has counted of them; the same namespace's
 * rows alone. No estimates, and nothing of link-local destinations: those of all
 * links are counted together.
 */
void live_join(struct census *census, const struct timewait *tw);
/* How many destinations connect() lately found no port to, in that namespace. */
unsigned int live_refused(const struct timewait *tw);

/* May ports run out soon, as far as TIME_WAITs alone tell? */
enum live_suspicion {
	LIVE_CALM,
	LIVE_TOGETHER, /* if bind() chose them: such a port serves one destination, and no other */
	LIVE_ROW, /* those to one destination */
};

/* Of the @usable ports of that namespace. What is suspicious is worth a walk. */
enum live_suspicion live_suspicious(const struct timewait *tw, unsigned int usable);

#endif /* NETLANE_JUDGE_LIVE_H */
