// SPDX-License-Identifier: GPL-2.0
/* netlane steer status; see steer_show.h. */
#include "cmd/steer_show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpumask.h"
#include "base/groups.h"
#include "base/netns.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "cmd/steer_bind.h"
#include "facts/facts.h"
#include "judge/accepts.h"
#include "judge/paths.h"
#include "observe/events.h"
#include "observe/paths.h"
#include "plan/plan.h"
#include "plan/steer.h"
#include "view/steer.h"

static const struct step *step_of(const struct plan *plan, const struct listen_group *group)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_STEER && !group->ifname[0] &&
		    plan->step[i].knob.netns == group->netns &&
		    !strcmp(plan->step[i].knob.addr, group->listen))
			return &plan->step[i];
	return NULL;
}

static int row_fill(const struct flow *flow, unsigned int i, struct steer_row *row)
{
	struct listen_group *group = &flow->facts.group[i];
	const struct step *step = step_of(&flow->plan, group);
	const struct steer_plan *plan = plan_steer(&flow->plan, group);

	row->group = group;
	row->nr_group = 1;
	(void)text_copy(row->listen, sizeof(row->listen), group->listen); /* same sizes */
	if (plan) {
		row->section = *plan;
	} else { /* whether a section could have it */
		steer_obstacle(group, row->section.left, sizeof(row->section.left));
	}
	row->now = group_value(group);
	row->wanted = step ? strdup(step->after) : NULL;
	return row->now && (!step || row->wanted) ? 0 : -ENOMEM;
}

static int row_count(const struct events *events, const struct event_accept *accept,
		     struct steer_row *row)
{
	struct cpumask workers = { 0 };
	unsigned int i;

	for (i = 0; i < row->group->nr_socket; i++)
		cpumask_or(&workers, &workers, &row->group->socket[i].cpus);
	free(row->accepts.lane);
	row->counted_s = (unsigned int)((events->at_ns - events->since_ns) / 1000000000) + 1;
	return accept_load(accept->by_cpu, events->nr_lane, &workers, &row->accepts);
}

/* An IPv6 socket takes IPv4's connections as well, as "*". */
static bool is_ipv6(const struct steer_row *row)
{
	return row->listen[0] == '[' || row->listen[0] == '*';
}

/* From packet to answer, of the rows and of this namespace. */
static int paths_add(const struct events *events, unsigned int netns, struct steer_view *view)
{
	struct path_of of = { .netns = netns };
	unsigned int i, nr_txq;
	struct txq *txq;
	int ret = paths_queues(&events->paths, netns, &txq, &nr_txq);

	if (!ret)
		ret = paths_build(&events->paths, &of, txq, nr_txq, &view->path, &view->nr_path);
	if (!ret)
		view->paths = paths_share(&events->paths, &of, txq, nr_txq);
	for (i = 0; i < view->nr_row && !ret; i++) {
		struct steer_row *row = &view->row[i];

		if (row->group->netns || row->group->udp) /* its queues are not seen from here */
			continue;
		of.port = row->group->port;
		of.ipv6 = is_ipv6(row);
		row->paths = paths_share(&events->paths, &of, txq, nr_txq);
	}
	view->paths_lost = events->paths.lost;
	free(txq);
	return ret;
}

/* How local it is, where the service or an up counts that. */
static int counts_add(struct steer_view *view)
{
	const unsigned int netns = netns_own();
	struct events events;
	unsigned int i, k;
	int ret = 0;

	if (events_read(&events, NULL)) {
		events_free(&events);
		return 0;
	}
	for (i = 0; i < view->nr_row; i++)
		for (k = 0; k < events.nr_accept && !ret; k++) {
			const struct event_accept *accept = &events.accept[k];
			struct steer_row *row = &view->row[i];

			if (accept->netns == (row->group->netns ? row->group->netns : netns) &&
			    !row->group->udp && accept->port == row->group->port &&
			    accept->ipv6 == is_ipv6(row))
				ret = row_count(&events, accept, row);
		}
	if (!ret)
		ret = accept_crosses(NULL, &events.matrix, &view->cross, &view->nr_cross);
	if (!ret)
		ret = paths_add(&events, netns, view);
	events_free(&events);
	return ret;
}

/* Found: a section's group that is not as it wants it, or a section without one. */
static unsigned int found(const struct steer_view *view)
{
	unsigned int i, nr = view->nr_lost;

	for (i = 0; i < view->nr_row; i++)
		nr += view->row[i].wanted ||
		      (view->row[i].section.name[0] && view->row[i].section.left[0]);
	return nr + (view->bind.nr_row && steer_bind_found(&view->bind));
}

static int show(bool json, bool check, const struct flow *flow)
{
	struct steer_view view = { 0 };
	struct text text = { 0 };
	unsigned int i;
	int code = CODE_DONE;

	view.row = calloc(flow->facts.nr_group + 1, sizeof(*view.row));
	view.lost = calloc(flow->plan.nr_steer + 1, sizeof(*view.lost));
	if (!view.row || !view.lost || steer_bind_fill(flow, &view.bind))
		code = fail("out of memory");
	for (i = 0; i < flow->facts.nr_group && code == CODE_DONE; i++)
		if (row_fill(flow, i, &view.row[view.nr_row++]))
			code = fail("out of memory");
	for (i = 0; i < flow->plan.nr_steer && code == CODE_DONE; i++)
		if (!flow->plan.steer[i].listen[0])
			view.lost[view.nr_lost++] = flow->plan.steer[i];
	if (code == CODE_DONE && counts_add(&view))
		code = fail("out of memory");
	if (code == CODE_DONE && json) {
		code = print_json(view_steer_json(&view));
	} else if (code == CODE_DONE) {
		view_steer(&text, &view, terminal_width());
		code = print_text(&text);
	}
	if (code == CODE_DONE && check && found(&view))
		code = CODE_FINDINGS;
	for (i = 0; i < view.nr_row; i++) {
		free(view.row[i].now);
		free(view.row[i].wanted);
		free(view.row[i].accepts.lane);
	}
	steer_bind_free(&view.bind);
	free(view.cross);
	free(view.path);
	free(view.row);
	free(view.lost);
	return code;
}

int steer_show(bool json, bool check, const char *config)
{
	struct flow_from from = { .config = config, .what = FACTS_GROUPS | FACTS_BINDS };
	struct listen_group *groups;
	struct flow flow = { 0 };
	struct err err = { 0 };
	unsigned int nr;
	int ret, code;

	ret = flow_prepare(&from, &flow, &err);
	if (!ret &&
	    flow.facts.groups_known != IS_YES) { /* facts have no more than a number of why */
		ret = groups_read(&groups, &nr, GROUPS_PLAIN, &err);
		groups_free(groups, nr);
	}
	code = ret ? fail_err(ret, &err) : show(json, check, &flow);
	flow_free(&flow);
	return code;
}
