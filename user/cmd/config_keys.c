// SPDX-License-Identifier: GPL-2.0
/* The keys of the configuration and their values; see config_keys.h. */
#include "cmd/config_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"

#define SWEEP_MAX_S 3600

static int parse_yes_no(const char *value, bool *out)
{
	if (!strcmp(value, "yes"))
		*out = true;
	else if (!strcmp(value, "no"))
		*out = false;
	else
		return -EINVAL;
	return 0;
}

static int mode_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	int mode = name_find(mode_names, value);

	if (mode < 0)
		return -EINVAL;
	policy->mode = (enum mode)mode;
	return 0;
}

static int allowed_cpus_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	return cpumask_parse_list(value, &policy->allowed) ? -EINVAL : 0;
}

static int irqbalance_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	return parse_yes_no(value, &policy->irqbalance);
}

static int module_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	return parse_yes_no(value, &policy->module);
}

static int counters_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	return parse_yes_no(value, &policy->counters);
}

static int sweep_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	unsigned long n = 0;

	if (strcmp(value, "off") && text_uint(value, 1, SWEEP_MAX_S, &n))
		return -EINVAL;
	policy->sweep_s = (unsigned int)n;
	return 0;
}

static int manage_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	bool yes;

	if (parse_yes_no(value, &yes))
		return -EINVAL;
	nic->manage = yes ? IS_YES : IS_NO;
	return 0;
}

static int channels_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	unsigned long n;

	if (!strcmp(value, "auto")) {
		nic->channels = 0;
		return 0;
	}
	if (text_uint(value, 1, CPUMASK_BITS, &n))
		return -EINVAL;
	nic->channels = (unsigned int)n;
	return 0;
}

/* An ordered list: "2,0,3,1" or "0-3,8". Lane i runs on the i-th CPU. */
static int cpus_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	unsigned int *cpus = calloc(CPUMASK_BITS, sizeof(*cpus)), nr = 0, first, last;
	struct cpumask seen = { 0 };
	int n, ret = cpus ? 0 : -ENOMEM;

	while (!ret && *value) {
		char end = 0;

		ret = -EINVAL;
		if (sscanf(value, "%u%n", &first, &n) != 1)
			break;
		last = first;
		value += n;
		if (*value == '-') {
			if (sscanf(++value, "%u%n", &last, &n) != 1)
				break;
			value += n;
		}
		value += strspn(value, " \t");
		end = *value;
		if (last < first || last >= CPUMASK_BITS || (end && end != ','))
			break;
		ret = 0;
		for (; first <= last && !ret; first++) {
			if (cpumask_has(&seen, first))
				ret = -EINVAL;
			else
				cpus[nr++] = first;
			cpumask_add(&seen, first);
		}
		if (end)
			value += 1 + strspn(value + 1, " \t");
		if (end && !*value)
			ret = -EINVAL;
	}
	if (ret || !nr) {
		free(cpus);
		return -EINVAL;
	}
	free(nic->cpus);
	nic->cpus = cpus;
	nic->nr_cpus = nr;
	return 0;
}

static int choice_parse(const char *value, int *out)
{
	if (!strcmp(value, "auto"))
		*out = CHOICE_AUTO;
	else if (!strcmp(value, "off"))
		*out = CHOICE_OFF;
	else
		return -EINVAL;
	return 0;
}

static int rps_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	return choice_parse(value, &nic->rps);
}

static int rss_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	return choice_parse(value, &nic->rss);
}

static int source_routing_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	bool yes;

	if (parse_yes_no(value, &yes))
		return -EINVAL;
	nic->source_routing = yes ? IS_YES : IS_NO;
	return 0;
}

static int network_manager_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	if (!strcmp(value, "leave"))
		nic->network_manager = NM_LEAVE;
	else if (!strcmp(value, "unmanaged"))
		nic->network_manager = NM_UNMANAGED;
	else
		return -EINVAL;
	return 0;
}

static int allow_risk_parse(struct policy *policy, struct nic_policy *nic, const char *value)
{
	nic->allow_risk = name_find(risk_names, value);
	return nic->allow_risk < 0 ? -EINVAL : 0;
}

const struct config_key config_node_keys[] = {
	{ "mode", "observe or hold", mode_parse },
	{ "allowed_cpus", "a CPU list such as 0-3,5, below 2048", allowed_cpus_parse },
	{ "irqbalance", "yes or no", irqbalance_parse },
	{ "module", "yes or no", module_parse },
	{ "counters", "yes or no", counters_parse },
	{ "sweep", "off or seconds, 1 to 3600", sweep_parse },
	{ NULL, NULL, NULL },
};

const struct config_key config_nic_keys[] = {
	{ "manage", "yes or no", manage_parse },
	{ "channels", "auto or a number of queue pairs, 1 to 2048", channels_parse },
	{ "cpus", "CPUs in lane order, each once, such as 2,0,3,1 or 0-7", cpus_parse },
	{ "rps", "auto or off", rps_parse },
	{ "rss", "auto or off", rss_parse },
	{ "source_routing", "yes or no", source_routing_parse },
	{ "network_manager", "leave or unmanaged", network_manager_parse },
	{ "allow_risk", "none, blip or can-cut-off", allow_risk_parse },
	{ NULL, NULL, NULL },
};
