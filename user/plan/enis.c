// SPDX-License-Identifier: GPL-2.0
/* Which NICs are source routed; see enis.h. */
#include "plan/enis.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/driver.h"
#include "plan/notes.h"

/*
 * Tables are chosen above those that people number by hand (1 to some 1000),
 * and below those of VRFs and tunnels that count from the top.
 */
#define TABLE_BASE 20000u
#define TABLE_RANGE 10000u

bool enis_asked(const struct policy *policy)
{
	unsigned int i;

	for (i = 0; i < policy->nr_nic; i++)
		if (policy->nic[i].source_routing == IS_YES)
			return true;
	return false;
}

bool enis_has(const struct eni *eni, const char *ip)
{
	unsigned int i;

	for (i = 0; i < eni->nr_ip; i++)
		if (!strcmp(eni->ip[i], ip))
			return true;
	return false;
}

static bool nic_has(const struct nic *nic, const char *ip)
{
	unsigned int i;

	for (i = 0; i < nic->nr_addr; i++)
		if (!strcmp(nic->addr[i].ip, ip))
			return true;
	return false;
}

const struct nic *enis_nic_of(const struct facts *facts, const char *ip)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++)
		if (nic_has(&facts->nic[i], ip))
			return &facts->nic[i];
	return NULL;
}

/* ------------------------------------------------------------- whose it is */

static const char *cni_name(const struct work *w)
{
	static const char *const cnis[] = { "cilium", "terway", "calico", "flannel", "kubelet" };
	unsigned int i;

	for (i = 0; i < sizeof(cnis) / sizeof(cnis[0]); i++)
		if (work_owned(w, cnis[i]))
			return cnis[i];
	return NULL;
}

/* Why a NIC is not routed although its owner asks for it, or NULL. */
static const char *left_why(const struct work *w, const struct nic_work *nw, char *buf, size_t len)
{
	const struct driver *driver = driver_find(nw->nic->driver);
	const char *cni = nw->rules.source_routing_any ? cni_name(w) : NULL;

	if (nw->rules.manage == IS_NO)
		return "it is not managed";
	if (nw->nic->owner[0])
		(void)snprintf(buf, len, "it belongs to %s", nw->nic->owner);
	else if (nw->nic->master[0])
		(void)snprintf(buf, len, "it is part of %s", nw->nic->master);
	else if (!driver || !driver->driven)
		return "its driver is not driven";
	else if (cni)
		(void)snprintf(buf, len,
			       "%s is at work here: ask for it in a section that names the NIC",
			       cni);
	else if (!nw->nic->up)
		return "it is down";
	else
		return NULL;
	return buf;
}

/* ------------------------------------------------------------- what is said of it */

static const char *err_words(int err)
{
	switch (err) {
	case 0:
		return "was not asked: this is no ECS node";
	case ETIMEDOUT:
		return "is late";
	case ENODATA:
		return "gives an empty answer";
	case ENOENT:
		return "does not know it yet (404)";
	case EACCES:
		return "refuses the answer (403)";
	case EHOSTUNREACH:
		return "does not answer";
	case EAGAIN:
		return "is busy";
	default:
		return "gives an answer that makes no sense";
	}
}

/* Another NIC of which the service says the same address: one of them, at least, is early. */
static const struct nic *twin_of(const struct facts *facts, const struct nic *nic)
{
	unsigned int i, j;

	for (i = 0; i < facts->nr_nic; i++)
		for (j = 0; &facts->nic[i] != nic && j < nic->eni.nr_ip; j++)
			if (enis_has(&facts->nic[i].eni, nic->eni.ip[j]))
				return &facts->nic[i];
	return NULL;
}

/* The gateway is a neighbour, and none of the NIC's own addresses. */
static bool gateway_fits(const struct eni *eni, const char *gateway, const char *cidr)
{
	struct prefix gw, net;

	if (!gateway[0])
		return true;
	if (prefix_parse(gateway, &gw) || enis_has(eni, gateway))
		return false;
	if (gw.family == AF_INET6 && prefix_is_link_local(&gw))
		return true;
	return !prefix_parse(cidr, &net) && prefix_contains(&net, &gw);
}

