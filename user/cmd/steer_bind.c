// SPDX-License-Identifier: GPL-2.0
/* Bindings for netlane steer; see steer_bind.h. */
#include "cmd/steer_bind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bind.h"
#include "plan/bind.h"

static struct bind_row *row_of(struct bind_view *view, const char *name)
{
	unsigned int i;

	for (i = 0; i < view->nr_row; i++)
		if (!strcmp(view->row[i].bound.binding.name, name))
			return &view->row[i];
	return &view->row[view->nr_row++];
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct bind_row *)a)->bound.binding.name,
		      ((const struct bind_row *)b)->bound.binding.name);
}

static bool somebody_listens(const struct facts *facts, const struct binding *binding)
{
	unsigned int part;

	for (part = 0; part < 4; part++)
		if (binding_has(binding, part & 1, part & 2) &&
		    endpoint_find(facts->endpoint, facts->nr_endpoint, binding->to, part & 1,
				  part & 2) >= 0)
			return true;
	return false;
}

static int others_fill(const struct facts *facts, struct bind_view *view)
{
	unsigned int i;

	view->other = calloc(facts->nr_foreign + 1, sizeof(*view->other));
	if (!view->other)
		return -ENOMEM;
	for (i = 0; i < facts->nr_foreign; i++)
		if (bind_is_beside(&facts->foreign[i]))
			(void)snprintf(view->other[view->nr_other++], sizeof(*view->other),
				       "program %u (%s)", facts->foreign[i].prog,
				       facts->foreign[i].name);
	return 0;
}

int steer_bind_fill(const struct flow *flow, struct bind_view *view)
{
	const struct facts *facts = &flow->facts;
	const struct policy *policy = &flow->policy;
	struct bind_row *row;
	unsigned int i;

	memset(view, 0, sizeof(*view));
	view->row = calloc(facts->nr_bound + policy->nr_bind + 1, sizeof(*view->row));
	if (!view->row || others_fill(facts, view))
		return -ENOMEM;
	for (i = 0; i < facts->nr_bound; i++) {
		row = row_of(view, facts->bound[i].binding.name);
		row->bound = facts->bound[i];
		row->stands = true;
	}
	for (i = 0; i < policy->nr_bind; i++) {
		row = row_of(view, policy->bind[i].name);
		row->wanted = true;
		if (!row->stands)
			row->bound.binding = policy->bind[i];
	}
	for (i = 0; i < view->nr_row; i++)
		view->row[i].listens = somebody_listens(facts, &view->row[i].bound.binding);
	qsort(view->row, view->nr_row, sizeof(*view->row), by_name);
	if (facts->binds_known != IS_YES)
		(void)snprintf(view->failure, sizeof(view->failure), "%s",
			       strerror(facts->binds_err));
	view->now = facts->bind_value;
	for (i = 0; i < flow->plan.nr_step; i++)
		if (flow->plan.step[i].knob.kind == KNOB_BIND)
			view->wanted = flow->plan.step[i].after;
	return 0;
}

/* Not in force, or in force and nobody there. */
bool steer_bind_found(const struct bind_view *view)
{
	unsigned int i;

	for (i = 0; i < view->nr_row; i++)
		if (view->row[i].wanted && !(view->row[i].stands && view->row[i].bound.sockets))
			return true;
	return view->wanted || view->failure[0];
}

void steer_bind_free(struct bind_view *view)
{
	free(view->row);
	free(view->other);
	memset(view, 0, sizeof(*view));
}
