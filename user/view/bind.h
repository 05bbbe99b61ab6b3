/* SPDX-License-Identifier: GPL-2.0 */
/* Bindings: which addresses and ports go to which listener, and how much came. */
#ifndef NETLANE_VIEW_BIND_H
#define NETLANE_VIEW_BIND_H

#include "base/fields.h"
#include "base/text.h"
#include "types.h"

/* A binding that stands, or that the configuration wants. */
struct bind_row {
	struct binding_state bound; /* its lists are borrowed */
	bool stands;
	bool wanted;
	bool listens; /* somebody does, where it leads to */
};

struct bind_view {
	struct bind_row *row; /* by name */
	unsigned int nr_row;
	char *now; /* as the knob's value, NULL: not known */
	char *wanted; /* the same, if an up would change it, else NULL */
	char (*other)[64]; /* others' programs that look sockets up here: "12 (name)" */
	unsigned int nr_other;
	char failure[200]; /* why it is not known what stands, or "" */
};

void view_bind(struct text *out, const struct bind_view *view, unsigned int width);
extern const struct field bind_view_fields[];

#endif /* NETLANE_VIEW_BIND_H */
