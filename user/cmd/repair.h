/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a look found wrong: who did it, what of it is meant, and putting back
 * the rest. The rule: a NIC or a server that cannot be mended does not keep the
 * others crooked.
 */
#ifndef NETLANE_CMD_REPAIR_H
#define NETLANE_CMD_REPAIR_H

#include "cmd/flow.h"
#include "cmd/keep.h"

/* Makes what is left of @flow's plan, NIC by NIC. 0, or -errno of the first that failed. */
int repair(struct keep *keep, struct flow *flow, const char *event, struct err *err);

#endif /* NETLANE_CMD_REPAIR_H */
