// SPDX-License-Identifier: GPL-2.0
/* Groups of listening sockets; see steer.h. */
#include "view/steer.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/groups.h"
#include "view/view.h"

static const char *chosen_by(const struct listen_group *group)
{
	if (group->chooser == CHOOSER_OURS)
		return "netlane's program chooses";
	if (group->chooser == CHOOSER_FOREIGN)
		return "a BPF program of somebody chooses";
	return group_is_steered(group) ? "SO_INCOMING_CPU chooses" : "the kernel's hash chooses";
}

static void socket_line(struct text *out, const struct listen_group *group,
			const struct group_socket *s)
{
	int cpu = group->chooser == CHOOSER_OURS ? s->program_cpu : s->incoming_cpu;
	char meant[16] = "any", cpus[CPUMASK_TEXT_LEN];

	if (cpu >= 0)
		(void)snprintf(meant, sizeof(meant), "CPU %d", cpu);
	(void)cpumask_format_list(&s->cpus, cpus, sizeof(cpus));
	text_add(out, "  for %-8s", meant);
	if (!s->servers)
		text_add(out, "nobody was seen to take from it");
	else if (s->servers == 1)
		text_add(out, "%s on %.40s", s->server, cpus);
	else
		text_add(out, "%s and %u more threads on %.40s", s->server, s->servers - 1, cpus);
	if (group->chooser == CHOOSER_OURS)
		text_add(out, ", given %" PRIu64, s->given);
	text_add(out, "\n");
}

static void row_say(struct text *out, const struct steer_row *row, unsigned int width)
{
	const struct listen_group *group = row->group;
	const struct steer_plan *plan = &row->section;
	struct text line = { 0 };
	unsigned int i;

	text_add(&line, "%s%s%s: %u sockets, %s", row->listen, group->ifname[0] ? "%" : "",
		 group->ifname, group->nr_socket, chosen_by(group));
	if (row->wanted)
		text_add(&line, "; [steer %s] wants %s: netlane up", plan->name, row->wanted);
	else if (plan->left[0] && plan->name[0])
		text_add(&line, "; [steer %s] leaves it: %s", plan->name, plan->left);
	else if (plan->left[0])
		text_add(&line, "; not to be steered: %s", plan->left);
	else if (plan->name[0])
		text_add(&line, ", as [steer %s] wants it", plan->name);
	if (plan->aside[0])
		text_add(&line, "; %s", plan->aside);
	view_wrap(out, line.s ? line.s : "", 0, 2, width);
	text_free(&line);
	for (i = 0; i < group->nr_socket; i++)
		socket_line(out, group, &group->socket[i]);
	if (row->accepted) {
		char since[32];

		view_duration(since, sizeof(since), row->counted_s);
		text_add(out, "  accepted on the CPU that received: %.1f %% of %" PRIu64 " in %s\n",
			 100.0 * (double)row->local / (double)row->accepted, row->accepted, since);
	}
	if (group->hashed || group->missed)
		text_add(out,
			 "  by the hash all the same: %" PRIu64
			 " on CPUs without a worker, %" PRIu64
			 " whose socket was closed just then\n",
			 group->hashed, group->missed);
}

void view_steer(struct text *out, const struct steer_view *view, unsigned int width)
{
	unsigned int i;

	for (i = 0; i < view->nr_row; i++)
		row_say(out, &view->row[i], width);
	if (!view->nr_row)
		view_wrap(
			out,
			"no sockets share a port here (SO_REUSEPORT): where one socket serves all, "
			"there is nothing to choose from",
			0, 2, width);
	for (i = 0; i < view->nr_lost; i++) {
		struct text line = { 0 };

		text_add(&line, "[steer %s]: %s", view->lost[i].name, view->lost[i].left);
		view_wrap(out, line.s ? line.s : "", 0, 2, width);
		text_free(&line);
	}
	view_bind(out, &view->bind, width);
}

static const struct field section_fields[] = {
	F_STR(steer_plan, name),
	F_STR(steer_plan, left),
	F_STR(steer_plan, aside),
	F_END,
};

static const struct field row_fields[] = {
	F_STR(steer_row, listen),
	F_OBJECT(steer_row, section, section_fields),
	F_HEAP(steer_row, now),
	F_HEAP(steer_row, wanted),
	F_U64(steer_row, accepted),
	F_U64(steer_row, local),
	F_UINT(steer_row, counted_s),
	F_LIST(steer_row, group, nr_group, group_fields),
	F_END,
};

static const struct field lost_fields[] = {
	F_STR(steer_plan, name),
	F_STR(steer_plan, left),
	F_END,
};

static const struct field view_fields[] = {
	F_LIST(steer_view, row, nr_row, row_fields),
	F_LIST(steer_view, lost, nr_lost, lost_fields),
	F_OBJECT(steer_view, bind, bind_view_fields),
	F_END,
};

struct json_object *view_steer_json(const struct steer_view *view)
{
	return fields_to_json(view_fields, view);
}
