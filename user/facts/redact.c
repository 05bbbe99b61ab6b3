// SPDX-License-Identifier: GPL-2.0
/*
 * Facts that may be shown to strangers. The rule: what is taken out is
 * replaced by a name that says what it was, the same one wherever it stood, so
 * that two NICs stay two and a master stays the master.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bind.h"
#include "base/groups.h"
#include "base/prefix.h"
#include "base/text.h"
#include "facts/facts.h"

/* Is @s the kernel's or udev's own kind of name (eth0, ens5, enp0s3f0, ...)? It tells nothing. */
static bool ifname_is_plain(const char *s)
{
	static const char *const kinds[] = { "eth",  "ens",  "enp", "eno",    "lo",    "bond",
					     "br",   "tap",  "tun", "wg",     "dummy", "ifb",
					     "team", "vlan", "cni", "bridge", "docker" };
	unsigned int i;
	size_t len;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = strlen(kinds[i]);
		if (!strncmp(s, kinds[i], len) &&
		    s[len + strspn(s + len, "0123456789spfdnv.")] == 0)
			return true;
	}
	return false;
}

/* Writes the name that stands for @ifname: its own, or nicN by its place among the NICs. */
static void ifname_alias(const struct facts *facts, const char *ifname, char alias[IFNAME_LEN])
{
	unsigned int i;

	if (!*ifname || ifname_is_plain(ifname)) {
		(void)text_copy(alias, IFNAME_LEN, ifname); /* same size */
		return;
	}
	for (i = 0; i < facts->nr_nic && strcmp(facts->nic[i].ifname, ifname); i++)
		;
	(void)snprintf(alias, IFNAME_LEN, i < facts->nr_nic ? "nic%u" : "other", i);
}

/*
 * "02:..": locally administered, so nobody's. The number is the first NIC's
 * that has the same MAC; from the end, so that those before still have theirs.
 */
static void macs_redact(struct facts *facts)
{
	unsigned int i, first;

	facts->nr_nm_entry = 0; /* each is named after a MAC */
	for (i = facts->nr_nic; i--;) {
		char *mac = facts->nic[i].mac;

		for (first = 0; strcmp(facts->nic[first].mac, mac); first++)
			;
		if (*mac)
			(void)snprintf(mac, MAC_LEN, "02:00:00:00:%02x:%02x", first >> 8 & 0xff,
				       first & 0xff);
	}
}

static void ifnames_redact(struct facts *facts)
{
	char alias[IFNAME_LEN];
	unsigned int i;

	/* who refers to names comes first: an alias is looked up by the old name */
	for (i = 0; i < facts->nr_nic; i++) {
		ifname_alias(facts, facts->nic[i].master, alias);
		memcpy(facts->nic[i].master, alias, sizeof(alias));
		ifname_alias(facts, facts->nic[i].upper, alias);
		memcpy(facts->nic[i].upper, alias, sizeof(alias));
	}
	for (i = 0; i < facts->nr_foreign; i++) {
		struct foreign *foreign = &facts->foreign[i];

		if (facts_nic(facts, foreign->where)) {
			ifname_alias(facts, foreign->where, alias);
			(void)text_copy(foreign->where, sizeof(foreign->where), alias); /* fits */
		} else if (strchr(foreign->where, '/')) {
			(void)text_copy(foreign->where, sizeof(foreign->where), "redacted");
		}
	}
	for (i = 0; i < facts->nr_nic; i++) {
		ifname_alias(facts, facts->nic[i].ifname, alias);
		memcpy(facts->nic[i].ifname, alias, sizeof(alias));
	}
}

/* The same program name is the same alias: one agent's programs stay together. */
static void programs_redact(struct facts *facts)
{
	char was[sizeof(facts->foreign->name)];
	unsigned int i, j, nr = 0;
	bool *done;

	done = calloc(facts->nr_foreign + 1, sizeof(*done));
	for (i = 0; i < facts->nr_foreign; i++) {
		struct foreign *one = &facts->foreign[i];

		if (!done) { /* no memory: less to tell, nothing given away */
			one->name[0] = 0;
			continue;
		}
		if (done[i] || !one->name[0])
			continue;
		memcpy(was, one->name, sizeof(was));
		for (j = i, nr++; j < facts->nr_foreign; j++) {
			one = &facts->foreign[j];
			if (done[j] || strcmp(one->name, was))
				continue;
			(void)snprintf(one->name, sizeof(one->name), "prog-%u", nr);
			done[j] = true;
		}
	}
	free(done);
}

