/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a NIC has of addresses, routes and the rules that are about them, and that
 * it is up: read before somebody takes it away, and put back after. The rule: the
 * kernel's own messages are kept and sent again as they are; what stands already
 * is left.
 */
#ifndef NETLANE_BASE_NICSAVE_H
#define NETLANE_BASE_NICSAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* All-zero is nothing read, which puts nothing back. */
struct nicsave {
	unsigned int ifindex;
	bool up;
	unsigned int mtu; /* bytes, 0 unknown */
	char *messages; /* of rtnetlink: addresses, routes, rules */
	size_t len;
};

/* Reads interface @ifname. 0 or -errno; freed by nicsave_free(). */
int nicsave_take(const char *ifname, struct nicsave *save, struct err *err);
/*
 * Sets it up and puts back what is missing: 0, or -errno of the first that the
 * kernel refused, with the rest put back all the same.
 */
int nicsave_put(const struct nicsave *save, struct err *err);
void nicsave_free(struct nicsave *save);

#endif /* NETLANE_BASE_NICSAVE_H */
