// SPDX-License-Identifier: GPL-2.0
/*
 * What NetworkManager has to do with each NIC, without asking it: the state
 * that it keeps in /run, and the files by which netlane tells it to leave a
 * NIC alone. The rule: what it does not say is unknown, not no.
 */
#include <errno.h>
#include <string.h>

#include "base/files.h"
#include "base/nicdev.h"
#include "base/nmconf.h"
#include "facts/gather.h"

#define DEVICES "/run/NetworkManager/devices/%u"

/* A file that it left behind when it ended says nothing of now. */
static enum tri managed_read(const struct gather *g, unsigned int ifindex)
{
	char buf[1024], *line, *rest = NULL;

	if (!procs_find(&g->procs, "NetworkManager") ||
	    file_read(g->root, buf, sizeof(buf), DEVICES, ifindex))
		return IS_UNKNOWN;
	for (line = strtok_r(buf, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (!strcmp(line, "managed=true"))
			return IS_YES;
		if (!strcmp(line, "managed=false"))
			return IS_NO;
	}
	return IS_UNKNOWN;
}

static unsigned int lease_read(const struct rtnl *rtnl, unsigned int ifindex)
{
	unsigned int i, first = 0;

	for (i = 0; i < rtnl->nr_addr; i++) {
		const struct rtnl_addr *a = &rtnl->addr[i];

		if (a->ifindex == ifindex && a->left_s && (!first || a->left_s < first))
			first = a->left_s;
	}
	return first;
}

static int entry_take(const struct gather *g, struct facts *facts, const char *name)
{
	struct nm_entry *entry;
	char mac[MAC_LEN];
	unsigned int i;
	int ret;

	if (nmconf_name_parse(name, mac))
		return 0;
	for (i = 0; i < facts->nr_nm_entry; i++)
		if (!strcmp(facts->nm_entry[i].mac, mac))
			return 0; /* in both folders */
	entry = facts_more(&facts->nm_entry, &facts->nr_nm_entry, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	memcpy(entry->mac, mac, sizeof(mac));
	/* one that cannot be read is as good as somebody else's */
	if (nmconf_read(g->root, mac, entry->value, NULL))
		(void)text_copy(entry->value, sizeof(entry->value), NMCONF_FOREIGN NMCONF_ETC);
	ret = nicdev_of_mac(g->root, mac, entry->ifname);
	if (ret && ret != -ENODEV)
		(void)text_copy(entry->ifname, sizeof(entry->ifname), "?"); /* not: gone */
	return 0;
}

static int folder_take(const struct gather *g, struct facts *facts, const char *dir)
{
	unsigned int i, nr;
	char **names;
	int ret = 0;

	if (files_list(g->root, &names, &nr, "%s", dir))
		return 0;
	for (i = 0; i < nr && !ret; i++)
		ret = entry_take(g, facts, names[i]);
	files_free(names, nr);
	return ret;
}

int nm_gather(const struct gather *g, struct facts *facts)
{
	unsigned int i;
	int ret;

	for (i = 0; i < facts->nr_nic; i++) {
		facts->nic[i].nm_managed = managed_read(g, facts->nic[i].ifindex);
		if (g->live && !g->rtnl.err)
			facts->nic[i].lease_s = lease_read(&g->rtnl, facts->nic[i].ifindex);
	}
	facts->nm_folder = file_exists(g->root, NMCONF_ETC) ? IS_YES : IS_NO;
	ret = folder_take(g, facts, NMCONF_ETC);
	return ret ? ret : folder_take(g, facts, NMCONF_RUN);
}
