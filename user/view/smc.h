/* SPDX-License-Identifier: GPL-2.0 */
/* SMC on this node: can it, and what its connections do. */
#ifndef NETLANE_VIEW_SMC_H
#define NETLANE_VIEW_SMC_H

#include <json-c/json_object.h>

#include "base/smc.h"
#include "base/text.h"

/* What was judged, in words at most @width columns wide. */
void view_smc_check(struct text *out, const struct smc_judged *judged, unsigned int width);
/* The same with what it was judged by. NULL only when memory ran out. */
struct json_object *view_smc_check_json(const struct smc_node *node,
					const struct smc_judged *judged);

/* Sums, reasons, link groups and the first @nr connections. */
void view_smc_status(struct text *out, const struct smc_view *view, unsigned int nr,
		     unsigned int width);
/* All connections. NULL only when memory ran out. */
struct json_object *view_smc_status_json(const struct smc_view *view);

#endif /* NETLANE_VIEW_SMC_H */
