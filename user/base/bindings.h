/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bindings as text: what the configuration wants, the knob's value and what is
 * read back from the kernel are the same words. The rule: the text is canonical,
 * and all of it can be read again.
 */
#ifndef NETLANE_BASE_BINDINGS_H
#define NETLANE_BASE_BINDINGS_H

#include "base/fields.h"
#include "base/text.h"
#include "types.h"

/* Behind a binding whose listener has sockets that are to be entered. */
#define BIND_STALE " (another listener)"

extern const char *const bind_protocol_names[]; /* "tcp", "udp", "both" */
extern const struct field binding_fields[];

/* "80,8000-8999" or "any"; heap, ascending. 0, -ENOMEM, or -EINVAL. */
int port_ranges_parse(const char *text, struct port_range **ports, unsigned int *nr);
void port_ranges_text(const struct port_range *ports, unsigned int nr, struct text *out);
bool port_range_is_any(const struct port_range *range);

/* Does @binding want UDP, or TCP; has it a prefix of that family? */
bool binding_has(const struct binding *binding, bool udp, bool six);
/* The port of a struct binding's .to */
unsigned int binding_port(const char *to);
/* "web tcp 10.0.0.0/24,fd00::/64 80,8000-8999 to *:80" */
void binding_text(const struct binding *binding, struct text *out);
/* Of all, "; " between two; KNOB_ABSENT for none. Heap, NULL: out of memory. */
char *bindings_text(const struct binding *binding, unsigned int nr);
/* What bindings_text() wrote, marks or not. 0, -ENOMEM, or -EINVAL. */
int bindings_parse(const char *text, struct binding **binding, unsigned int *nr);
/* A copy of its own in a zeroed @to, also of a part when it fails. 0 or -ENOMEM. */
int binding_copy(const struct binding *from, struct binding *to);
void binding_clear(struct binding *binding);
void bindings_free(struct binding *binding, unsigned int nr);
/*
 * Two different sections that claim the same ports of the same prefix with equal
 * right, as "10.0.0.0/8 tcp 8000-8100"; false: there are none.
 */
bool bindings_clash(const struct binding *a, const struct binding *b, char *what, size_t len);

#endif /* NETLANE_BASE_BINDINGS_H */
