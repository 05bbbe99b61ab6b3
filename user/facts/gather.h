/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of facts_gather() share while it runs, and the parts, one
 * function and one file each. The rule: what several parts need is read once,
 * kept here, and dropped at the end; a part fills its own nouns, and where it
 * cannot, says so in them and lets the next one run.
 */
#ifndef NETLANE_FACTS_GATHER_H
#define NETLANE_FACTS_GATHER_H

#include "base/err.h"
#include "base/fields.h"
#include "base/text.h"
#include "facts/procs.h"
#include "facts/rtnl.h"
#include "types.h"

struct gather {
	const char *root;
	bool live; /* root is "/": ioctl, netlink and bpf(2) tell of this node */
	unsigned int what; /* FACTS_* */
	struct text interrupts; /* /proc/interrupts, "" when it cannot be read */
	struct procs procs;
	struct rtnl rtnl;
};

/* cpus.c: -errno only when not even the online CPUs can be read. */
int cpus_gather(const struct gather *g, struct cpus *cpus, struct err *err);
/* node.c, and instance.c for the type of the instance. */
void node_gather(const struct gather *g, struct node *node);
void instance_gather(const struct gather *g, struct node *node);
/* nics.c: -ENOMEM. */
int nics_gather(const struct gather *g, struct facts *facts);
/* queues.c: needs nic->channels. -ENOMEM. */
int queues_gather(const struct gather *g, struct nic *nic);
/* ethtool.c: driver name, channels, rss. */
void ethtool_gather(const struct gather *g, struct nic *nic);
/* logins.c: nic->login of every NIC. */
void logins_gather(const struct gather *g, struct facts *facts);
/* owners.c, links.c: -ENOMEM. nics_own(): nic->owner, by the owners that are known already. */
int owners_gather(const struct gather *g, struct facts *facts);
void nics_own(const struct gather *g, struct facts *facts);
int links_gather(const struct gather *g, struct facts *facts);
void irqbalance_gather(const struct gather *g, struct facts *facts);
/* nm.c: facts->nm_entry, and of each NIC nm_managed and lease_s. -ENOMEM. */
int nm_gather(const struct gather *g, struct facts *facts);
/* routing.c: facts->routing and each NIC's addr; enis.c: each NIC's eni. -ENOMEM. */
int routing_gather(const struct gather *g, struct facts *facts);
int enis_gather(const struct gather *g, struct facts *facts);
extern const struct field eni_fields[];
/* groups.c: facts->group. -ENOMEM. */
int groups_gather(const struct gather *g, struct facts *facts);
/* bind.c: facts->bind_value and what is with it. -ENOMEM. */
int binds_gather(const struct gather *g, struct facts *facts);
/* caps.c, foreign.c, sysctls.c: -ENOMEM. */
int caps_gather(const struct gather *g, struct facts *facts);
/* One of caps.c by its name, of this very node; *err is the errno behind what is not yes. */
enum tri cap_probe(const char *name, int *err);
int foreign_gather(const struct gather *g, struct facts *facts);
int sysctls_gather(const struct gather *g, struct facts *facts);

/*
 * A zeroed place at the end of a list of @size byte structs, or NULL: no
 * memory. For the lists of struct facts: facts_more(&f->cap, &f->nr_cap, ...).
 */
void *facts_more(void *list, unsigned int *nr, size_t size);

#endif /* NETLANE_FACTS_GATHER_H */
