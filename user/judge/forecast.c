// SPDX-License-Identifier: GPL-2.0
/*
 * What runs out first; see forecast.h. The rule: ports that bind() chose serve one
 * destination each, so where they go to several it is the address that runs out.
 */
#include "judge/forecast.h"

#include <stdio.h>
#include <string.h>

/* The one that runs out first, or NULL. */
static const struct census_row *worst_row(const struct census *census)
{
	const struct census_row *worst = NULL;
	unsigned int i;

	for (i = 0; i < census->nr_row; i++) {
		const struct census_row *row = &census->row[i];

		if (row->outlook.tight &&
		    (!worst || (unsigned int)row->outlook.full_s_early <
				       (unsigned int)worst->outlook.full_s_early))
			worst = row; /* -1, never, is the largest */
	}
	return worst;
}

static unsigned int ended_per_s(const struct census_row *row)
{
	return row->counted ? row->born_per_s : row->outlook.per_s;
}

static void of_row(const struct census_row *row, struct forecast *forecast)
{
	const struct outlook *o = &row->outlook;

	(void)snprintf(forecast->what, sizeof(forecast->what),
		       strchr(row->remote, ':') ? "to [%s]:%u" : "to %s:%u", row->remote,
		       row->remote_port);
	forecast->taken = outlook_taken(o);
	forecast->usable = o->usable;
	forecast->per_s = ended_per_s(row);
	forecast->full_s = o->full_s_early;
}

static void of_source(const struct census *census, unsigned int nr, struct forecast *forecast)
{
	const struct census_source *source = &census->source[nr];
	unsigned int i;

	forecast->address = true;
	(void)snprintf(forecast->what, sizeof(forecast->what), "of %s", source->local);
	forecast->taken = source->ports;
	forecast->usable = census->usable;
	forecast->full_s = -1;
	for (i = 0; i < census->nr_row; i++)
		if (census->row[i].source == nr)
			forecast->per_s += ended_per_s(&census->row[i]);
}

bool forecast_judge(const struct census *census, struct forecast *forecast)
{
	const struct census_row *row = worst_row(census);
	unsigned int i;

	memset(forecast, 0, sizeof(*forecast));
	if (row && row->bound && row->outlook.others && row->source < census->nr_source) {
		of_source(census, row->source, forecast);
		forecast->full_s = row->outlook.full_s_early;
		return true;
	}
	if (row) {
		of_row(row, forecast);
		return true;
	}
	for (i = 0; i < census->nr_source; i++)
		if (census->source[i].tight) {
			of_source(census, i, forecast);
			return true;
		}
	return false;
}
