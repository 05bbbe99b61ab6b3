/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Steering by command, through the journal. The rule: it is a section of the
 * configuration that lasts until the next boot, so what a section of the
 * configuration names already is refused, and one that comes later has it.
 */
#ifndef NETLANE_CMD_STEER_SET_H
#define NETLANE_CMD_STEER_SET_H

#include "base/err.h"
#include "cmd/flow.h"

/* @wish is all that is asked for; of a stop only what it names counts, and port 0 is all. */
struct steer_ask {
	const struct policy *policy; /* the configuration, and what is steered by command now */
	struct steer_policy wish;
	const char *who; /* on whose behalf, NULL: this process' parent */
};

/* What a start would do: facts and the steps of that wish alone; flow_free() in any case. */
int steer_plan_wish(const struct steer_ask *ask, struct flow *flow, struct err *err);
/* 0, or how many servers could not be steered, each said; -errno with a sentence. */
int steer_start_here(const struct steer_ask *ask, struct err *err);
/* 0 or -errno with a sentence. */
int steer_stop_here(const struct steer_ask *ask, struct err *err);

#endif /* NETLANE_CMD_STEER_SET_H */
