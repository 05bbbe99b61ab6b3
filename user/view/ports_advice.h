/* SPDX-License-Identifier: GPL-2.0 */
/* What is to be said of a destination whose ports run out. Of view/ports.c. */
#ifndef NETLANE_VIEW_PORTS_ADVICE_H
#define NETLANE_VIEW_PORTS_ADVICE_H

#include "base/census.h"
#include "base/text.h"

#define ADVICE_ROWS 3 /* of which it is said: the worst */

/* Why they run out, and each remedy that works here, with its number. */
void advice_row(struct text *out, const struct census *census, const struct census_row *row,
		unsigned int width);
/* That all destinations share the ports of @source. */
/* SYNs without an answer though ports are free: what that may be, and how to tell. */
void advice_unanswered(struct text *out, const struct census_row *row, unsigned int width);
void advice_source(struct text *out, const struct census *census,
		   const struct census_source *source, unsigned int width);

/* "10.0.3.7:6379" or "[fd00::7]:6379". */
void ports_to(const struct census_row *row, char *buf, size_t len);

#endif /* NETLANE_VIEW_PORTS_ADVICE_H */
