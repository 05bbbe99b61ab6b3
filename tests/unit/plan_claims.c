/* What a plan keeps whatever the machine is; see plan_claims.h. */
#include "tests/unit/plan_claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "tests/unit/model.h"

char what[64];

static void housekeeping(const struct facts *facts, const struct policy *policy,
			 struct cpumask *mask)
{
	cpumask_andnot(mask, &facts->cpus.online, &facts->cpus.isolated);
	if (!cpumask_empty(&policy->allowed))
		cpumask_and(mask, mask, &policy->allowed);
}

static const struct nic *nic_of(const struct facts *facts, const struct nic_plan *np)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++)
		if (!strcmp(facts->nic[i].ifname, np->ifname))
			return &facts->nic[i];
	fail_msg("%s: %s is planned and not there", what, np->ifname);
	return NULL;
}

/* One section's word about this NIC, the last that has one; -1: none. */
static int wish(const struct policy *policy, const struct nic *nic, size_t offset)
{
	int said = -1;
	unsigned int i;

	for (i = 0; i < policy->nr_nic; i++) {
		const struct nic_policy *s = &policy->nic[i];
		int value = *(const int *)((const char *)s + offset);

		if (value >= 0 && (!strcmp(s->match, "*") || !strcmp(s->match, nic->ifname) ||
				   !strcmp(s->match, nic->mac) || !strcmp(s->match, nic->bus)))
			said = value;
	}
	return said;
}

