/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of an up, made and told. The rule: the lanes are all or nothing; a
 * server that cannot be steered costs nobody his lanes.
 */
#ifndef NETLANE_CMD_MAKING_H
#define NETLANE_CMD_MAKING_H

#include "base/err.h"
#include "cmd/flow.h"
#include "journal/journal.h"

/*
 * Makes the steps of @flow's plan, if there are any, with @deadline in the
 * place of an earlier one. 0, or how many servers could not be steered, each
 * said and left as it was; -errno when what makes the lanes failed and was
 * taken back.
 */
int making(struct journal *journal, const struct flow *flow, uint64_t deadline, bool confirm,
	   struct err *err);
/* Of @flow's plan only what is of servers, beside all that stands. How many could not be made. */
int making_servers(struct journal *journal, const struct flow *flow);

#endif /* NETLANE_CMD_MAKING_H */