static bool is_sound(struct work *w, const struct nic *nic)
{
	const struct nic *twin = twin_of(w->facts, nic);
	const struct eni *eni = &nic->eni;

	if (eni->known == IS_UNKNOWN)
		note_add(w, "%s: the metadata service %s; its routes stay as they are", nic->ifname,
			 err_words(eni->err));
	else if (twin)
		note_add(w,
			 "%s and %s: the metadata service says the same address of both; their "
			 "routes stay as they are",
			 nic->ifname, twin->ifname);
	else if (!gateway_fits(eni, eni->gateway, eni->cidr) ||
		 !gateway_fits(eni, eni->gateway6, eni->cidr6))
		note_add(w,
			 "%s: the metadata service says a gateway that cannot be its; its routes "
			 "stay as they are",
			 nic->ifname);
	else
		return true;
	return false;
}

/* ------------------------------------------------------------- its table */

/* The table that the kernel has for this NIC already: by its routes, else by its rules. */
static unsigned int table_found(const struct facts *facts, const struct nic *nic)
{
	const struct routing *routing = &facts->routing;
	struct prefix from;
	char ip[PREFIX_TEXT_LEN];
	unsigned int i;

	for (i = 0; i < routing->nr_route; i++)
		if (!strcmp(routing->route[i].ifname, nic->ifname))
			return routing->route[i].table;
	for (i = 0; i < routing->nr_rule; i++)
		if (routing->rule[i].ours && !prefix_parse(routing->rule[i].from, &from) &&
		    nic_has(nic, prefix_addr_text(&from, ip)))
			return routing->rule[i].table;
	return 0;
}

static bool table_is_taken(const struct routing *routing, const struct enis *enis,
			   unsigned int table)
{
	unsigned int i;

	for (i = 0; i < routing->nr_table; i++)
		if (routing->table[i] == table)
			return true;
	for (i = 0; i < routing->nr_route; i++)
		if (routing->route[i].table == table)
			return true;
	for (i = 0; i < routing->nr_rule; i++)
		if (routing->rule[i].table == table)
			return true;
	for (i = 0; i < enis->nr; i++)
		if (enis->eni[i].table == table)
			return true;
	return false;
}

/* The same NIC in the same place has the same number, unless somebody took that. */
static unsigned int table_choose(const struct routing *routing, const struct enis *enis,
				 const struct nic *nic)
{
	const char *const key[] = { nic->bus, nic->mac };
	unsigned int i, hash = 2166136261u; /* FNV-1a */
	const char *p;

	for (i = 0; i < 2; i++)
		for (p = key[i]; *p; p++)
			hash = (hash ^ (unsigned char)*p) * 16777619u;
	for (i = 0; i < TABLE_RANGE; i++) {
		unsigned int table = TABLE_BASE + (hash + i) % TABLE_RANGE;

		if (!table_is_taken(routing, enis, table))
			return table;
	}
	return 0;
}

static void tables_choose(struct work *w, struct enis *enis)
{
	struct eni_work *e;
	unsigned int i;

	for (i = 0; i < enis->nr; i++) {
		e = &enis->eni[i];
		e->table = table_found(w->facts, e->nic);
		e->had_table = e->table;
	}
	for (i = 0; i < enis->nr; i++) {
		e = &enis->eni[i];
		if (e->table || !e->sound)
			continue;
		e->table = table_choose(&w->facts->routing, enis, e->nic);
		if (!e->table)
			note_add(w, "%s: every routing table from %u to %u is taken",
				 e->nic->ifname, TABLE_BASE, TABLE_BASE + TABLE_RANGE - 1);
	}
}

void enis_choose(struct work *w, struct enis *enis)
{
	const char *why;
	unsigned int i;
	char buf[120];

	enis->eni = calloc(w->nr_nic + 1, sizeof(*enis->eni));
	w->failed |= !enis->eni;
	for (i = 0; i < w->nr_nic && !w->failed; i++) {
		const struct nic_work *nw = &w->nic[i];
		struct eni_work *e = &enis->eni[enis->nr];

		if (nw->rules.source_routing != IS_YES || !nw->nic->bus[0] || nw->nic->main_default)
			continue;
		enis->nr++;
		e->nw = nw;
		e->nic = nw->nic;
		why = left_why(w, nw, buf, sizeof(buf));
		e->ours = !why;
		e->sound = e->ours && is_sound(w, e->nic);
		/* one that is not managed this time, or that a "*" happens to meet, is no news */
		if (why && nw->rules.manage != IS_NO)
			note_add(w, "%s: source_routing = yes (%s), but %s", e->nic->ifname,
				 nw->rules.source_routing_from, why);
	}
	if (!w->failed)
		tables_choose(w, enis);
}
