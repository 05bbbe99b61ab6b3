/* SPDX-License-Identifier: GPL-2.0 */
/* Whether connections kept to one lane from packet to answer. Pure. */
#ifndef NETLANE_JUDGE_PATHS_H
#define NETLANE_JUDGE_PATHS_H

#include "base/events.h"

/* Whose connections: of this network namespace, on all ports or on one. */
struct path_of {
	unsigned int netns;
	unsigned int port; /* 0: all */
	bool ipv6;
};

/* What grew since @before, which may be empty or of another counting; heap. 0 or -ENOMEM. */
int paths_since(const struct event_paths *before, const struct event_paths *now,
		struct event_paths *grown);
/* How many of them, of those for which a queue was chosen, kept to one lane. */
struct path_share paths_share(const struct event_paths *paths, const struct path_of *of,
			      const struct txq *txq, unsigned int nr_txq);
/* The same one by one, most first; heap. 0 or -ENOMEM. */
int paths_build(const struct event_paths *paths, const struct path_of *of, const struct txq *txq,
		unsigned int nr_txq, struct path **path, unsigned int *nr);

#endif /* NETLANE_JUDGE_PATHS_H */
