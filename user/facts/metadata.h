/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one client of the cloud's metadata service. The rule: two words are
 * asked (type and id of the instance), never a credential; a second at most;
 * no proxy, no redirect.
 */
#ifndef NETLANE_FACTS_METADATA_H
#define NETLANE_FACTS_METADATA_H

#define METADATA_BASE "http://100.100.100.200"

struct metadata {
	char instance_type[40];
	char instance_id[40];
};

/*
 * Asks the service at @base: a token by PUT first, then GET with it; where the
 * PUT is refused, GET without. 0, -ETIMEDOUT, -EACCES (401, 403), -EIO. Partly
 * filled on failure.
 */
int metadata_fetch(const char *base, struct metadata *out);

#endif /* NETLANE_FACTS_METADATA_H */
