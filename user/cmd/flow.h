/* SPDX-License-Identifier: GPL-2.0 */
/* facts -> policy -> plan, as several commands need it. */
#ifndef NETLANE_CMD_FLOW_H
#define NETLANE_CMD_FLOW_H

#include "base/err.h"
#include "types.h"

/* Where the facts come from, and how they are to be judged. */
struct flow_from {
	const char *root; /* NULL: the running node */
	const char *config; /* NULL: /etc/netlane */
	const struct policy *policy; /* instead of a configuration that is read now, or NULL */
	const char *facts_file; /* NULL: read the node */
	struct facts *
		last; /* what was gathered earlier: taken over and refreshed; NULL or empty: all anew */
	const char *as_type; /* NULL, or an instance type to plan for */
	char **nics; /* only these interfaces; nr_nics 0: all */
	unsigned int nr_nics;
	unsigned int what; /* FACTS_* */
};

struct flow {
	struct policy policy;
	struct facts facts;
	struct plan plan;
};

/* Facts and policy only. 0 or -errno; flow_free() in any case. */
int flow_read(const struct flow_from *from, struct flow *flow, struct err *err);
/* flow_read() and the plan. */
int flow_prepare(const struct flow_from *from, struct flow *flow, struct err *err);
/* NICs named on the command line, none: all. The others are not managed by @policy then. */
int flow_only(struct policy *policy, char *const *nics, unsigned int nr, struct err *err);
/* No NIC is managed by @policy: they are planned with as they are. 0 or -ENOMEM. */
int flow_no_lanes(struct policy *policy, struct err *err);
/*
 * Plans anew without the changes that need consent: such a NIC gets as many
 * lanes as it has channels now, its routes stay as they are, and so does what
 * NetworkManager does with it.
 */
int flow_keep_channels(struct flow *flow, struct err *err);
void flow_free(struct flow *flow);
/* "there is no NIC 'eth7' here; this node has eth0": -ENODEV with that sentence. */
int flow_no_nic(const struct facts *facts, const char *name, struct err *err);

/* CLOCK_BOOTTIME in ms: goes on through suspend, starts anew with a boot. */
uint64_t boot_ms(void);
/* Columns of the terminal, VIEW_WIDTH where there is none. */
unsigned int terminal_width(void);

#endif /* NETLANE_CMD_FLOW_H */
