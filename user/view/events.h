/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to TCP connections since the counting began, as text and as JSON. */
#ifndef NETLANE_VIEW_EVENTS_H
#define NETLANE_VIEW_EVENTS_H

#include <json-c/json_object.h>

#include "base/events.h"
#include "base/text.h"

extern const char *const events_by_names[]; /* by enum events_by */

void view_events(struct text *out, const struct events *events, const struct event_groups *groups,
		 unsigned int width);
/* NULL only when memory ran out. */
struct json_object *view_events_json(const struct events *events,
				     const struct event_groups *groups);

#endif /* NETLANE_VIEW_EVENTS_H */
