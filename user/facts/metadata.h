/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one client of the cloud's metadata service. The rule: only the words in
 * metadata.c's list are asked, never a credential; no proxy, no redirect, an
 * end in time; and what is not a whole answer is told apart from an answer,
 * since a mistake here takes addresses off a node.
 */
#ifndef NETLANE_FACTS_METADATA_H
#define NETLANE_FACTS_METADATA_H

#include "base/text.h"

#define METADATA_BASE "http://100.100.100.200"

struct metadata {
	char instance_type[40];
	char instance_id[40];
};

struct metadata_session;

/*
 * Begins a talk of @total_ms at most with the service at @base: a token by PUT
 * first; where that is refused, without. 0, -ETIMEDOUT, -EHOSTUNREACH, -ENOMEM,
 * -ELIBACC: libcurl is not on this node.
 */
int metadata_open(const char *base, unsigned int total_ms, struct metadata_session **session);
void metadata_close(struct metadata_session *session);

/*
 * The text at /latest/meta-data/@path (of maintenance/ at /latest/@path), blanks cut off at both ends:
 *   0              a whole answer of printable text
 *   -ENODATA       a whole answer without any
 *   -ENOENT        404
 *   -EACCES        401, 403
 *   -ETIMEDOUT     late, or the time of the session is over
 *   -EHOSTUNREACH  nobody answers
 *   -EAGAIN        429 or 5xx: busy or broken, ask later
 *   -EFBIG         more than anything that is asked can be
 *   -EBADMSG       cut short, a redirect, not text, or no HTTP
 *   -EPERM         not one of the words that may be asked
 */
int metadata_get(struct metadata_session *session, const char *path, struct text *answer);

/* Type and id of the instance, a second at most. Partly filled on failure. */
int metadata_fetch(const char *base, struct metadata *out);

#endif /* NETLANE_FACTS_METADATA_H */
