/* SPDX-License-Identifier: GPL-2.0 */
/* What TCP does now: in groups, the worst connections, and who accepts. */
#ifndef NETLANE_VIEW_TCP_H
#define NETLANE_VIEW_TCP_H

#include <json-c/json_object.h>

#include "base/tcp.h"
#include "base/text.h"

extern const char *const tcp_by_names[]; /* by enum tcp_by, as far as --by has it */
extern const char *const tcp_order_names[]; /* by enum tcp_order */

/* Sums, groups, findings and the worst; lines of words are at most @width columns wide. */
void view_tcp(struct text *out, const struct tcp_view *view, unsigned int width);
/* The first @nr listeners, then what is to be said of them. */
void view_listeners(struct text *out, const struct listeners *listeners, unsigned int nr,
		    unsigned int width);
/* NULL only when memory ran out. */
struct json_object *view_tcp_json(const struct tcp_view *view);
struct json_object *view_listeners_json(const struct listeners *listeners);

/* "45 us", "1.2 ms", "3.4 s", "-" for 0. Ten characters at most. */
void tcp_time_text(unsigned int us, char *buf, size_t len);
/* The sentence of a finding. */
void tcp_finding_text(const struct tcp_finding *finding, char *buf, size_t len);

#endif /* NETLANE_VIEW_TCP_H */
