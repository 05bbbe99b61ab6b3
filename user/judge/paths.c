// SPDX-License-Identifier: GPL-2.0
/* Paths of connections; see paths.h. */
#include "judge/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpumask.h"
#include "base/text.h"

static bool is_of(const struct path_of *of, const struct event_path *path)
{
	return path->netns == of->netns && path->queue >= 0 &&
	       (!of->port || (path->port == of->port && path->ipv6 == of->ipv6));
}

static const struct txq *txq_find(const struct event_path *path, const struct txq *txq,
				  unsigned int nr)
{
	static const struct txq nobodys;
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (txq[i].ifindex == path->ifindex && txq[i].queue == path->queue)
			return &txq[i];
	return &nobodys;
}

static bool is_straight(const struct event_path *path, const struct txq *txq)
{
	return path->received == path->served && path->served < CPUMASK_BITS &&
	       cpumask_has(&txq->cpus, path->served);
}

static bool is_same(const struct event_path *a, const struct event_path *b)
{
	return a->netns == b->netns && a->port == b->port && a->ipv6 == b->ipv6 &&
	       a->ifindex == b->ifindex && a->queue == b->queue && a->received == b->received &&
	       a->served == b->served;
}

/* Both are in one order, and rows go only where a table was tidied. */
int paths_since(const struct event_paths *before, const struct event_paths *now,
		struct event_paths *grown)
{
	unsigned int i, k, at = 0;

	memset(grown, 0, sizeof(*grown));
	grown->path = calloc(now->nr + 1, sizeof(*grown->path));
	if (!grown->path)
		return -ENOMEM;
	for (i = 0; i < now->nr; i++) {
		struct event_path path = now->path[i];

		for (k = at; k < before->nr && !is_same(&before->path[k], &path); k++)
			;
		if (k < before->nr) {
			at = k + 1;
			if (before->path[k].connections <= path.connections)
				path.connections -= before->path[k].connections;
		}
		if (path.connections)
			grown->path[grown->nr++] = path;
	}
	return 0;
}

struct path_share paths_share(const struct event_paths *paths, const struct path_of *of,
			      const struct txq *txq, unsigned int nr_txq)
{
	struct path_share share = { 0 };
	unsigned int i;

	for (i = 0; i < paths->nr; i++) {
		const struct event_path *path = &paths->path[i];

		if (!is_of(of, path))
			continue;
		share.ended += path->connections;
		if (is_straight(path, txq_find(path, txq, nr_txq)))
			share.straight += path->connections;
	}
	return share;
}

static int most_first(const void *a, const void *b)
{
	const struct path *x = a, *y = b;

	if (x->connections != y->connections)
		return x->connections > y->connections ? -1 : 1;
	if (x->received != y->received)
		return x->received < y->received ? -1 : 1;
	if (x->served != y->served)
		return x->served < y->served ? -1 : 1;
	return x->queue < y->queue ? -1 : x->queue > y->queue;
}

/* Where it is among the first @nr of @list, or @nr. */
static unsigned int path_find(const struct path *list, unsigned int nr, const struct path *path)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (list[i].received == path->received && list[i].served == path->served &&
		    list[i].queue == path->queue && !strcmp(list[i].ifname, path->ifname))
			return i;
	return nr;
}

int paths_build(const struct event_paths *paths, const struct path_of *of, const struct txq *txq,
		unsigned int nr_txq, struct path **path, unsigned int *nr)
{
	unsigned int i, at;

	*nr = 0;
	*path = calloc(paths->nr + 1, sizeof(**path));
	if (!*path)
		return -ENOMEM;
	for (i = 0; i < paths->nr; i++) {
		const struct event_path *from = &paths->path[i];
		const struct txq *by = txq_find(from, txq, nr_txq);
		struct path one = {
			.received = (int)from->received,
			.served = (int)from->served,
			.queue = from->queue,
			.sent = by->cpus,
			.straight = is_straight(from, by),
		};

		if (!is_of(of, from))
			continue;
		(void)text_copy(one.ifname, sizeof(one.ifname), by->ifname); /* same sizes */
		at = path_find(*path, *nr, &one);
		if (at == *nr)
			(*path)[(*nr)++] = one;
		(*path)[at].connections += from->connections;
	}
	if (*nr)
		qsort(*path, *nr, sizeof(**path), most_first);
	return 0;
}
