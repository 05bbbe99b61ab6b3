/* SPDX-License-Identifier: GPL-2.0 */
/* A node that is taken out of service: how far it is, and what is left. */
#ifndef NETLANE_VIEW_DRAIN_H
#define NETLANE_VIEW_DRAIN_H

#include <json-c/json_object.h>

#include "base/left.h"
#include "base/text.h"

struct drain_view {
	char phase[16]; /* "in-service", "grace", "refusing", "over"; "refusing" also without a driver */
	char ports[300];
	char why[128];
	bool drops; /* SYNs are dropped, not refused */
	bool in_force; /* the kernel takes no new connections there */
	bool guarded; /* no sk_lookup program of somebody can give them away */
	bool driven; /* a process goes on with it */
	unsigned int since_s; /* it began */
	unsigned int refuses_in_s; /* in phase grace */
	unsigned int refused_s; /* for so long it has */
	unsigned int deadline_in_s; /* 0: none */
	bool then_reset;
	bool rehearsal;
	uint64_t refused; /* SYNs */
	uint64_t dropped;
	struct left_port *left;
	unsigned int nr_left;
	unsigned int left_all;
	unsigned int left_at_end; /* in phase over */
	unsigned int reset;
	char trouble[256];
};

void view_drain(struct text *out, const struct drain_view *view, unsigned int width);
struct json_object *view_drain_json(const struct drain_view *view);

#endif /* NETLANE_VIEW_DRAIN_H */
