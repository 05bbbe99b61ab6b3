// SPDX-License-Identifier: GPL-2.0
/*
 * Who else sets what netlane sets. The rule: one row of the table each, told
 * by its process, its unit or its CNI file; what is merely installed is no
 * owner. ecs_mq and the owner of an ENI have functions of their own.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/driver.h"
#include "base/files.h"
#include "base/irqbalance.h"
#include "facts/gather.h"

#define UNITS "/etc/systemd/system"
#define CNI "/etc/cni/net.d"

static const struct rule {
	const char *name;
	const char *comm[3]; /* of its process, cut at 15 letters as the kernel does */
	const char *unit; /* told when it is enabled but not running */
	const char *cni; /* part of its file's name in /etc/cni/net.d */
	const char *touches;
} rules[] = {
	{ "irqbalance", { "irqbalance" }, "irqbalance.service", NULL, "irq affinity" },
	{ "tuned", { "tuned" }, "tuned.service", NULL, "sysctls, irq affinity, channels" },
	{ "NetworkManager",
	  { "NetworkManager" },
	  "NetworkManager.service",
	  NULL,
	  "addresses, routes, mtu" },
	{ "kubelet", { "kubelet" }, "kubelet.service", NULL, "sysctls, cpusets" },
	{ "cilium", { "cilium-agent" }, NULL, "cilium", "ENIs, routes, tc, xdp, cgroup bpf" },
	{ "terway", { "terwayd", "terway-daemon", "terway" }, NULL, "terway", "ENIs, routes, tc" },
	{ "calico", { "calico-node", "calico-felix", "felix" }, NULL, "calico", "routes, tc" },
	{ "flannel", { "flanneld" }, NULL, "flannel", "routes" },
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

/* Does something want the unit at boot: UNITS/any.wants/UNIT? */
static bool unit_is_enabled(const char *root, const char *unit)
{
	char **names, link[PATH_MAX];
	bool enabled = false;
	unsigned int i, nr;

	if (files_list(root, &names, &nr, UNITS))
		return false;
	for (i = 0; i < nr && !enabled; i++) {
		const char *dot = strrchr(names[i], '.');

		if (dot && (!strcmp(dot, ".wants") || !strcmp(dot, ".requires")))
			enabled = !file_link(root, link, sizeof(link), UNITS "/%s/%s", names[i],
					     unit);
	}
	files_free(names, nr);
	return enabled;
}

static bool cni_file(const char *root, const char *part, char *buf, size_t len)
{
	unsigned int i, nr;
	bool found = false;
	char **names;

	if (files_list(root, &names, &nr, CNI))
		return false;
	for (i = 0; i < nr && !found; i++) {
		found = strstr(names[i], part);
		if (found)
			(void)snprintf(buf, len, CNI "/%s", names[i]);
	}
	files_free(names, nr);
	return found;
}

/* What is seen of one row; false: nothing. */
static bool rule_see(const struct gather *g, const struct rule *rule, struct owner *owner)
{
	const struct proc *proc = NULL;
	unsigned int i;

	for (i = 0; i < 3 && rule->comm[i] && !proc; i++)
		proc = procs_find(&g->procs, rule->comm[i]);
	if (proc) {
		owner->active = IS_YES;
		(void)snprintf(owner->evidence, sizeof(owner->evidence), "pid %u", proc->pid);
		return true;
	}
	if (rule->unit && unit_is_enabled(g->root, rule->unit)) {
		owner->active = IS_NO;
		(void)snprintf(owner->evidence, sizeof(owner->evidence), "%s enabled, not running",
			       rule->unit);
		return true;
	}
	/* its agent may be in a PID namespace that we do not see */
	owner->active = IS_UNKNOWN;
	return rule->cni && cni_file(g->root, rule->cni, owner->evidence, sizeof(owner->evidence));
}

static int owner_add(struct facts *facts, const struct owner *from, const char *name,
		     const char *touches)
{
	struct owner *owner = facts_more(&facts->owner, &facts->nr_owner, sizeof(*owner));

	if (!owner)
		return -ENOMEM;
	*owner = *from;
	(void)text_copy(owner->name, sizeof(owner->name), name); /* tables: they fit */
	(void)text_copy(owner->touches, sizeof(owner->touches), touches);
	return 0;
}

/*
 * Alibaba's images set queues, XPS, RPS and interrupts at boot by a script,
 * each version otherwise; newer ones stop irqbalance. In force means that the
 * unit is enabled: it has run, and runs again at the next boot or ENI.
 */
static int ecs_mq_gather(const struct gather *g, struct facts *facts)
{
	static const char *const traces[] = {
		"/etc/systemd/system/ecs_mq.service",
		"/usr/lib/systemd/system/ecs_mq.service",
		"/lib/udev/rules.d/62-ecs-mq.rules",
		"/usr/sbin/ecs_mq_rps_rfs",
		"/sbin/ecs_mq_rps_rfs",
		"/var/log/ecs_network_optimization.log",
	};
	struct owner owner = { .active = IS_NO };
	struct text seen = { 0 };
	unsigned int i;

	if (unit_is_enabled(g->root, "ecs_mq.service")) {
		owner.active = IS_YES;
		text_add(&seen, "enabled");
	}
	for (i = 0; i < sizeof(traces) / sizeof(traces[0]); i++)
		if (file_exists(g->root, "%s", traces[i]))
			text_add(&seen, "%s%s", seen.len ? ", " : "", traces[i]);
	if (seen.len)
		(void)text_copy(owner.evidence, sizeof(owner.evidence), seen.s); /* cut is fine */
	text_free(&seen);
	if (!owner.evidence[0])
		return 0;
	return owner_add(facts, &owner, "ecs_mq", "channels, irq affinity, xps, rps");
}

static bool leads_out(const struct rtnl *rtnl, unsigned int ifindex)
{
	unsigned int i;

	for (i = 0; i < rtnl->nr_def; i++)
		if (rtnl->def[i].table == RT_TABLE_MAIN &&
		    rtnl_carries(rtnl, ifindex, rtnl->def[i].ifindex))
			return true;
	return false;
}

static void enis_give(const struct gather *g, struct facts *facts, const char *cni)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++) {
		struct nic *nic = &facts->nic[i];

		if (nic->bus[0] && driver_find(nic->driver) && !nic->owner[0] &&
		    !leads_out(&g->rtnl, nic->ifindex))
			(void)snprintf(nic->owner, sizeof(nic->owner), "%s (eni)", cni);
	}
}

