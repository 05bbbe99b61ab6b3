// SPDX-License-Identifier: GPL-2.0
/* One look at the node, and what follows from it; see keep.h. */
#include "cmd/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/groups.h"
#include "base/hash.h"
#include "base/names.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/counting.h"
#include "cmd/down.h"
#include "cmd/flow.h"
#include "cmd/repair.h"
#include "cmd/tell.h"
#include "facts/facts.h"
#include "plan/bind.h"
#include "plan/plan.h"
#include "view/view.h"

#define MASK_TEXT_LEN (CPUMASK_BITS / 4 + CPUMASK_BITS / 32 + 8)
#define DEADLINE_GRACE_MS 10000 /* for the timer of an up, whose work it is */

const struct entry *keep_entry(const struct journal_state *state, const struct knob *knob)
{
	int at = journal_find(state, knob);

	return at >= 0 && !state->entry[at].undone ? &state->entry[at] : NULL;
}

/*
 * A NIC whose number of lanes is not for now: fewer CPUs are there than when
 * they were made, which is no reason to lose packets for a change of channels;
 * or somebody wants another number. With another number no mask fits.
 */
static bool nic_waits(struct keep *keep, const struct flow *flow, const struct journal_state *state,
		      const struct knob *knob)
{
	const struct step *channels = plan_reshapes(&flow->plan, knob);
	const struct entry *entry = channels ? keep_entry(state, &channels->knob) : NULL;
	bool yielded = entry && entry->yielded;
	struct cpumask gone;

	cpumask_andnot(&gone, &keep->held_online, &flow->facts.cpus.online);
	if (!channels || (cpumask_empty(&gone) && !yielded))
		return false;
	(void)snprintf(keep->waits, sizeof(keep->waits), "%s waits: %s", channels->ifname,
		       yielded ? "its channels are left to somebody" :
				 "CPUs of its lanes are offline");
	return true;
}

bool keep_steers(const struct journal_state *state, const struct step *step)
{
	return step->knob.kind != KNOB_STEER || !strcmp(step->before, GROUP_HASH) ||
	       keep_entry(state, &step->knob);
}

static bool is_wanted(struct keep *keep, const struct flow *flow, const struct journal_state *state,
		      const struct step *step)
{
	const struct entry *entry = keep_entry(state, &step->knob);

	if (entry && entry->yielded)
		return false;
	if (knob_is_of_servers(step->knob.kind) &&
	    (clock_boot_ns() < keep->steer_again_ns || !keep_steers(state, step)))
		return false;
	if (step->knob.bus[0] && nic_waits(keep, flow, state, &step->knob))
		return false;
	/* held already, and as it should be */
	if (step->carried && entry && (entry->done || !knob_lasts(step->knob.kind)) &&
	    !strcmp(entry->step.after, step->after) && !plan_reshapes(&flow->plan, &step->knob))
		return false;
	return true;
}

void keep_sift(struct keep *keep, struct flow *flow, const struct journal_state *state)
{
	bool *wanted = calloc(flow->plan.nr_step + 1, sizeof(*wanted));
	unsigned int i, nr = 0;

	for (i = 0; i < flow->plan.nr_step; i++)
		if (wanted)
			wanted[i] = is_wanted(keep, flow, state, &flow->plan.step[i]);
	for (i = 0; i < flow->plan.nr_step; i++) {
		if (wanted && wanted[i])
			flow->plan.step[nr++] = flow->plan.step[i];
		else
			step_free(&flow->plan.step[i]);
	}
	flow->plan.nr_step = nr;
	free(wanted);
}

static uint64_t nics_fingerprint(const struct facts *facts)
{
	uint64_t hash = HASH_SEED;
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++) {
		const struct nic *nic = &facts->nic[i];

		if (!nic->bus[0])
			continue;
		hash = hash_bytes(hash, &nic->ifindex, sizeof(nic->ifindex));
		hash = hash_bytes(hash, &nic->nr_queue, sizeof(nic->nr_queue));
	}
	return hash;
}

/* What came or went is counted, too. */
static void count_new(struct keep *keep, const struct facts *facts)
{
	uint64_t nics = nics_fingerprint(facts);

	if (keep->nics && keep->nics != nics)
		counting_follow(keep->policy.counters);
	keep->nics = nics;
}

static void waits_note(struct keep *keep, const struct flow *flow)
{
	unsigned int i;

	for (i = 0; i < flow->plan.nr_nic; i++)
		if (flow->plan.nic[i].verdict == NIC_LEFT &&
		    !strncmp(flow->plan.nic[i].reason, "it waits", 8))
			(void)snprintf(keep->waits, sizeof(keep->waits), "%s: %.180s",
				       flow->plan.nic[i].ifname, flow->plan.nic[i].reason);
}