/* The last section that says how many lanes there are, or NULL. */
static const struct nic_policy *wish_lanes(const struct policy *policy, const struct nic *nic)
{
	const struct nic_policy *said = NULL;
	unsigned int i;

	for (i = 0; i < policy->nr_nic; i++) {
		const struct nic_policy *s = &policy->nic[i];

		if ((s->channels || s->nr_cpus) &&
		    (!strcmp(s->match, "*") || !strcmp(s->match, nic->ifname) ||
		     !strcmp(s->match, nic->mac) || !strcmp(s->match, nic->bus)))
			said = s;
	}
	return said;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* What keeps the channels as they are: the driver refuses a change under XDP. */
static bool may_hold(const struct policy *policy, const struct nic *nic)
{
	return nic->xdp_prog || wish(policy, nic, offsetof(struct nic_policy, rss)) == CHOICE_OFF;
}

static void claim_count(const struct policy *policy, const struct nic *nic,
			const struct nic_plan *np, unsigned int nr_c)
{
	const struct nic_policy *s = wish_lanes(policy, nic);
	unsigned int wanted = least(nic->channels.max, nr_c);

	if (s && s->nr_cpus)
		wanted = s->nr_cpus;
	else if (s)
		wanted = least(wanted, s->channels);
	if (np->nr_lane == nic->channels.now && may_hold(policy, nic))
		return;
	CLAIM(np->nr_lane == wanted, "%s: %s has %u lanes, not %u", what, np->ifname, np->nr_lane,
	      wanted);
}

void claim_lanes(const struct facts *facts, const struct policy *policy, const struct nic_plan *np)
{
	struct cpumask c, lanes = { 0 }, xps = { 0 }, helpers = { 0 }, both;
	unsigned int i, nr_xps = 0, nr_helpers = 0;

	housekeeping(facts, policy, &c);
	claim_count(policy, nic_of(facts, np), np, cpumask_count(&c));
	for (i = 0; i < np->nr_lane; i++) {
		const struct lane *lane = &np->lane[i];

		CLAIM(lane->index == i, "%s: lane %u is called %u", what, i, lane->index);
		CLAIM(!cpumask_has(&lanes, lane->cpu), "%s: %s: two lanes on CPU %u", what,
		      np->ifname, lane->cpu);
		CLAIM(cpumask_has(&lane->xps, lane->cpu), "%s: lane %u's CPU sends elsewhere", what,
		      i);
		cpumask_add(&lanes, lane->cpu);
		cpumask_or(&xps, &xps, &lane->xps);
		cpumask_or(&helpers, &helpers, &lane->helpers);
		nr_xps += cpumask_count(&lane->xps);
		nr_helpers += cpumask_count(&lane->helpers);
	}
	CLAIM(cpumask_equal(&xps, &facts->cpus.online) && nr_xps == cpumask_count(&xps),
	      "%s: %s: XPS is no partition of the online CPUs", what, np->ifname);
	cpumask_andnot(&both, &c, &lanes);
	CLAIM(cpumask_equal(&helpers, &both) && nr_helpers == cpumask_count(&helpers),
	      "%s: %s: the helpers are no partition of the CPUs without a lane", what, np->ifname);
}

static bool is_named(const struct policy *policy, const struct nic *nic)
{
	const struct nic_policy *s = wish_lanes(policy, nic);

	return s && s->nr_cpus;
}

void claim_sharing(const struct facts *facts, const struct policy *policy, const struct plan *plan)
{
	unsigned int load[CPUMASK_BITS] = { 0 }, i, j, cpu;
	struct cpumask c;
	bool idle = false;

	housekeeping(facts, policy, &c);
	for (i = 0; i < plan->nr_nic; i++)
		for (j = 0; j < plan->nic[i].nr_lane; j++)
			load[plan->nic[i].lane[j].cpu]++;
	cpumask_for_each(cpu, &c)
		idle |= !load[cpu];
	for (i = 0; i < plan->nr_nic && idle; i++)
		for (j = 0; j < plan->nic[i].nr_lane; j++)
			CLAIM(load[plan->nic[i].lane[j].cpu] == 1 ||
				      is_named(policy, nic_of(facts, &plan->nic[i])),
			      "%s: CPU %u has two lanes while another is idle", what,
			      plan->nic[i].lane[j].cpu);
}

static int group(enum knob_kind kind)
{
	return kind == KNOB_IRQBALANCE	  ? 0 :
	       kind < KNOB_RPS_SOCK_FLOW  ? 1 :
	       kind == KNOB_RPS_SOCK_FLOW ? 2 :
					    3;
}

void claim_order(const struct plan *plan)
{
	unsigned int i;

	for (i = 1; i < plan->nr_step; i++) {
		const struct knob *a = &plan->step[i - 1].knob, *b = &plan->step[i].knob;
		int ga = group(a->kind), gb = group(b->kind), nic = strcmp(a->bus, b->bus);

		CLAIM(ga < gb || (ga == gb && nic < 0) || (ga == gb && !nic && a->kind < b->kind) ||
			      (ga == gb && !nic && a->kind == b->kind && a->queue < b->queue),
		      "%s: step %u (%s %u) is out of order", what, i, knob_names[b->kind],
		      b->queue);
	}
}

static bool gated(const struct facts *facts, const struct policy *policy, const struct step *s)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++) {
		const struct nic *nic = &facts->nic[i];

		if (!strcmp(nic->ifname, s->ifname) && s->risk > RISK_NONE)
			return (nic->default_route || nic->metadata_route || nic->login) &&
			       wish(policy, nic, offsetof(struct nic_policy, allow_risk)) <
				       (int)s->risk;
	}
	return false;
}

