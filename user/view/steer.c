// SPDX-License-Identifier: GPL-2.0
/* Groups of listening sockets; see steer.h. */
#include "view/steer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/groups.h"
#include "view/view.h"

#define SAID_CROSSES 4 /* JSON has them all */
#define SAID_PATHS 4

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
	char meant[48] = "any", cpus[CPUMASK_TEXT_LEN];

	if (group->chooser == CHOOSER_OURS && !cpumask_empty(&s->program_cpus)) {
		(void)cpumask_format_list(&s->program_cpus, cpus, sizeof(cpus));
		(void)snprintf(meant, sizeof(meant), "CPU %.40s", cpus);
	} else if (group->chooser != CHOOSER_OURS && s->incoming_cpu >= 0) {
		(void)snprintf(meant, sizeof(meant), "CPU %d", s->incoming_cpu);
	}
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

/* How local, and who bears it: with one CPU for all it would be local as well. */
static void accepts_say(struct text *out, const struct steer_row *row, unsigned int width)
{
	const struct accept_load *a = &row->accepts;
	struct text line = { 0 };
	char since[32];
	unsigned int i;

	if (!a->accepted)
		return;
	view_duration(since, sizeof(since), row->counted_s);
	text_add(&line,
		 "accepted on the CPU that received: %.1f %% of %" PRIu64
		 " in %s; CPU %u had %.2f times an equal share; by CPU:",
		 100.0 * (double)a->local / (double)a->accepted, a->accepted, since, a->busiest_cpu,
		 a->busiest_pct / 100.0);
	for (i = 0; i < a->nr_lane; i++)
		text_add(&line, "%s %u %.0f %%", i ? "," : "", a->lane[i].cpu,
			 100.0 * (double)a->lane[i].accepted / (double)a->accepted);
	text_add(out, "  ");
	view_wrap(out, line.s ? line.s : "", 2, 4, width);
	text_free(&line);
}

static double straight_pct(const struct path_share *share)
{
	return share->ended ? 100.0 * (double)share->straight / (double)share->ended : 0;
}

static void share_say(struct text *out, const struct path_share *share, unsigned int width)
{
	struct text line = { 0 };

	if (!share->ended)
		return;
	text_add(&line, "received, served and sent on one lane: %.1f %% of %" PRIu64 " that ended",
		 straight_pct(share), share->ended);
	text_add(out, "  ");
	view_wrap(out, line.s ? line.s : "", 2, 4, width);
	text_free(&line);
}

static void path_say(struct text *line, const struct path *p)
{
	char cpus[CPUMASK_TEXT_LEN];

	text_add(line, "%" PRIu64 " received on CPU %d, served on CPU %d, sent by queue %d",
		 p->connections, p->received, p->served, p->queue);
	if (p->ifname[0])
		text_add(line, " of %s", p->ifname);
	(void)cpumask_format_list(&p->sent, cpus, sizeof(cpus));
	if (cpus[0])
		text_add(line, " (CPU %.40s)", cpus);
	else
		text_add(line, " (no lane's)");
}

/* What left its lane from packet to answer, of all ports here: the largest parts. */
static void paths_say(struct text *out, const struct steer_view *view, unsigned int width)
{
	struct text line = { 0 };
	unsigned int i, said = 0;

	if (view->paths_lost)
		text_add(&line, "%" PRIu64 " connections found no room among the paths",
			 view->paths_lost);
	if (view->paths.ended > view->paths.straight)
		text_add(&line, "%s%" PRIu64 " of %" PRIu64 " that ended were not on one lane:",
			 line.len ? "; " : "", view->paths.ended - view->paths.straight,
			 view->paths.ended);
	for (i = 0; i < view->nr_path && said < SAID_PATHS; i++) {
		if (view->path[i].straight)
			continue;
		text_add(&line, "%s ", said++ ? ";" : "");
		path_say(&line, &view->path[i]);
	}
	if (line.s)
		view_wrap(out, line.s, 0, 2, width);
	text_free(&line);
}

/* What left its lane, of all ports: the largest parts. */
static void crosses_say(struct text *out, const struct steer_view *view, unsigned int width)
{
	uint64_t all = 0, crossed = 0;
	unsigned int i, said = 0;
	struct text line = { 0 };

	for (i = 0; i < view->nr_cross; i++) {
		all += view->cross[i].connections;
		if (view->cross[i].received != (int)view->cross[i].accepted)
			crossed += view->cross[i].connections;
	}
	if (!crossed)
		return;
	text_add(&line,
		 "of all ports %" PRIu64 " of %" PRIu64 " connections left their lane:", crossed,
		 all);
	for (i = 0; i < view->nr_cross && said < SAID_CROSSES; i++) {
		const struct accept_cross *c = &view->cross[i];

		if (c->received == (int)c->accepted || c->received < 0)
			continue;
		text_add(&line, "%s %" PRIu64 " from CPU %d to CPU %u", said++ ? "," : "",
			 c->connections, c->received, c->accepted);
	}
	view_wrap(out, line.s ? line.s : "", 0, 2, width);
	text_free(&line);
}

void view_accepts(struct text *out, const struct accept_load *load)
{
	if (!load->accepted) {
		text_add(out, "accepts none");
		return;
	}
	text_add(out, "accepts %" PRIu64 ", %.1f %% where received", load->accepted,
		 100.0 * (double)load->local / (double)load->accepted);
	if (load->nr_lane > 1)
		text_add(out, "  CPU %u has %.1f times the mean of %u", load->busiest_cpu,
			 load->busiest_pct / 100.0, load->nr_lane);
}

