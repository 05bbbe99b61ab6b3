// SPDX-License-Identifier: GPL-2.0
/* Connections that only grow, in words; see growing.h. */
#include "view/growing.h"

#include <string.h>

#include "view/view.h"

void view_growing_line(struct text *out, const struct growing_row *row)
{
	char by[sizeof(row->by) * 4];

	if (row->remote[0])
		text_add(out,
			 strchr(row->remote, ':') ? "connections to [%s]:%u" :
						    "connections to %s:%u",
			 row->remote, row->remote_port);
	else
		text_add(out, "connections that others opened to this node");
	text_add(out, " only grow: %u, %u min ago, and %u now, %u a minute", row->before,
		 row->for_s / 60, row->now, row->per_min);
	if (row->full_min)
		text_add(out, "; no local port is left in %u min", row->full_min);
	text_escape(by, sizeof(by), row->by);
	if (by[0])
		text_add(out, "; %s opens them, and closes fewer", by);
	else if (!row->remote[0])
		text_add(out, "; netlane tcp --by service tells to whom");
}

void view_growing(struct text *out, const struct growing *growing, unsigned int width)
{
	unsigned int i;

	for (i = 0; i < growing->nr_row; i++) {
		struct text line = { 0 };

		view_growing_line(&line, &growing->row[i]);
		if (line.s)
			view_wrap(out, line.s, 0, 2, width);
		text_free(&line);
	}
}

struct json_object *view_growing_json(const struct growing *growing)
{
	struct json_object *json = fields_to_json(growing_fields, growing), *rows = NULL;

	if (json && json_object_object_get_ex(json, "row", &rows))
		rows = json_object_get(rows);
	json_object_put(json);
	return rows;
}
