// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPU each listening socket of a group is meant for. The rule: the group
 * is found anew each time by what it listens on, for its sockets come and go.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/knobs.h"
#include "base/groups.h"
#include "base/netns.h"

/* Those of the namespace of @knob; of one that is gone there are none. */
static int groups_of(const char *root, const struct knob *knob, enum groups_depth depth,
		     struct listen_group **groups, unsigned int *nr, struct err *err)
{
	struct netns_place place = { .inode = knob->netns };
	int ret;

	*groups = NULL;
	*nr = 0;
	if (root && strcmp(root, "/"))
		return 0;
	if (!knob->netns)
		return groups_read(groups, nr, depth, err);
	place.fd = netns_open(knob->netns);
	if (place.fd == -ENOENT)
		return 0;
	ret = groups_read_in(&place, 1, groups, nr, depth, err);
	close(place.fd);
	return ret;
}

static int steer_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		      struct err *err)
{
	const struct listen_group *group;
	struct listen_group *groups;
	unsigned int nr;
	int ret;

	ret = groups_of(root, knob, GROUPS_PLAIN, &groups, &nr, err);
	if (ret)
		return ret;
	group = groups_find(groups, nr, knob->addr);
	*value = group ? group_value(group) : strdup(KNOB_ABSENT);
	groups_free(groups, nr);
	return *value ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static int steer_write(const char *root, const struct knob *knob, const char *ifname,
		       const char *value, struct err *err)
{
	const struct listen_group *group;
	struct listen_group *groups;
	unsigned int nr;
	int ret;

	ret = groups_of(root, knob, GROUPS_HELD, &groups, &nr, err);
	if (ret)
		return ret;
	group = groups_find(groups, nr, knob->addr);
	if (group)
		ret = group_set(group, value, err);
	else
		ret = err_set(err, -ESTALE, "nobody listens there in a group any more");
	groups_free(groups, nr);
	return ret;
}

/* Sockets that came since have no CPU, those that went took theirs along. */
static bool steer_is_ours(const char *now, const char *ours)
{
	return group_is_rest(now, ours);
}

int steer_orphans_end(struct text *listens, struct err *err)
{
	struct listen_group *groups;
	unsigned int i, nr_group, nr = 0;
	int ret;

	if (groups_read(&groups, &nr_group, GROUPS_HELD, NULL))
		return 0; /* what cannot be read could not be made either */
	for (i = 0, ret = 0; i < nr_group; i++) {
		struct err why = { 0 };
		int one;

		if (groups[i].chooser != CHOOSER_OURS)
			continue;
		one = group_set(&groups[i], GROUP_HASH, &why);
		if (one && !ret)
			ret = err_set(err, one, "%s: %s", groups[i].listen, why.text);
		if (!one)
			text_add(listens, "%s%s", nr++ ? ", " : "", groups[i].listen);
	}
	groups_free(groups, nr_group);
	return ret ? ret : (int)nr;
}

const struct knob_ops steer_ops = {
	.read = steer_read,
	.write = steer_write,
	.is_ours = steer_is_ours,
};
