/* SPDX-License-Identifier: GPL-2.0 */
/* TIME_WAIT as it happens: what was counted, without a walk over the sockets. */
#ifndef NETLANE_VIEW_TIMEWAIT_H
#define NETLANE_VIEW_TIMEWAIT_H

#include <json-c/json_object.h>

#include "base/text.h"
#include "base/timewait.h"

/* The first @nr rows as a table, and the namespaces, at most @width columns wide. */
void view_timewait(struct text *out, const struct timewait *tw, unsigned int nr,
		   unsigned int width);
/* What is to be said beside a walk: connect() that found no port, and other namespaces. */
void view_timewait_notes(struct text *out, const struct timewait *tw, unsigned int width);
/* That connect() or bind() found no port there, in a line. */
void view_timewait_refused(const struct timewait *tw, const struct timewait_row *row, char *buf,
			   size_t len);
/* All of it. NULL only when memory ran out. */
struct json_object *view_timewait_json(const struct timewait *tw);

/* What is to be said beside a walk: the namespaces, and rows where no port was found. The same. */
struct json_object *view_timewait_notes_json(const struct timewait *tw);

#endif /* NETLANE_VIEW_TIMEWAIT_H */
