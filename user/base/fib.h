/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes and rules of this network namespace over rtnetlink, for facts to read
 * and for apply to write, so that both mean the same text. The rule: only what
 * carries FIB_PROTO is ours; what is added is added with NLM_F_EXCL, so that
 * nothing of somebody else's is ever replaced.
 */
#ifndef NETLANE_BASE_FIB_H
#define NETLANE_BASE_FIB_H

#include "base/prefix.h"

/* Free in iproute2's rt_protos and in those of FRR, BIRD and systemd, as far as is known. */
#define FIB_PROTO 110
#define FIB_TEXT_LEN 128

struct fib_route {
	unsigned int table;
	struct prefix to;
	unsigned int oif; /* ifindex, 0 none or several */
	unsigned int proto;
	bool cached; /* an exception of the kernel, or a local or multicast entry of its own */
	/*
	 * What it does: "via 10.0.0.1", "link" or "throw" when it is as we write
	 * them, else with all that differs.
	 */
	char text[FIB_TEXT_LEN];
};

struct fib_rule {
	unsigned int priority;
	unsigned int table;
	unsigned int proto;
	struct prefix from; /* len 0: any */
	bool plain; /* selects by source alone and looks a table up */
	char text[FIB_TEXT_LEN]; /* "lookup 20001 priority 17000" */
};

typedef int (*fib_route_fn)(void *arg, const struct fib_route *route); /* 0 or -errno: ends it */
typedef int (*fib_rule_fn)(void *arg, const struct fib_rule *rule);

/* All routes of a family, all tables. 0 or -errno. */
int fib_routes(int family, fib_route_fn fn, void *arg);
int fib_rules(int family, fib_rule_fn fn, void *arg);
/* Adds or removes a route of ours whose @text is one of the three above. 0 or -errno. */
int fib_route_add(const struct fib_route *route);
int fib_route_del(const struct fib_route *route);
/* The same for a rule by source; @text is not looked at. */
int fib_rule_add(const struct fib_rule *rule);
int fib_rule_del(const struct fib_rule *rule);
/* "lookup T priority P" into its numbers: 0 or -EINVAL. */
int fib_rule_parse(const char *text, struct fib_rule *rule);

#endif /* NETLANE_BASE_FIB_H */
