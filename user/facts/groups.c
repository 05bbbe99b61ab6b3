// SPDX-License-Identifier: GPL-2.0
/* Groups of listening sockets, where a policy wants to steer them. */
#include "base/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "facts/facts.h"
#include "facts/gather.h"

/* A kernel does not change its mind: asked once by a process, of each protocol. */
static enum tri heeds_cpu(bool udp, int *errno_out)
{
	static enum tri known[2];

	if (known[udp] == IS_UNKNOWN)
		known[udp] = groups_probe(udp, errno_out);
	return known[udp];
}

/* Without two sockets there is nothing that it could decide. */
static void heed_gather(struct facts *facts)
{
	unsigned int i;

	for (i = 0; i < facts->nr_group; i++)
		if (facts->group[i].udp)
			facts->groups_heed_cpu_udp = heeds_cpu(true, &facts->groups_err);
		else
			facts->groups_heed_cpu = heeds_cpu(false, &facts->groups_err);
}

int groups_gather(const struct gather *g, struct facts *facts)
{
	struct err err = { 0 };
	int ret;

	if (!g->live || !(g->what & FACTS_GROUPS))
		return 0;
	ret = groups_read(&facts->group, &facts->nr_group, GROUPS_SERVED, &err);
	facts->groups_err = -ret;
	facts->groups_known = ret ? IS_UNKNOWN : IS_YES;
	heed_gather(facts);
	return ret == -ENOMEM ? ret : 0;
}

/* ------------------------------------------------------------- other namespaces */

struct places {
	struct netns_place *place;
	unsigned int nr;
};

static bool is_known(const struct places *places, unsigned int inode)
{
	unsigned int i;

	for (i = 0; i < places->nr; i++)
		if (places->place[i].inode == inode)
			return true;
	return false;
}

/* The namespace of that name, if there is one; two names may be of the same. */
static int place_add(const char *name, struct facts *facts, struct places *places)
{
	struct named_netns *netns = facts->netns;
	unsigned int i, inode;
	int fd;

	for (i = 0; i < facts->nr_netns; i++)
		if (!strcmp(netns[i].name, name))
			return 0;
	fd = netns_open_named(name, &inode);
	if (fd < 0)
		return 0;
	netns = realloc(netns, (facts->nr_netns + 1) * sizeof(*netns));
	if (!netns) {
		close(fd);
		return -ENOMEM;
	}
	facts->netns = netns;
	netns += facts->nr_netns++;
	memset(netns, 0, sizeof(*netns));
	(void)text_copy(netns->name, sizeof(netns->name), name); /* same sizes */
	netns->inode = inode == netns_own() ? 0 : inode;
	if (!netns->inode || is_known(places, inode))
		close(fd);
	else
		places->place[places->nr++] = (struct netns_place){ fd, inode };
	return 0;
}

static int groups_append(struct facts *facts, const struct places *places)
{
	struct listen_group *group, *more;
	struct err err = { 0 };
	unsigned int nr;
	int ret = groups_read_in(places->place, places->nr, &group, &nr, GROUPS_SERVED, &err);

	if (ret) {
		facts->groups_err = -ret;
		facts->groups_known = IS_UNKNOWN;
		return ret == -ENOMEM ? ret : 0;
	}
	more = realloc(facts->group, (facts->nr_group + nr + 1) * sizeof(*more));
	if (!more) {
		groups_free(group, nr);
		return -ENOMEM;
	}
	memcpy(more + facts->nr_group, group, nr * sizeof(*group));
	facts->group = more;
	facts->nr_group += nr;
	free(group); /* what it points to was taken over */
	heed_gather(facts);
	return 0;
}

int facts_groups_in(const struct policy *policy, struct facts *facts)
{
	struct places places = { calloc(policy->nr_steer + 1, sizeof(*places.place)), 0 };
	unsigned int i;
	int ret = places.place ? 0 : -ENOMEM;

	free(facts->netns);
	facts->netns = NULL;
	facts->nr_netns = 0;
	for (i = 0; i < policy->nr_steer && !ret; i++)
		if (policy->steer[i].netns[0])
			ret = place_add(policy->steer[i].netns, facts, &places);
	if (places.nr && !ret && facts->groups_known == IS_YES)
		ret = groups_append(facts, &places);
	while (places.nr)
		close(places.place[--places.nr].fd);
	free(places.place);
	return ret;
}
