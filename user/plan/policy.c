// SPDX-License-Identifier: GPL-2.0
/* Which rules hold for a NIC; see policy.h. */
#include "plan/policy.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static bool is_any(const struct nic_policy *section)
{
	return !strcmp(section->match, "*");
}

bool policy_matches(const struct nic_policy *section, const struct nic *nic)
{
	if (!section->match[0])
		return false;
	return is_any(section) || !strcmp(section->match, nic->ifname) ||
	       !strcasecmp(section->match, nic->mac) || !strcasecmp(section->match, nic->bus);
}

static int rules_add(struct nic_rules *rules, const struct nic_policy *section, struct err *err)
{
	if (section->channels && section->nr_cpus && section->channels != section->nr_cpus)
		return err_set(err, -EINVAL,
			       "%s: channels = %u, but cpus names %u; one of them is enough",
			       section->from, section->channels, section->nr_cpus);
	if (section->channels || section->nr_cpus) {
		rules->channels = section->channels;
		rules->channels_from = section->from;
		rules->channels_any = is_any(section);
		rules->cpus = section->nr_cpus ? section->cpus : NULL;
		rules->nr_cpus = section->nr_cpus;
		rules->cpus_from = section->from;
	}
	if (section->manage != IS_UNKNOWN) {
		rules->manage = section->manage;
		rules->manage_from = section->from;
	}
	if (section->rps >= 0) {
		rules->rps = section->rps != CHOICE_OFF;
		rules->rps_from = section->from;
	}
	if (section->rss >= 0)
		rules->rss = section->rss != CHOICE_OFF;
	if (section->source_routing != IS_UNKNOWN) {
		rules->source_routing = section->source_routing;
		rules->source_routing_from = section->from;
		rules->source_routing_any = is_any(section);
	}
	if (section->network_manager != NM_UNSAID) {
		rules->network_manager = section->network_manager;
		rules->network_manager_from = section->from;
	}
	if (section->allow_risk >= 0)
		rules->allow_risk = (enum risk)section->allow_risk;
	return 0;
}

int policy_rules(const struct policy *policy, const struct nic *nic, struct nic_rules *rules,
		 struct err *err)
{
	unsigned int i;
	int ret;

	memset(rules, 0, sizeof(*rules));
	rules->rps = rules->rss = true;
	rules->source_routing_from = rules->network_manager_from = "";
	rules->manage_from = rules->channels_from = rules->cpus_from = rules->rps_from = "";
	for (i = 0; i < policy->nr_nic; i++) {
		if (!policy_matches(&policy->nic[i], nic))
			continue;
		rules->named |= !is_any(&policy->nic[i]);
		ret = rules_add(rules, &policy->nic[i], err);
		if (ret)
			return ret;
	}
	return 0;
}

static bool is_present(const struct cpus *cpus, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < cpus->nr_cpu; i++)
		if (cpus->cpu[i].id == id)
			return true;
	return cpumask_has(&cpus->online, id);
}

int policy_check_cpus(const struct nic_rules *rules, const struct nic *nic, const struct cpus *cpus,
		      struct err *err)
{
	struct cpumask seen = { 0 };
	unsigned int i, max = nic->channels.max;

	if (rules->nr_cpus > max)
		return err_set(err, -EINVAL, "%s: cpus names %u CPUs, but %s has only %u queue%s",
			       rules->cpus_from, rules->nr_cpus, nic->ifname, max,
			       max == 1 ? "" : "s");
	for (i = 0; i < rules->nr_cpus; i++) {
		unsigned int cpu = rules->cpus[i];

		if (!is_present(cpus, cpu))
			return err_set(err, -EINVAL, "%s: cpus names CPU %u, which is not there",
				       rules->cpus_from, cpu);
		if (!cpumask_has(&cpus->online, cpu))
			return err_set(err, -EAGAIN, "%s: cpus names CPU %u, which is offline",
				       rules->cpus_from, cpu);
		if (cpumask_has(&seen, cpu))
			return err_set(err, -EINVAL, "%s: cpus names CPU %u twice",
				       rules->cpus_from, cpu);
		cpumask_add(&seen, cpu);
	}
	return 0;
}
