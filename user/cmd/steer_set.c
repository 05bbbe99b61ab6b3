// SPDX-License-Identifier: GPL-2.0
/* Steering by command; see steer_set.h. */
#include "cmd/steer_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "base/files.h"
#include "base/groups.h"
#include "base/names.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/config_steer.h"
#include "cmd/down.h"
#include "cmd/making.h"
#include "cmd/steer_wish.h"
#include "cmd/writer.h"
#include "facts/facts.h"
#include "plan/plan.h"
#include "plan/steer.h"

/* What a person named by it, for messages. */
static const char *named(const struct steer_policy *steer, char buf[ADDR_LEN])
{
	(void)snprintf(buf, ADDR_LEN, "%u", steer->port);
	return steer->listen[0] ? steer->listen : buf;
}

static bool names_the_same(const struct steer_policy *a, const struct steer_policy *b)
{
	return config_steer_has(a, b) && config_steer_has(b, a);
}

/* ------------------------------------------------------------- start */

/* Is none of it another's already? */
static int is_free(const struct steer_ask *ask, struct err *err)
{
	char wish[ADDR_LEN], has[ADDR_LEN];
	unsigned int i;

	for (i = 0; i < ask->policy->nr_steer; i++) {
		const struct steer_policy *steer = &ask->policy->steer[i];

		if (!config_steer_has(steer, &ask->wish))
			continue;
		if (!steer->asked_in)
			return err_set(err, -EEXIST,
				       "[steer %s] of the configuration has %s: what it says goes, "
				       "by netlane up or the service",
				       steer->name, named(&ask->wish, wish));
		if (!names_the_same(steer, &ask->wish))
			return err_set(err, -EEXIST,
				       "%s is steered by command with %s already: netlane steer "
				       "stop --listen %s first",
				       named(&ask->wish, wish), named(steer, has),
				       named(steer, has));
	}
	return 0;
}

/* Of a wish for a port what another section names stays that one's. */
static void others_leave(const struct steer_ask *ask, struct facts *facts)
{
	unsigned int i, k, nr = 0;

	for (i = 0; i < facts->nr_group; i++) {
		bool others = false;

		for (k = 0; k < ask->policy->nr_steer; k++)
			others |= !names_the_same(&ask->policy->steer[k], &ask->wish) &&
				  steer_names(facts, &ask->policy->steer[k], &facts->group[i]);
		if (others)
			free(facts->group[i].socket);
		else
			facts->group[nr++] = facts->group[i];
	}
	facts->nr_group = nr;
}

static void servers_stay(struct plan *plan)
{
	unsigned int i, nr = 0;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_STEER || plan->step[i].knob.kind == KNOB_PIN)
			plan->step[nr++] = plan->step[i];
		else
			step_free(&plan->step[i]);
	plan->nr_step = nr;
}

int steer_plan_wish(const struct steer_ask *ask, struct flow *flow, struct err *err)
{
	struct policy only = { .allowed = ask->policy->allowed };
	struct flow_from from = { .policy = &only, .what = FACTS_GROUPS };
	int ret = is_free(ask, err);

	memset(flow, 0, sizeof(*flow));
	if (ret)
		return ret;
	only.steer = calloc(1, sizeof(*only.steer));
	if (!only.steer)
		return err_set(err, -ENOMEM, "out of memory");
	*only.steer = ask->wish;
	(void)text_copy(only.steer->name, sizeof(only.steer->name), STEER_BY_COMMAND); /* fits */
	only.nr_steer = 1;
	ret = flow_no_lanes(&only, err);
	if (!ret)
		ret = flow_read(&from, flow, err);
	config_free(&only);
	if (ret)
		return ret;
	others_leave(ask, &flow->facts);
	ret = plan_build(&flow->facts, &flow->policy, &flow->plan, err);
	servers_stay(&flow->plan);
	return ret;
}

/* What is not as it is wished, and that nothing is to be done where all is. */
static void plan_say(const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_note; i++)
		if (!strncmp(plan->note[i], "steer ", 6))
			say("note: %s\n", plan->note[i]);
	for (i = 0; i < plan->nr_steer && !plan->nr_step; i++)
		if (!plan->steer[i].left[0])
			say("steer %s: nothing to change\n", plan->steer[i].listen);
}

int steer_start_here(const struct steer_ask *ask, struct err *err)
{
	struct journal *journal;
	struct flow flow;
	int ret = steer_plan_wish(ask, &flow, err);

	if (!ret && flow.facts.node.cmdline_off[0] == '1')
		ret = err_set(err, -EPERM,
			      "netlane.off is on the kernel command line: nothing is changed on "
			      "this boot");
	if (!ret)
		ret = writer_open(&flow.facts.node, ask->who, &journal, err);
	if (ret)
		goto free_flow;
	ret = writer_may_add(journal_state(journal), err);
	if (!ret && !steer_wish_add(&ask->wish))
		ret = err_set(err, -EIO, RUN_DIR " cannot be written");
	if (!ret) {
		plan_say(&flow.plan);
		ret = making_servers(journal, &flow);
	}
	journal_close(journal);
free_flow:
	flow_free(&flow);
	return ret;
}

