// SPDX-License-Identifier: GPL-2.0
/* A drain as text and as JSON; see drain.h. */
#include "view/drain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "view/view.h"

static const char *how(const struct drain_view *view)
{
	return view->drops ? "dropped" : "refused";
}

#define LABEL 10 /* columns */

/* One line, wrapped behind its first word. */
static void line(struct text *out, unsigned int width, const char *label, struct text *text)
{
	text_add(out, "%-*s", LABEL, label);
	view_wrap(out, text->s ? text->s : "", LABEL, LABEL, width);
	text_free(text);
}

static void force_say(struct text *out, const struct drain_view *view, unsigned int width)
{
	char since[32], in[32];
	struct text t = { 0 };

	view_duration(since, sizeof(since), view->refused_s);
	view_duration(in, sizeof(in), view->refuses_in_s);
	if (!view->in_force && !strcmp(view->phase, "grace"))
		text_add(&t, "new connections to %s are still taken, and %s in %s", view->ports,
			 how(view), in);
	else if (!view->in_force)
		text_add(&t, "not in force any more: somebody ended it");
	else
		text_add(&t,
			 "new connections to %s are %s since %s: %" PRIu64 " SYNs refused, %" PRIu64
			 " dropped",
			 view->ports, how(view), since, view->refused, view->dropped);
	if (view->in_force && !view->guarded)
		text_add(&t, "; an sk_lookup program of somebody could still give them to a "
			     "listener: there is no cgroup tree of version 2");
	line(out, width, view->in_force ? "refusing" : view->phase, &t);
}

static void part_add(struct text *t, unsigned int nr, const char *what, unsigned int *parts)
{
	if (nr)
		text_add(t, "%s%u %s", (*parts)++ ? ", " : "", nr, what);
}

static void left_say(struct text *out, const struct drain_view *view, unsigned int width)
{
	struct text sum = { 0 };
	unsigned int i;

	view_count(&sum, view->left_all, "connection", "connections");
	line(out, width, "left", &sum);
	for (i = 0; i < view->nr_left; i++) {
		const struct left_port *left = &view->left[i];
		unsigned int parts = 0;
		struct text t = { 0 };

		text_add(&t, "port %u: ", left->port);
		part_add(&t, left->open, "open", &parts);
		part_add(&t, left->queued, "not accepted yet", &parts);
		part_add(&t, left->half, "in their handshake", &parts);
		part_add(&t, left->closing, "closing", &parts);
		if (left->by[0])
			text_add(&t, "; %s has %u", left->by, left->by_nr);
		line(out, width, "", &t);
	}
}

static void then_say(struct text *out, const struct drain_view *view, unsigned int width)
{
	struct text t = { 0 };
	char in[32];

	view_duration(in, sizeof(in), view->deadline_in_s);
	if (!strcmp(view->phase, "over") && view->left_at_end)
		text_add(&t, "over, with %u left, %u of them reset", view->left_at_end,
			 view->reset);
	else if (!strcmp(view->phase, "over"))
		text_add(&t, "over, with nothing left");
	else if (!view->driven)
		text_add(&t, "nobody goes on with it: its process is gone; netlane drain start "
			     "does");
	else if (view->deadline_in_s)
		text_add(&t, "at the latest in %s: what is left is %s", in,
			 view->then_reset && !view->rehearsal ? "reset" : "left alone");
	else
		text_add(&t, "waits until nothing is left");
	if (view->rehearsal)
		text_add(&t, "; a rehearsal: ends by itself");
	else
		text_add(&t, "; netlane drain stop takes the node into service again");
	line(out, width, "then", &t);
}

void view_drain(struct text *out, const struct drain_view *view, unsigned int width)
{
	struct text t = { 0 };
	char since[32];

	if (!strcmp(view->phase, "in-service")) {
		text_add(out, "in service: no port is drained in this network namespace\n");
		return;
	}
	if (view->why[0]) {
		view_duration(since, sizeof(since), view->since_s);
		text_add(&t, "begun %s ago, %s", since, view->why);
		line(out, width, "drain", &t);
	}
	force_say(out, view, width);
	left_say(out, view, width);
	then_say(out, view, width);
	if (!view->trouble[0])
		return;
	text_add(&t, "%s", view->trouble);
	line(out, width, "trouble", &t);
}

static const struct field view_fields[] = {
	F_STR(drain_view, phase),
	F_STR(drain_view, ports),
	F_STR(drain_view, why),
	F_BOOL(drain_view, drops),
	F_BOOL(drain_view, in_force),
	F_BOOL(drain_view, guarded),
	F_BOOL(drain_view, driven),
	F_UINT(drain_view, since_s),
	F_UINT(drain_view, refuses_in_s),
	F_UINT(drain_view, refused_s),
	F_UINT(drain_view, deadline_in_s),
	F_BOOL(drain_view, then_reset),
	F_BOOL(drain_view, rehearsal),
	F_U64(drain_view, refused),
	F_U64(drain_view, dropped),
	F_LIST(drain_view, left, nr_left, left_port_fields),
	F_UINT(drain_view, left_all),
	F_UINT(drain_view, left_at_end),
	F_UINT(drain_view, reset),
	F_STR(drain_view, trouble),
	F_END,
};

struct json_object *view_drain_json(const struct drain_view *view)
{
	return fields_to_json(view_fields, view);
}