int keep_look(struct keep *keep, const char *event, bool all, struct err *err)
{
	struct flow_from from = { .policy = &keep->policy, .last = all ? NULL : &keep->facts };
	struct journal_state state = { 0 };
	unsigned int before = keep->repairs + keep->yielded;
	uint64_t began = clock_boot_ns();
	struct flow flow = { 0 };
	int ret;

	if (!keep->holding)
		return 0;
	keep->waits[0] = '\0';
	keep->steer_waits = false;
	ret = journal_read(JOURNAL_DIR, &state, err);
	if (ret == -ENOENT || (!ret && !state.open)) {
		ret = 0;
		memset(err, 0, sizeof(*err));
		if (keep->opened) {
			keep_end(keep); /* given back, by the timer of an up or by hand */
			goto free_state;
		}
	} else if (!ret) {
		keep->opened = true;
	}
	if (!ret && state.deadline_boot_ms &&
	    state.deadline_boot_ms + DEADLINE_GRACE_MS < boot_ms()) {
		(void)down_if_due(0); /* its timer was lost, with a service or an upgrade */
		keep_end(keep);
		goto free_state;
	}
	if (!ret)
		ret = flow_read(&from, &flow, err);
	flow.policy.keeping = true;
	flow.policy.until_boot = state.deadline_boot_ms;
	facts_remember(&flow.facts, &keep->facts);
	if (!ret)
		ret = plan_build(&flow.facts, &flow.policy, &flow.plan, err);
	if (!ret)
		ret = flow_keep_channels(&flow, err);
	if (ret)
		goto free_flow;
	waits_note(keep, &flow);
	keep->steer_waits = plan_steer_waits(&flow.plan) || bind_waits(&flow.policy, &flow.facts);
	count_new(keep, &flow.facts);
	keep_sift(keep, &flow, &state);
	if (flow.plan.nr_step)
		ret = repair(keep, &flow, event, err);
	if (!ret) {
		keep->good_ns = began;
		tell_module(keep, &flow);
		ret = keep->repairs + keep->yielded != before;
	}
free_flow:
	if (flow.facts.cpus.nr_cpu) {
		facts_free(&keep->facts);
		keep->facts = flow.facts;
		memset(&flow.facts, 0, sizeof(flow.facts));
	}
	flow_free(&flow);
free_state:
	journal_state_free(&state);
	return ret;
}

void keep_note(const struct keep *keep)
{
	char text[MASK_TEXT_LEN];

	(void)cpumask_format_hex(&keep->held_online, text, sizeof(text)); /* fits */
	if (file_replace(HELD_CPUS_PATH, text))
		(void)fail(HELD_CPUS_PATH " cannot be written");
}

void keep_begin(struct keep *keep)
{
	struct err err = { 0 };
	struct facts facts;

	if (!facts_gather("/", 0, &facts, &err)) {
		keep->held_online = facts.cpus.online;
		keep->nics = nics_fingerprint(&facts);
		keep_note(keep);
	}
	facts_free(&facts);
	facts_free(&keep->facts);
	wishes_free(&keep->wishes);
	keep->told = 0; /* an up lets the module forget */
	keep->good_ns = clock_boot_ns();
	keep->opened = false;
	keep->holding = true;
}

bool keep_resume(struct keep *keep)
{
	struct journal_state state = { 0 };
	char text[MASK_TEXT_LEN];
	struct facts facts = { 0 };
	bool goes_on = false;

	if (!journal_read(JOURNAL_DIR, &state, NULL) && !facts_gather("/", 0, &facts, NULL))
		goes_on = state.open && state.complete &&
			  journal_origin(&state, &facts.node) == JOURNAL_HERE &&
			  !file_read(NULL, text, sizeof(text), HELD_CPUS_PATH) &&
			  !cpumask_parse_hex(text_trim(text), &keep->held_online);
	keep->nics = nics_fingerprint(&facts);
	keep->holding = goes_on;
	facts_free(&facts);
	journal_state_free(&state);
	return goes_on;
}

void keep_end(struct keep *keep)
{
	keep->holding = false;
	keep->waits[0] = '\0';
	facts_free(&keep->facts);
	tell_nothing(keep);
}

void keep_free(struct keep *keep)
{
	culprits_free(&keep->culprits);
	wishes_free(&keep->wishes);
	facts_free(&keep->facts);
	config_free(&keep->policy);
	memset(keep, 0, sizeof(*keep));
}
