/*
 * Nodes with several ENIs for the tests of source routing: what the kernel has,
 * what the metadata service says, and a kernel that does what a plan says.
 *
 * The rule: eth0 is the main one; ENI i is 10.1.i.10 behind 10.1.i.1.
 */
#ifndef NETLANE_TESTS_WORLD_H
#define NETLANE_TESTS_WORLD_H

#include "tests/unit/planned.h"

/* @nr NICs that kernel and service agree on, and [nic *] source_routing = yes. */
void world_make(struct planned *p, unsigned int nr);
void world_addr(struct nic *nic, const char *ip, unsigned int prefix);
void world_addr_gone(struct nic *nic, const char *ip);
void world_said(struct nic *nic, const char *ip);
void world_unsaid(struct nic *nic, const char *ip);
/* The service's whole answer is lost, with @err. */
void world_unknown(struct nic *nic, int err);
void world_table(struct facts *facts, unsigned int table);
void world_local(struct facts *facts, const char *network);
void world_foreign_rule(struct facts *facts, const char *from, unsigned int table);
/* The NIC goes, and the kernel takes what names it. */
void world_unplug(struct facts *facts, const char *ifname);
/* The kernel does what the steps say; red when a step's before does not stand there. */
void world_apply(struct facts *facts, const struct plan *plan);
/* Steps about routes and rules. */
unsigned int world_steps(const struct plan *plan);
/* The table that a rule of ours leads @ip to, 0 none. */
unsigned int world_table_of(const struct facts *facts, const char *ip);
bool world_has_route(const struct facts *facts, unsigned int table, const char *to,
		     const char *value);
/* Plans anew; red when a step about routes is left. */
void world_settled(struct planned *p, const char *name);

#endif /* NETLANE_TESTS_WORLD_H */
