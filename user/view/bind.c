// SPDX-License-Identifier: GPL-2.0
/* Bindings; see bind.h. */
#include "view/bind.h"

#include <inttypes.h>
#include <string.h>

#include "base/bind.h"
#include "view/view.h"

static void stands_say(struct text *line, const struct bind_row *row)
{
	const struct binding_state *bound = &row->bound;

	if (!row->stands)
		text_add(line, "not in force: netlane up");
	else if (bound->stale)
		text_add(line, "the listener is another one than before: netlane up");
	else if (bound->sockets)
		text_add(line, "in force");
	else if (row->listens && bound->reach_err)
		text_add(line, "in force, but the listener cannot be reached (%s)",
			 strerror(bound->reach_err));
	else
		text_add(line, "in force, but nobody listens there");
	if (row->stands && !row->wanted)
		text_add(line, ", and not in the configuration");
}

static void row_say(struct text *out, const struct bind_row *row, unsigned int width)
{
	const struct binding_state *bound = &row->bound;
	struct text line = { 0 };

	text_add(&line, "bind ");
	binding_text(&bound->binding, &line);
	text_add(&line, ": ");
	stands_say(&line, row);
	view_wrap(out, line.s ? line.s : "", 0, 2, width);
	text_free(&line);
	if (!row->stands)
		return;
	text_add(out, "  given %" PRIu64 " connections, %" PRIu64 " datagrams; missed %" PRIu64 "",
		 bound->connections, bound->datagrams, bound->missed);
	if (bound->others)
		text_add(out, "; left to another program's choice %" PRIu64, bound->others);
	text_add(out, "\n");
}

void view_bind(struct text *out, const struct bind_view *view, unsigned int width)
{
	struct text line = { 0 };
	unsigned int i;

	if (!view->nr_row)
		return;
	text_add(out, "\n");
	for (i = 0; i < view->nr_row; i++)
		row_say(out, &view->row[i], width);
	if (view->failure[0])
		text_add(&line, "what stands of bindings is not known: %s", view->failure);
	for (i = 0; i < view->nr_other; i++)
		text_add(&line, "%s%s",
			 i ? ", " : "others look sockets up here as well: ", view->other[i]);
	if (view->nr_other)
		text_add(&line, "; all run, in the order in which they were attached; what one "
				"before netlane's has chosen stays");
	if (line.s)
		view_wrap(out, line.s, 0, 2, width);
	text_free(&line);
}

static const struct field row_fields[] = {
	F_OBJECT(bind_row, bound, bound_fields),
	F_BOOL(bind_row, stands),
	F_BOOL(bind_row, wanted),
	F_BOOL(bind_row, listens),
	F_END,
};

const struct field bind_view_fields[] = {
	F_LIST(bind_view, row, nr_row, row_fields),
	F_HEAP(bind_view, now),
	F_HEAP(bind_view, wanted),
	F_LINES(bind_view, other, nr_other),
	F_STR(bind_view, failure),
	F_END,
};
