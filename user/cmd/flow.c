// SPDX-License-Identifier: GPL-2.0
/* facts -> policy -> plan, as several commands need it; see flow.h. */
#include "cmd/flow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/config.h"
#include "facts/facts.h"
#include "facts/instances.h"
#include "plan/plan.h"
#include "view/view.h"

int flow_no_nic(const struct facts *facts, const char *name, struct err *err)
{
	char list[200] = "", shown[64];
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < facts->nr_nic && at < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i ? ", " : "",
				       facts->nic[i].ifname);
	text_escape(shown, sizeof(shown), name);
	return err_set(err, -ENODEV, "there is no NIC '%s' here; this node has %s", shown,
		       list[0] ? list : "none");
}

/* One more section, behind those of the files, so that it wins. */
static struct nic_policy *policy_add(struct policy *policy, const char *ifname, const char *from)
{
	struct nic_policy *nic = realloc(policy->nic, (policy->nr_nic + 1) * sizeof(*nic));

	if (!nic)
		return NULL;
	policy->nic = nic;
	nic += policy->nr_nic++;
	memset(nic, 0, sizeof(*nic));
	(void)text_copy(nic->match, sizeof(nic->match), ifname); /* an interface name fits */
	nic->rps = nic->rss = nic->allow_risk = -1;
	(void)text_copy(nic->from, sizeof(nic->from), from);
	return nic;
}

int flow_only(struct policy *policy, char *const *nics, unsigned int nr, struct err *err)
{
	unsigned int i;

	for (i = 0; nr && i <= nr; i++) {
		struct nic_policy *nic =
			policy_add(policy, i ? nics[i - 1] : "*", "the command line");

		if (!nic)
			return err_set(err, -ENOMEM, "out of memory");
		nic->manage = i ? IS_YES : IS_NO;
	}
	return 0;
}

int flow_no_lanes(struct policy *policy, struct err *err)
{
	struct nic_policy *nic = policy_add(policy, "*", "the command line");

	if (!nic)
		return err_set(err, -ENOMEM, "out of memory");
	nic->manage = IS_NO;
	return 0;
}

static int nics_select(const struct flow_from *from, struct flow *flow, struct err *err)
{
	unsigned int i;

	for (i = 0; i < from->nr_nics; i++)
		if (!facts_nic(&flow->facts, from->nics[i]))
			return flow_no_nic(&flow->facts, from->nics[i], err);
	return flow_only(&flow->policy, from->nics, from->nr_nics, err);
}

/* What has to be read for this policy: source routing wants more, and asks the cloud. */
static unsigned int what_of(const struct flow_from *from, const struct policy *policy)
{
	unsigned int i, what = from->what;

	for (i = 0; i < policy->nr_nic; i++)
		if (policy->nic[i].source_routing == IS_YES)
			what |= FACTS_ROUTING;
	if (policy->nr_steer)
		what |= FACTS_GROUPS;
	if (policy->nr_bind)
		what |= FACTS_BINDS;
	return what;
}

int flow_read(const struct flow_from *from, struct flow *flow, struct err *err)
{
	int ret;

	memset(flow, 0, sizeof(*flow));
	if (!from->policy)
		ret = config_read(from->root, from->config, &flow->policy, err);
	else if (config_copy(from->policy, &flow->policy))
		ret = err_set(err, -ENOMEM, "out of memory");
	else
		ret = 0;
	if (ret)
		return ret;
	if (from->as_type)
		ret = instances_facts(from->as_type, &flow->facts, err);
	else if (from->facts_file)
		ret = facts_load(from->facts_file, &flow->facts, err);
	else if (from->last && from->last->cpus.nr_cpu) {
		flow->facts = *from->last;
		memset(from->last, 0, sizeof(*from->last));
		ret = facts_refresh(what_of(from, &flow->policy), &flow->facts, err);
	} else
		ret = facts_gather(from->root ? from->root : "/", what_of(from, &flow->policy),
				   &flow->facts, err);
	if (!ret && !from->as_type && !from->facts_file &&
	    facts_groups_in(&flow->policy, &flow->facts))
		ret = err_set(err, -ENOMEM, "out of memory");
	return ret ? ret : nics_select(from, flow, err);
}

int flow_prepare(const struct flow_from *from, struct flow *flow, struct err *err)
{
	int ret = flow_read(from, flow, err);

	return ret ? ret : plan_build(&flow->facts, &flow->policy, &flow->plan, err);
}

int flow_keep_channels(struct flow *flow, struct err *err)
{
	struct nic_policy *nic;
	unsigned int i, kept = 0;

	for (i = 0; i < flow->plan.nr_step; i++) {
		const struct step *step = &flow->plan.step[i];
		const struct nic *facts;

		if (!step->needs_confirm ||
		    (step->knob.kind != KNOB_CHANNELS && step->knob.kind != KNOB_RULE &&
		     step->knob.kind != KNOB_NM))
			continue;
		facts = facts_nic(&flow->facts, step->ifname);
		nic = policy_add(&flow->policy, step->ifname, "channels kept: nobody to confirm");
		if (!facts || !nic)
			return err_set(err, -ENOMEM, "out of memory");
		if (step->knob.kind == KNOB_CHANNELS)
			nic->channels = facts->channels.now;
		else if (step->knob.kind == KNOB_NM)
			nic->network_manager = NM_LEAVE;
		else
			nic->source_routing = IS_NO;
		kept++;
	}
	if (!kept)
		return 0;
	plan_free(&flow->plan);
	return plan_build(&flow->facts, &flow->policy, &flow->plan, err);
}

void flow_free(struct flow *flow)
{
	plan_free(&flow->plan);
	facts_free(&flow->facts);
	config_free(&flow->policy);
}

uint64_t boot_ms(void)
{
	return clock_boot_ns() / 1000000;
}

unsigned int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < 40)
		return VIEW_WIDTH;
	return size.ws_col < 132 ? size.ws_col : 132; /* longer lines are hard to read */
}
