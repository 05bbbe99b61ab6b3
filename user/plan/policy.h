/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the owner wants of one NIC. The rule: key by key, the last section
 * that matches the NIC and says something about the key wins.
 */
#ifndef NETLANE_PLAN_POLICY_H
#define NETLANE_PLAN_POLICY_H

#include "base/err.h"
#include "types.h"

struct nic_rules {
	bool named; /* a section other than "*" is about this NIC */
	enum tri manage;
	const char *manage_from; /* file and line, as the others below */
	unsigned int channels; /* 0: as many as fit */
	const char *channels_from;
	bool channels_any; /* from "*": at most that many, not exactly */
	const unsigned int *cpus; /* NULL: netlane chooses */
	unsigned int nr_cpus;
	const char *cpus_from;
	bool rps;
	const char *rps_from;
	bool rss;
	enum tri source_routing;
	const char *source_routing_from;
	enum nm_choice network_manager;
	const char *network_manager_from;
	bool source_routing_any; /* from "*": not where a CNI is at work */
	enum risk allow_risk;
};

bool policy_matches(const struct nic_policy *section, const struct nic *nic);
/*
 * The rules of @nic. Of channels and cpus the later one wins, since each says
 * how many lanes there are; -EINVAL where one section says both and they differ.
 */
int policy_rules(const struct policy *policy, const struct nic *nic, struct nic_rules *rules,
		 struct err *err);
/* With the sentence: -EAGAIN when a named CPU is offline; -EINVAL: not there, or named twice. */
int policy_check_cpus(const struct nic_rules *rules, const struct nic *nic, const struct cpus *cpus,
		      struct err *err);

#endif /* NETLANE_PLAN_POLICY_H */
