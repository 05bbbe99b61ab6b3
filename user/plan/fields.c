// SPDX-License-Identifier: GPL-2.0
/* A plan as JSON. The rule: a key is the member's name (types.h). */
#include "base/fields.h"

#include "base/names.h"
#include "base/step.h"
#include "plan/plan.h"
#include "types.h"

static const struct field lane_fields[] = {
	F_UINT(lane, index), F_UINT(lane, cpu), F_CPUS(lane, helpers), F_CPUS(lane, xps), F_END,
};

static const struct field nic_plan_fields[] = {
	F_STR(nic_plan, ifname),
	F_STR(nic_plan, bus),
	F_STR(nic_plan, mac),
	F_ENUM(nic_plan, verdict, verdict_names),
	F_STR(nic_plan, reason),
	F_UINT(nic_plan, queues_max),
	F_LIST(nic_plan, lane, nr_lane, lane_fields),
	F_UINT(nic_plan, straight),
	F_END,
};

static const struct field steer_plan_fields[] = {
	F_STR(steer_plan, name),       F_STR(steer_plan, listen),
	F_STR(steer_plan, ifname),     F_UINT(steer_plan, netns),
	F_STR(steer_plan, netns_name), F_STR(steer_plan, left),
	F_STR(steer_plan, aside),      F_END,
};

const struct field plan_fields[] = {
	F_LIST(plan, nic, nr_nic, nic_plan_fields),
	F_LIST(plan, step, nr_step, step_fields),
	F_LINES(plan, note, nr_note),
	F_LIST(plan, steer, nr_steer, steer_plan_fields),
	F_END,
};
