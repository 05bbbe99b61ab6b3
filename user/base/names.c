// SPDX-License-Identifier: GPL-2.0
/* The words for the enums of types.h; see names.h. */
#include "base/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KNOB_NAME(id, name, unit) [KNOB_##id] = name,
#define KNOB_UNIT(id, name, unit) [KNOB_##id] = unit,
#define OUTCOME_NAME(id, name) [OUTCOME_##id] = name,

const char *const knob_names[] = { KNOB_LIST(KNOB_NAME) NULL };
const char *const knob_units[] = { KNOB_LIST(KNOB_UNIT) NULL };
const char *const outcome_names[] = { OUTCOME_LIST(OUTCOME_NAME) NULL };
const char *const risk_names[] = { "none", "blip", "can-cut-off", NULL };
const char *const verdict_names[] = { "straight", "changes", "left", NULL };
const char *const steer_way_names[] = { "auto", "incoming-cpu", "program", NULL };
const char *const on_spot_names[] = { "ignore", "tell", "drain", NULL };
const char *const mode_names[] = { "observe", "hold", NULL };
const char *const vectors_names[] = { "unknown", "per-queue", "shared", NULL };

int name_find(const char *const *names, const char *name)
{
	int i;

	for (i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

void pin_name(unsigned int tid, uint64_t started, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%u:%" PRIu64, tid, started);
}

/* What the queue index of a knob counts, or NULL where a NIC has only one such knob. */
static const char *queue_word(enum knob_kind kind)
{
	switch (kind) {
	case KNOB_IRQ_IN:
	case KNOB_RPS:
	case KNOB_RPS_FLOW:
		return "rx";
	case KNOB_IRQ_OUT:
	case KNOB_XPS:
	case KNOB_XPS_RXQS:
		return "tx";
	default:
		return NULL;
	}
}

void knob_label(const struct knob *knob, const char *ifname, char *buf, size_t len)
{
	const char *queue = queue_word(knob->kind);
	const char *sep = ifname && *ifname ? " " : "";
	/* of a NIC that is gone only its MAC is known */
	bool by_mac = knob->kind == KNOB_NM && ifname && !*ifname;

	if (!ifname)
		ifname = "";
	if (knob->kind == KNOB_ROUTE)
		(void)snprintf(buf, len, "%s%s%s %s table %u", ifname, sep, knob_names[knob->kind],
			       knob->addr, knob->table);
	else if (knob->kind == KNOB_RULE)
		(void)snprintf(buf, len, "%s%s%s from %s", ifname, sep, knob_names[knob->kind],
			       knob->addr);
	else if (knob->kind == KNOB_STEER && knob->netns)
		(void)snprintf(buf, len, "%s %s in %s", knob_names[knob->kind], knob->addr,
			       knob->netns_name);
	else if (knob->kind == KNOB_STEER || knob->kind == KNOB_PIN || knob->kind == KNOB_DRAIN)
		(void)snprintf(buf, len, "%s %s", knob_names[knob->kind], knob->addr);
	else if (by_mac)
		(void)snprintf(buf, len, "%s %s", knob_names[knob->kind], knob->mac);
	else if (queue)
		(void)snprintf(buf, len, "%s%s%s %s-%u", ifname, sep, knob_names[knob->kind], queue,
			       knob->queue);
	else
		(void)snprintf(buf, len, "%s%s%s", ifname, sep, knob_names[knob->kind]);
}
