// SPDX-License-Identifier: GPL-2.0
/* Facts as text for people; JSON has all of them. See view.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "base/names.h"
#include "view/view.h"

static void cpus_part(struct text *out, const struct cpus *cpus)
{
	char list[CPUMASK_TEXT_LEN];
	unsigned int i;
	int nodes = 0;

	(void)cpumask_format_list(&cpus->online, list, sizeof(list));
	text_add(out, "cpus      %s online", list);
	for (i = 0; i < cpus->nr_cpu; i++)
		if (cpus->cpu[i].node >= nodes)
			nodes = cpus->cpu[i].node + 1;
	text_add(out, ", %d NUMA %s", nodes ? nodes : 1, nodes > 1 ? "nodes" : "node");
	if (!cpumask_empty(&cpus->isolated)) {
		(void)cpumask_format_list(&cpus->isolated, list, sizeof(list));
		text_add(out, ", isolated %s", list);
	}
	text_add(out, "\n");
}

/* Why a risky step on this NIC needs consent. */
static void carries_line(struct text *out, const struct nic *nic)
{
	const char *sep = "            carries ";

	if (nic->default_route)
		text_add(out, "%sthe default route", sep);
	sep = nic->default_route ? ", " : sep;
	if (nic->metadata_route)
		text_add(out, "%sthe route to the metadata service", sep);
	sep = nic->metadata_route ? ", " : sep;
	if (nic->login)
		text_add(out, "%sa login session", sep);
	if (nic->default_route || nic->metadata_route || nic->login)
		text_add(out, "\n");
}

static void nic_part(struct text *out, const struct nic *nic)
{
	char ifname[64], owner[128];

	text_escape(ifname, sizeof(ifname), nic->ifname);
	text_escape(owner, sizeof(owner), nic->owner);
	text_add(out, "nic       %s  %s  %s  %s\n", ifname, nic->driver[0] ? nic->driver : "?",
		 nic->bus[0] ? nic->bus : "virtual", nic->up ? "up" : "down");
	if (nic->channels.known == IS_YES)
		text_add(out, "            channels %u of %u, vectors %s\n", nic->channels.now,
			 nic->channels.max, vectors_names[nic->vectors]);
	if (nic->rss.offered == IS_YES)
		text_add(out, "            rss table of %u\n", nic->rss.nr_table);
	else if (nic->bus[0])
		text_add(out, "            rss %s\n",
			 nic->rss.offered == IS_NO ? "kept by the device" : "unknown");
	carries_line(out, nic);
	if (owner[0])
		text_add(out, "            owned by %s\n", owner);
	if (nic->xdp_prog)
		text_add(out, "            XDP program %u\n", nic->xdp_prog);
}

void view_facts(struct text *out, const struct facts *facts)
{
	const struct node *node = &facts->node;
	char a[192], b[256];
	unsigned int i;

	text_escape(a, sizeof(a), node->hostname);
	text_add(out, "node      %s  %s  kernel %s\n", a, node->arch, node->kernel);
	if (node->instance_type[0])
		text_add(out, "instance  %s (from %s)\n", node->instance_type,
			 node->instance_type_from);
	cpus_part(out, &facts->cpus);
	for (i = 0; i < facts->nr_nic; i++)
		nic_part(out, &facts->nic[i]);
	for (i = 0; i < facts->nr_owner; i++) {
		if (facts->owner[i].active == IS_NO)
			continue;
		text_escape(a, sizeof(a), facts->owner[i].name);
		text_escape(b, sizeof(b), facts->owner[i].evidence);
		text_add(out, "owner     %s%s  %s: sets %s\n", a,
			 facts->owner[i].active == IS_YES ? "" : " (active unknown)", b,
			 facts->owner[i].touches);
	}
	for (i = 0; i < facts->nr_foreign; i++) {
		text_escape(a, sizeof(a), facts->foreign[i].name);
		text_escape(b, sizeof(b), facts->foreign[i].where);
		text_add(out, "bpf       %s %s: program %u %s\n", facts->foreign[i].hook, b,
			 facts->foreign[i].prog, a);
	}
	for (i = 0; i < facts->nr_cap; i++) {
		const struct cap *cap = &facts->cap[i];

		text_add(out, "kernel    %-40s %s%s%s\n", cap->name, tri_names[cap->is],
			 cap->err ? "  " : "", cap->err ? strerror(cap->err) : "");
	}
	for (i = 0; i < facts->nr_sysctl; i++) {
		text_escape(b, sizeof(b), facts->sysctl[i].value);
		if (facts->sysctl[i].err == ENOENT)
			text_add(out, "sysctl    %s: not on this kernel\n", facts->sysctl[i].name);
		else
			text_add(out, "sysctl    %s = %s\n", facts->sysctl[i].name,
				 facts->sysctl[i].err ? strerror(facts->sysctl[i].err) : b);
	}
}
