/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that only grow, in words. */
#ifndef NETLANE_VIEW_GROWING_H
#define NETLANE_VIEW_GROWING_H

#include <json-c/json_object.h>

#include "base/growing.h"
#include "base/text.h"

/* "connections to 10.0.0.5:6379 only grow: ..." */
void view_growing_line(struct text *out, const struct growing_row *row);
/* A finding each. */
void view_growing(struct text *out, const struct growing *growing, unsigned int width);
/* A list of them. NULL only when memory ran out. */
struct json_object *view_growing_json(const struct growing *growing);

#endif /* NETLANE_VIEW_GROWING_H */