/*
 * Terway and Cilium attach ENIs for their pods and route them by policy. No
 * mark says which: beside them every NIC that the main table does not lead
 * out by is taken for theirs. One too many is only left alone.
 */
void nics_own(const struct gather *g, struct facts *facts)
{
	unsigned int i;

	for (i = 0; i < facts->nr_owner && g->live && !g->rtnl.err; i++) {
		const char *name = facts->owner[i].name;

		if (!strcmp(name, "cilium") || !strcmp(name, "terway"))
			enis_give(g, facts, name);
	}
}

int owners_gather(const struct gather *g, struct facts *facts)
{
	struct owner owner;
	unsigned int i;
	int ret;

	for (i = 0; i < NR_RULES; i++) {
		memset(&owner, 0, sizeof(owner));
		if (!rule_see(g, &rules[i], &owner))
			continue;
		ret = owner_add(facts, &owner, rules[i].name, rules[i].touches);
		if (ret)
			return ret;
	}
	nics_own(g, facts);
	return ecs_mq_gather(g, facts);
}

/* NULL, unknown, where none runs, it is too old to be asked, or it is deaf just now. */
void irqbalance_gather(const struct gather *g, struct facts *facts)
{
	if (procs_find(&g->procs, "irqbalance"))
		(void)irqbalance_get(g->root, IRQBALANCE_LOOK_MS, &facts->irqbalance_banned, NULL);
}
