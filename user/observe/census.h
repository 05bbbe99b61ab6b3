/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting the TCP connections of this network namespace by walking them once:
 * who holds how many local ports toward whom, and how old each TIME_WAIT is.
 * Changes nothing and needs no root; only naming a process does.
 */
#ifndef NETLANE_OBSERVE_CENSUS_H
#define NETLANE_OBSERVE_CENSUS_H

#include "base/census.h"
#include "base/err.h"

/* Rows that are kept apart; what is beyond is counted in census.rest. */
#define CENSUS_ROWS_MAX 65536

/* Fills @census (any content is overwritten). 0 or -errno; census_free() in any case. */
int census_take(struct census *census, struct err *err);
/* Names the process behind the first @nr rows; looks through /proc once. */
void census_name(struct census *census, unsigned int nr);
void census_free(struct census *census);

/* ---- for its own files and tests */

/* Bits of all 65536 ports. */
#define PORT_WORDS 2048
struct ports {
	uint32_t word[PORT_WORDS];
};

void ports_add(struct ports *ports, unsigned int first, unsigned int last);
bool ports_has(const struct ports *ports, unsigned int port);
/* "8080,9000-9010", as the kernel writes it. 0 or -EINVAL. */
int ports_parse(const char *list, struct ports *ports);

/* Settings of @root's /proc/sys, census.usable, and what is @reserved. 0 or -errno. */
int census_settings(const char *root, const struct ports *listened, struct ports *reserved,
		    struct census *census, struct err *err);

#endif /* NETLANE_OBSERVE_CENSUS_H */
