/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first stage: reads the node, changes nothing. Everything that can be a
 * file is read below @root; what only ioctl, netlink or bpf(2) tells is
 * "unknown" under a root other than "/". A fact that cannot be read is
 * unknown with its errno, and never stops the rest.
 */
#ifndef NETLANE_FACTS_FACTS_H
#define NETLANE_FACTS_FACTS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/fields.h"
#include "types.h"

/* What costs time and is not always wanted. */
#define FACTS_CAPS 1u /* probe what the kernel can do (loads tiny BPF programs; wants root) */
#define FACTS_METADATA 2u /* ask the metadata service, only on an ECS product, 1 s at most */
#define FACTS_ROUTING 4u /* rules, tables, addresses, and what the metadata says of the ENIs */
#define FACTS_GROUPS 8u /* who listens in groups and who serves (a walk over every process) */
#define FACTS_BINDS 16u /* what listens, for bindings; those that stand are read always */
#define FACTS_ALL (FACTS_CAPS | FACTS_METADATA | FACTS_ROUTING | FACTS_GROUPS | FACTS_BINDS)

/* Fills @facts (any content is overwritten). 0, or -errno when not even CPUs could be read. */
int facts_gather(const char *root, unsigned int what, struct facts *facts, struct err *err);
/*
 * Reads anew on the running node what events tell of: CPUs, NICs with their
 * queues, sysctls, policy routing, groups of listening
 * sockets, bindings. All else stays as it was gathered (owners,
 * logins, programs, the node, what the metadata service said), for it costs a
 * walk over every process and every TCP socket, or seconds when that service
 * is late. -errno: @facts is as before.
 */
int facts_refresh(unsigned int what, struct facts *facts, struct err *err);
/*
 * Adds what listens in the other network namespaces in which @policy steers, to facts that were
 * gathered with FACTS_GROUPS. One that is not there is left out. 0 or -ENOMEM.
 */
int facts_groups_in(const struct policy *policy, struct facts *facts);
/* A good answer of the metadata service in @was stands for one that @facts has not. */
void facts_remember(struct facts *facts, struct facts *was);
void facts_free(struct facts *facts);

/* JSON with "netlane_facts": 1 as its first key. NULL only when memory ran out. */
struct json_object *facts_to_json(const struct facts *facts);
/* Reads what facts_to_json() wrote ("-" is standard input). 0 or -errno with file and key. */
int facts_load(const char *path, struct facts *facts, struct err *err);
/* Takes out what names the node or its owner: host, ids, MACs, foreign names; stays coherent. */
void facts_redact(struct facts *facts);

/* A NIC by interface name, or NULL. */
const struct nic *facts_nic(const struct facts *facts, const char *ifname);
/* Value of a sysctl, or NULL when it is not there. */
const char *facts_sysctl(const struct facts *facts, const char *name);
enum tri facts_cap(const struct facts *facts, const char *name);

extern const struct field facts_fields[];

#endif /* NETLANE_FACTS_FACTS_H */
