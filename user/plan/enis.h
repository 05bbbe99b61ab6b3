/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which NICs are source routed, by which table, and whether what the metadata
 * service says of them can be believed. The rule: a NIC that is in doubt is
 * neither given anything nor is anything taken from it, and a note says why.
 */
#ifndef NETLANE_PLAN_ENIS_H
#define NETLANE_PLAN_ENIS_H

#include "base/prefix.h"
#include "plan/work.h"

/* One NIC for which source_routing = yes is said and which is not the node's main one. */
struct eni_work {
	const struct nic *nic;
	const struct nic_work *nw;
	bool ours; /* may be routed: up, driven, nobody else's */
	bool sound; /* its answer is whole and fits what the kernel has */
	unsigned int table; /* 0: it has none and gets none */
	bool had_table; /* found in the kernel, not chosen now */
};

struct enis {
	struct eni_work *eni;
	unsigned int nr;
};

/* Fills @enis, zeroed, freed by the caller; notes say what is left and why. */
void enis_choose(struct work *w, struct enis *enis);
/* Does the owner want source routing of any NIC, one that is not there included? */
bool enis_asked(const struct policy *policy);
/* Has @eni the address @ip, in canonical text? */
bool enis_has(const struct eni *eni, const char *ip);
/* The NIC on which the kernel has @ip, or NULL. */
const struct nic *enis_nic_of(const struct facts *facts, const char *ip);

#endif /* NETLANE_PLAN_ENIS_H */
