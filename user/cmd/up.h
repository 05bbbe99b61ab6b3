/* SPDX-License-Identifier: GPL-2.0 */
/* Making the lanes straight, for `up` itself and for the daemon in hold mode. */
#ifndef NETLANE_CMD_UP_H
#define NETLANE_CMD_UP_H

#include <stdbool.h>

#include "base/err.h"
#include "types.h"

struct up_opts {
	unsigned int confirm_s; /* undo unless confirmed within, 0: no */
	unsigned int for_s; /* undo after, 0: no */
	const char *config; /* NULL: /etc/netlane */
	bool dry_run;
	bool unattended; /* nobody is there to confirm: risky steps are left out */
	bool keeping; /* by the service in mode hold: see struct policy */
	const struct policy *policy; /* instead of the configuration file, or NULL */
	const char *who; /* on whose behalf, NULL: this process' parent */
};

/*
 * Settles what an earlier up left, plans, applies. 0, or how many servers could
 * not be steered, each said, which takes nothing else back; -errno with the sentence.
 */
int up_apply(const struct up_opts *opts, char **nics, unsigned int nr_nics, struct err *err);

#endif /* NETLANE_CMD_UP_H */