void view_path_share(struct text *out, const struct path_share *share)
{
	if (share->ended)
		text_add(out, "  ended %" PRIu64 ", %.1f %% on one lane", share->ended,
			 straight_pct(share));
}

static void hash_say(struct text *out, const struct listen_group *group, unsigned int width)
{
	struct text line = { 0 };

	text_add(&line,
		 "by the hash all the same: %" PRIu64 " on CPUs without a worker, %" PRIu64
		 " whose socket was closed just then, %" PRIu64
		 " spilled from one with more than %u %% of its backlog waiting",
		 group->hashed, group->missed, group->spilled, group->spill);
	text_add(out, "  ");
	view_wrap(out, line.s ? line.s : "", 2, 4, width);
	text_free(&line);
}

/* "[steer web]", or what there is in its place. */
static const char *section_text(const struct steer_plan *plan, char buf[48])
{
	if (!strcmp(plan->name, STEER_BY_COMMAND))
		return "netlane steer start";
	(void)snprintf(buf, 48, "[steer %s]", plan->name);
	return buf;
}

static void row_say(struct text *out, const struct steer_row *row, unsigned int width)
{
	const struct listen_group *group = row->group;
	const struct steer_plan *plan = &row->section;
	char buf[48];
	const char *section = section_text(plan, buf);
	struct text line = { 0 };
	unsigned int i;

	text_add(&line, "%s%s%s%s%s: %u sockets, %s", row->listen, group->ifname[0] ? "%" : "",
		 group->ifname, plan->netns_name[0] ? " in " : "", plan->netns_name,
		 group->nr_socket, chosen_by(group));
	if (row->wanted)
		text_add(&line, "; %s wants %s: netlane up", section, row->wanted);
	else if (plan->left[0] && plan->name[0])
		text_add(&line, "; %s leaves it: %s", section, plan->left);
	else if (plan->left[0])
		text_add(&line, "; not to be steered: %s", plan->left);
	else if (plan->name[0])
		text_add(&line, ", as %s wants it", section);
	if (plan->aside[0])
		text_add(&line, "; %s", plan->aside);
	view_wrap(out, line.s ? line.s : "", 0, 2, width);
	text_free(&line);
	for (i = 0; i < group->nr_socket; i++)
		socket_line(out, group, &group->socket[i]);
	accepts_say(out, row, width);
	share_say(out, &row->paths, width);
	if (group->hashed || group->missed || group->spilled)
		hash_say(out, group, width);
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
		char buf[48];

		text_add(&line, "%s: %s", section_text(&view->lost[i], buf), view->lost[i].left);
		view_wrap(out, line.s ? line.s : "", 0, 2, width);
		text_free(&line);
	}
	view_bind(out, &view->bind, width);
	crosses_say(out, view, width);
	paths_say(out, view, width);
}

static const struct field section_fields[] = {
	F_STR(steer_plan, name),
	F_STR(steer_plan, netns_name),
	F_STR(steer_plan, left),
	F_STR(steer_plan, aside),
	F_END,
};

static const struct field accept_lane_fields[] = {
	F_UINT(accept_lane, cpu),
	F_U64(accept_lane, accepted),
	F_U64(accept_lane, local),
	F_END,
};

static const struct field accept_cross_fields[] = {
	F_INT(accept_cross, received),
	F_UINT(accept_cross, accepted),
	F_U64(accept_cross, connections),
	F_END,
};

static const struct field path_share_fields[] = {
	F_U64(path_share, ended),
	F_U64(path_share, straight),
	F_END,
};

static const struct field path_fields[] = {
	F_INT(path, received), F_INT(path, served),    F_STR(path, ifname),	 F_INT(path, queue),
	F_CPUS(path, sent),    F_BOOL(path, straight), F_U64(path, connections), F_END,
};

static const struct field accepts_fields[] = {
	F_U64(accept_load, accepted),
	F_U64(accept_load, local),
	F_UINT(accept_load, busiest_cpu),
	F_UINT(accept_load, busiest_pct),
	F_LIST(accept_load, lane, nr_lane, accept_lane_fields),
	F_END,
};

static const struct field row_fields[] = {
	F_STR(steer_row, listen),
	F_OBJECT(steer_row, section, section_fields),
	F_HEAP(steer_row, now),
	F_HEAP(steer_row, wanted),
	F_OBJECT(steer_row, accepts, accepts_fields),
	F_OBJECT(steer_row, paths, path_share_fields),
	F_UINT(steer_row, counted_s),
	F_LIST(steer_row, group, nr_group, group_fields),
	F_END,
};

static const struct field lost_fields[] = {
	F_STR(steer_plan, name),
	F_STR(steer_plan, netns_name),
	F_STR(steer_plan, left),
	F_END,
};

static const struct field view_fields[] = {
	F_LIST(steer_view, row, nr_row, row_fields),
	F_LIST(steer_view, lost, nr_lost, lost_fields),
	F_OBJECT(steer_view, bind, bind_view_fields),
	F_LIST(steer_view, cross, nr_cross, accept_cross_fields),
	F_OBJECT(steer_view, paths, path_share_fields),
	F_LIST(steer_view, path, nr_path, path_fields),
	F_U64(steer_view, paths_lost),
	F_END,
};

struct json_object *view_steer_json(const struct steer_view *view)
{
	return fields_to_json(view_fields, view);
}
