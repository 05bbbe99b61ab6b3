/* SPDX-License-Identifier: GPL-2.0 */
/* Who holds local ports toward whom, until when there are any, and what would help. */
#ifndef NETLANE_VIEW_PORTS_H
#define NETLANE_VIEW_PORTS_H

#include <json-c/json_object.h>

#include "base/census.h"
#include "base/text.h"

/* The first @nr rows as a table, then what is to be said of them, at most @width columns wide. */
void view_ports(struct text *out, const struct census *census, unsigned int nr, unsigned int width);
/* All rows, each with its outlook. NULL only when memory ran out. */
struct json_object *view_ports_json(const struct census *census);

#endif /* NETLANE_VIEW_PORTS_H */