/* ------------------------------------------------------------- stop */

static bool is_stopped(const struct steer_ask *ask, const struct steer_policy *steer)
{
	return steer->asked_in && (!ask->wish.port || names_the_same(steer, &ask->wish));
}

/* What becomes of @group: is it one that is stopped, and nobody else's? With @pin, that pins. */
static bool is_let_go(const struct steer_ask *ask, const struct facts *facts,
		      const struct listen_group *group, bool pin)
{
	bool stopped = false;
	unsigned int i;

	for (i = 0; i < ask->policy->nr_steer; i++) {
		const struct steer_policy *steer = &ask->policy->steer[i];

		if (!steer_names(facts, steer, group) || (pin && !steer->pin))
			continue;
		if (!is_stopped(ask, steer))
			return false;
		stopped = true;
	}
	return stopped;
}

static bool pin_is_let_go(const struct steer_ask *ask, const struct facts *facts,
			  const struct knob *knob)
{
	char addr[ADDR_LEN];
	unsigned int i, k;

	for (i = 0; i < facts->nr_group; i++) {
		const struct listen_group *group = &facts->group[i];

		for (k = 0; k < group->nr_socket; k++) {
			pin_name(group->socket[k].tid, group->socket[k].started, addr,
				 sizeof(addr));
			if (!strcmp(addr, knob->addr))
				return is_let_go(ask, facts, group, true);
		}
	}
	return false;
}

static bool entry_is_let_go(const struct steer_ask *ask, const struct facts *facts,
			    const struct entry *entry)
{
	const struct knob *knob = &entry->step.knob;
	bool udp = !strncmp(knob->addr, GROUP_UDP, strlen(GROUP_UDP));
	const char *listen = knob->addr + (udp ? strlen(GROUP_UDP) : 0);
	struct listen_group group = { .netns = knob->netns, .udp = udp };
	char canonical[ADDR_LEN];

	if (entry->undone)
		return false;
	if (knob->kind == KNOB_PIN)
		return pin_is_let_go(ask, facts, knob);
	/* its sockets may be gone, or others: what it listened on names it */
	memcpy(group.listen, knob->addr, sizeof(group.listen)); /* same sizes */
	return knob->kind == KNOB_STEER && !config_listen_parse(listen, canonical, &group.port) &&
	       is_let_go(ask, facts, &group, false);
}

static int give_back(const struct steer_ask *ask, struct journal *journal,
		     const struct facts *facts, struct err *err)
{
	const struct journal_state *state = journal_state(journal);
	bool *those = calloc(state->nr_entry + 1, sizeof(*those));
	struct undo_report report = { { 0 } };
	struct text text = { 0 };
	unsigned int i, nr = 0;
	int ret = those ? 0 : err_set(err, -ENOMEM, "out of memory");

	for (i = 0; i < state->nr_entry && !ret; i++) {
		those[i] = state->open && entry_is_let_go(ask, facts, &state->entry[i]);
		nr += those[i];
	}
	if (nr)
		ret = apply_undo_some("/", journal, "steer stop", those, &down_watch, &report, err);
	free(those);
	if (!ret || nr) {
		down_report(&text, &report);
		say("%s: %s\n", ret ? "not all is given back" : "given back", text.s ? text.s : "");
	}
	text_free(&text);
	return ret;
}

int steer_stop_here(const struct steer_ask *ask, struct err *err)
{
	struct flow_from from = { .policy = ask->policy, .what = FACTS_GROUPS };
	struct journal *journal;
	unsigned int i, nr = 0;
	struct flow flow;
	int ret;

	for (i = 0; i < ask->policy->nr_steer; i++)
		nr += is_stopped(ask, &ask->policy->steer[i]);
	if (!nr) {
		say("nothing is steered by command %s\n", ask->wish.port ? "there" : "here");
		return 0;
	}
	ret = flow_read(&from, &flow, err);
	if (!ret)
		ret = writer_open(&flow.facts.node, ask->who, &journal, err);
	if (ret)
		goto free_flow;
	/* first: whoever looks meanwhile is not to steer again */
	for (i = 0; i < ask->policy->nr_steer && !ret; i++)
		if (is_stopped(ask, &ask->policy->steer[i]) &&
		    !steer_wish_remove(&ask->policy->steer[i]))
			ret = err_set(err, -EIO, RUN_DIR " cannot be written");
	if (!ret)
		ret = give_back(ask, journal, &flow.facts, err);
	journal_close(journal);
free_flow:
	flow_free(&flow);
	return ret;
}
