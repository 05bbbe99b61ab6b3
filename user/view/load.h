/* SPDX-License-Identifier: GPL-2.0 */
/* Load as lines of text and as JSON: what stat prints and top draws. */
#ifndef NETLANE_VIEW_LOAD_H
#define NETLANE_VIEW_LOAD_H

#include <json-c/json_object.h>

#include "base/text.h"
#include "view/columns.h"

extern const char *const load_by_names[]; /* by enum load_by: "lane", "queue", ... */

#define LOAD_WHEN_WIDTH 8 /* "10:14:03" */

/* Label and names of the columns, without an end of the line. */
void load_header(struct text *out, enum load_by by, const struct column_list *list);
int load_label_width(enum load_by by);
/* A row's values below them, without an end of the line. */
void load_values(struct text *out, const struct load *load, const struct load_row *row,
		 const struct column_list *list);
/* The rows and their total, each begun with @when ("10:14:03", "since"). */
void load_rows(struct text *out, const struct load *load, const struct column_list *list,
	       const char *when);
/* What stands before a row's columns: "eth0 3 5" as padded words. */
void load_label(struct text *out, enum load_by by, const struct load_row *row);
/*
 * Load, skew (the busiest lane's packets over an equal share) and the worst
 * softirq wait, in one line without its end. @cap_pps 0: the instance's limit
 * is not known. Both loads from the same samples.
 */
void view_now(struct text *out, const struct load *lanes, const struct load *cpus,
	      uint64_t cap_pps);
/*
 * All that was counted, whatever columns are shown: counts over the time as
 * integers, columns as numbers or null. NULL when memory ran out.
 */
struct json_object *load_to_json(const struct load *load, const char *time);

#endif /* NETLANE_VIEW_LOAD_H */