void claim_step(const struct facts *facts, const struct policy *policy, const struct plan *plan,
		const struct step *s)
{
	char *now = model_read(facts, &s->knob);
	unsigned int i;

	CLAIM(!strcmp(now, s->before), "%s: %s %u: before is %s, the node has %s", what,
	      knob_names[s->knob.kind], s->knob.queue, s->before, now);
	CLAIM(s->carried || strcmp(s->before, s->after), "%s: %s %u changes nothing", what,
	      knob_names[s->knob.kind], s->knob.queue);
	CLAIM(s->why[0] && strlen(s->why) < sizeof(s->why) - 1, "%s: %s: why is '%s'", what,
	      knob_names[s->knob.kind], s->why);
	CLAIM((s->risk == RISK_BLIP) == (s->knob.kind == KNOB_CHANNELS), "%s: risk", what);
	CLAIM(s->needs_confirm == gated(facts, policy, s), "%s: %s: needs_confirm is %d", what,
	      s->ifname, s->needs_confirm);
	for (i = 0; i < plan->nr_nic && s->knob.bus[0]; i++)
		CLAIM(strcmp(plan->nic[i].ifname, s->ifname) || plan->nic[i].verdict == NIC_CHANGES,
		      "%s: a step on %s, which is %s", what, s->ifname,
		      verdict_names[plan->nic[i].verdict]);
	free(now);
}

void claim_rps(const struct facts *facts, const struct policy *policy, const struct plan *plan,
	       const struct step *s)
{
	struct cpumask mask, none = { 0 };
	const struct nic_plan *np;
	unsigned int i;

	if (s->knob.kind != KNOB_RPS || !strcmp(s->after, KNOB_ABSENT))
		return;
	for (i = 0; strcmp(plan->nic[i].ifname, s->ifname); i++)
		;
	np = &plan->nic[i];
	assert_int_equal(cpumask_parse_hex(s->after, &mask), 0);
	if (wish(policy, nic_of(facts, np), offsetof(struct nic_policy, rps)) == CHOICE_OFF)
		assert_true(cpumask_equal(&mask, &none));
	else
		CLAIM(cpumask_equal(&mask, &np->lane[s->knob.queue].helpers),
		      "%s: RPS of lane %u goes to others than its helpers", what, s->knob.queue);
}

/* A power of two, and all lanes together stay within the node's table. */
static void claim_flows(const struct facts *facts, const struct nic_plan *np, const struct queue *q,
			bool rps)
{
	bool node = facts->nr_sysctl && atoi(facts->sysctl[0].value) >= 32768;
	unsigned int n = q->rps_flow_cnt;

	if (!rps || !node || cpumask_empty(&np->lane[q->index].helpers))
		CLAIM(!n, "%s: queue %u has %u flows without use", what, q->index, n);
	else
		CLAIM(n && !(n & (n - 1)) && n * np->nr_lane <= 32768 &&
			      2 * n * np->nr_lane > 32768,
		      "%s: queue %u has %u flows", what, q->index, n);
}

void claim_wanted(const struct facts *facts, const struct policy *policy, const struct nic_plan *np)
{
	const struct nic *nic = nic_of(facts, np);
	bool rps = wish(policy, nic, offsetof(struct nic_policy, rps)) != CHOICE_OFF;
	unsigned int i;

	CLAIM(nic->channels.now == np->nr_lane, "%s: %u channels", what, nic->channels.now);
	for (i = 0; i < np->nr_lane; i++) {
		const struct lane *lane = &np->lane[i];
		const struct queue *q = &nic->queue[i];
		struct cpumask own = { 0 }, none = { 0 };

		cpumask_add(&own, lane->cpu);
		CLAIM((q->in.number < 0 || cpumask_equal(&q->in.affinity, &own)) &&
			      (q->out.number < 0 || cpumask_equal(&q->out.affinity, &own)),
		      "%s: %s: interrupts of lane %u are not on CPU %u", what, np->ifname, i,
		      lane->cpu);
		CLAIM(!q->has_xps || cpumask_equal(&q->xps, &lane->xps), "%s: %s: XPS of lane %u",
		      what, np->ifname, i);
		CLAIM(cpumask_empty(&q->xps_rxqs), "%s: %s: xps_rxqs of lane %u", what, np->ifname,
		      i);
		if (!q->has_rps)
			continue;
		CLAIM(cpumask_equal(&q->rps, rps ? &lane->helpers : &none),
		      "%s: %s: RPS of lane %u", what, np->ifname, i);
		claim_flows(facts, np, q, rps);
	}
}
