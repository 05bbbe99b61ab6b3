// SPDX-License-Identifier: GPL-2.0
/*
 * The order of gathering, and looking things up in what was gathered. The
 * rule: only missing CPUs and missing memory are failures; everything else
 * that cannot be read is said in its own noun.
 */
#include "facts/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "facts/gather.h"

void *facts_more(void *list, unsigned int *nr, size_t size)
{
	char **at = list, *more = realloc(*at, (*nr + 1) * size);

	if (!more)
		return NULL;
	*at = more;
	more += *nr * size;
	memset(more, 0, size);
	(*nr)++;
	return more;
}

static void gather_init(struct gather *g, const char *root, unsigned int what)
{
	memset(g, 0, sizeof(*g));
	g->root = root && *root ? root : "/";
	g->live = !strcmp(g->root, "/");
	g->what = what;
	/* it may be missing (a container): its readers find nothing in it */
	if (file_slurp(g->root, &g->interrupts, "/proc/interrupts"))
		text_free(&g->interrupts);
	if (g->live)
		rtnl_gather(&g->rtnl);
	else
		g->rtnl.err = ENOTSUP;
}

static void gather_exit(struct gather *g)
{
	text_free(&g->interrupts);
	procs_free(&g->procs);
	rtnl_free(&g->rtnl);
}

static int parts_gather(const struct gather *g, struct facts *facts, struct err *err)
{
	static int (*const parts[])(const struct gather *g, struct facts *facts) = {
		nics_gather, nm_gather,	     owners_gather,  links_gather,
		caps_gather, foreign_gather, sysctls_gather, routing_gather,
		enis_gather, groups_gather,  binds_gather,
	};
	unsigned int i;
	int ret;

	ret = cpus_gather(g, &facts->cpus, err);
	if (ret)
		return ret;
	node_gather(g, &facts->node);
	instance_gather(g, &facts->node);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		ret = parts[i](g, facts);
		if (ret)
			return err_set(err, ret, "facts: %s", strerror(-ret));
	}
	logins_gather(g, facts);
	irqbalance_gather(g, facts);
	return 0;
}

int facts_gather(const char *root, unsigned int what, struct facts *facts, struct err *err)
{
	struct gather g;
	int ret;

	memset(facts, 0, sizeof(*facts));
	gather_init(&g, root, what);
	(void)procs_gather(g.root, &g.procs); /* as with the interrupts */
	ret = parts_gather(&g, facts, err);
	gather_exit(&g);
	if (ret)
		facts_free(facts);
	return ret;
}

/* What facts_refresh() replaces. */
static void moving_swap(struct facts *a, struct facts *b)
{
	struct facts was = *a;

	a->cpus = b->cpus;
	a->nic = b->nic;
	a->nr_nic = b->nr_nic;
	a->nm_folder = b->nm_folder;
	a->nm_entry = b->nm_entry;
	a->nr_nm_entry = b->nr_nm_entry;
	a->routing = b->routing;
	a->sysctl = b->sysctl;
	a->nr_sysctl = b->nr_sysctl;
	a->groups_known = b->groups_known;
	a->groups_err = b->groups_err;
	a->groups_heed_cpu = b->groups_heed_cpu;
	a->groups_heed_cpu_udp = b->groups_heed_cpu_udp;
	a->group = b->group;
	a->nr_group = b->nr_group;
	a->binds_known = b->binds_known;
	a->binds_err = b->binds_err;
	a->bind_value = b->bind_value;
	a->bound = b->bound;
	a->nr_bound = b->nr_bound;
	a->endpoint = b->endpoint;
	a->nr_endpoint = b->nr_endpoint;
	b->cpus = was.cpus;
	b->nic = was.nic;
	b->nr_nic = was.nr_nic;
	b->nm_folder = was.nm_folder;
	b->nm_entry = was.nm_entry;
	b->nr_nm_entry = was.nr_nm_entry;
	b->routing = was.routing;
	b->sysctl = was.sysctl;
	b->nr_sysctl = was.nr_sysctl;
	b->group = was.group;
	b->nr_group = was.nr_group;
	b->bind_value = was.bind_value;
	b->bound = was.bound;
	b->nr_bound = was.nr_bound;
	b->endpoint = was.endpoint;
	b->nr_endpoint = was.nr_endpoint;
}

static void logins_keep(struct facts *facts, const struct facts *was)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++) {
		const struct nic *nic = facts_nic(was, facts->nic[i].ifname);

		facts->nic[i].login = nic && nic->login;
	}
}

static bool is_same_nic(const struct nic *a, const struct nic *b)
{
	return a->bus[0] && !strcmp(a->bus, b->bus) && !strcmp(a->mac, b->mac);
}

void facts_remember(struct facts *facts, struct facts *was)
{
	unsigned int i, j;

	for (i = 0; i < facts->nr_nic; i++)
		for (j = 0; j < was->nr_nic; j++) {
			struct nic *nic = &facts->nic[i], *old = &was->nic[j];
			struct eni none = nic->eni;

			if (!is_same_nic(nic, old) || nic->eni.known != IS_UNKNOWN ||
			    old->eni.known != IS_YES)
				continue;
			nic->eni = old->eni; /* handed over */
			old->eni = none;
		}
}

int facts_refresh(unsigned int what, struct facts *facts, struct err *err)
{
	struct facts now = { 0 };
	struct gather g;
	int ret;

	gather_init(&g, "/", what);
	ret = cpus_gather(&g, &now.cpus, err);
	if (!ret) {
		ret = nics_gather(&g, &now);
		ret = ret ? ret : nm_gather(&g, &now);
		ret = ret ? ret : sysctls_gather(&g, &now);
		ret = ret ? ret : groups_gather(&g, &now);
		ret = ret ? ret : binds_gather(&g, &now);
		moving_swap(facts, &now);
		logins_keep(facts, &now);
		nics_own(&g, facts);
		ret = ret ? ret : routing_gather(&g, facts);
		if (ret) {
			(void)err_set(err, ret, "facts: %s", strerror(-ret));
			moving_swap(facts, &now);
		} else {
			facts_remember(facts, &now);
		}
	}
	gather_exit(&g);
	facts_free(&now);
	return ret;
}

void facts_free(struct facts *facts)
{
	fields_free(facts_fields, facts);
	memset(facts, 0, sizeof(*facts));
}

const struct nic *facts_nic(const struct facts *facts, const char *ifname)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++)
		if (!strcmp(facts->nic[i].ifname, ifname))
			return &facts->nic[i];
	return NULL;
}

const char *facts_sysctl(const struct facts *facts, const char *name)
{
	unsigned int i;

	for (i = 0; i < facts->nr_sysctl; i++)
		if (!strcmp(facts->sysctl[i].name, name))
			return facts->sysctl[i].err ? NULL : facts->sysctl[i].value;
	return NULL;
}

enum tri facts_cap(const struct facts *facts, const char *name)
{
	unsigned int i;

	for (i = 0; i < facts->nr_cap; i++)
		if (!strcmp(facts->cap[i].name, name))
			return facts->cap[i].is;
	return IS_UNKNOWN;
}