/* "/etc/systemd/network/10-shop.link: RxChannels=2": the folder and the key are worth knowing. */
static void evidence_redact(struct owner *owner)
{
	char out[2 * sizeof(owner->evidence)], *p = owner->evidence;
	size_t at = 0;

	while (*p) {
		size_t n = strcspn(p, " ,:"), cut = n;

		if (!strncmp(p, "/etc/", 5) || !strncmp(p, "/run/", 5))
			while (cut && p[cut - 1] != '/')
				cut--;
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%.*s%s", (int)cut, p,
				       cut < n ? "redacted" : "");
		p += n;
		if (at + 1 >= sizeof(out))
			break;
		if (*p)
			out[at++] = *p++;
	}
	out[at < sizeof(out) ? at : sizeof(out) - 1] = 0;
	(void)text_copy(owner->evidence, sizeof(owner->evidence), out); /* cut is fine */
}

/*
 * The network is replaced, the rest of the address stays, so that what was in
 * one network still is: 10.0.C.D, 2001:db8:0:S::X:Y. Words that all nodes have
 * (any, link-local, the metadata service) stay.
 */
static void addr_redact(char addr[ADDR_LEN])
{
	static const unsigned char v4[] = { 10, 0 }, v6[] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0 };
	bool slash = strchr(addr, '/');
	struct prefix p;

	if (!*addr || !strncmp(addr, "100.100.100.200", strlen("100.100.100.200")))
		return;
	if (prefix_parse(addr, &p)) {
		addr[0] = 0; /* nobody knows what it is */
		return;
	}
	if (!p.len)
		return;
	if (p.family == AF_INET) {
		memcpy(p.addr, v4, sizeof(v4));
	} else {
		if (!prefix_is_link_local(&p))
			memcpy(p.addr, v6, sizeof(v6));
		memset(p.addr + 8, 0, 4); /* with the half of it that names a vendor */
	}
	if (slash)
		prefix_text(&p, addr);
	else
		prefix_addr_text(&p, addr);
}

static void eni_redact(struct nic *nic)
{
	char *const words[] = { nic->eni.gateway, nic->eni.gateway6, nic->eni.cidr,
				nic->eni.cidr6 };
	unsigned int i;

	for (i = 0; i < nic->nr_addr; i++)
		addr_redact(nic->addr[i].ip);
	for (i = 0; i < nic->eni.nr_ip; i++)
		addr_redact(nic->eni.ip[i]);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		addr_redact(words[i]);
}

static void routing_redact(struct facts *facts)
{
	struct routing *routing = &facts->routing;
	char via[ADDR_LEN], ifname[IFNAME_LEN];
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++)
		eni_redact(&facts->nic[i]);
	for (i = 0; i < routing->nr_local; i++)
		addr_redact(routing->local[i]);
	for (i = 0; i < routing->nr_rule; i++)
		addr_redact(routing->rule[i].from);
	for (i = 0; i < routing->nr_route; i++) {
		struct own_route *route = &routing->route[i];

		addr_redact(route->to);
		ifname_alias(facts, route->ifname, ifname);
		memcpy(route->ifname, ifname, sizeof(ifname));
		if (sscanf(route->value, "via %51s", via) != 1)
			continue;
		addr_redact(via);
		(void)snprintf(route->value, sizeof(route->value), "via %s", via);
	}
	if (routing->proto_taken[0])
		(void)text_copy(routing->proto_taken, sizeof(routing->proto_taken), "somebody");
}

static void id_redact(char *id, size_t len, const char *alias)
{
	if (*id)
		(void)text_copy(id, len, alias); /* all aliases are short */
}

/* Names, addresses and ports: nothing is left. */
static void binds_redact(struct facts *facts)
{
	struct bind_now now = {
		.value = facts->bind_value,
		.bound = facts->bound,
		.nr_bound = facts->nr_bound,
		.endpoint = facts->endpoint,
		.nr_endpoint = facts->nr_endpoint,
	};

	bind_now_free(&now);
	facts->bind_value = NULL;
	facts->bound = NULL;
	facts->endpoint = NULL;
	facts->nr_bound = facts->nr_endpoint = 0;
	facts->binds_known = IS_UNKNOWN;
}

void facts_redact(struct facts *facts)
{
	struct node *node = &facts->node;
	unsigned int i;

	id_redact(node->hostname, sizeof(node->hostname), "node");
	id_redact(node->boot_id, sizeof(node->boot_id), "boot");
	id_redact(node->machine_id, sizeof(node->machine_id), "machine");
	id_redact(node->instance_id, sizeof(node->instance_id), "instance");
	groups_free(facts->group,
		    facts->nr_group); /* names of programs and ports: nothing is left */
	facts->group = NULL;
	facts->nr_group = 0;
	free(facts->netns);
	facts->netns = NULL;
	facts->nr_netns = 0;
	facts->groups_known = IS_UNKNOWN;
	binds_redact(facts);
	macs_redact(facts);
	routing_redact(facts); /* before the names that its routes have */
	ifnames_redact(facts);
	programs_redact(facts);
	for (i = 0; i < facts->nr_owner; i++)
		evidence_redact(&facts->owner[i]);
}
