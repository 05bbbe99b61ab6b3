// SPDX-License-Identifier: GPL-2.0
/* What people want again; see wish.h. */
#include "cmd/wish.h"

#include <stdlib.h>
#include <string.h>

#include "base/step.h"

unsigned int wish_count(struct wishes *w, const struct knob *knob, uint64_t ns)
{
	struct wish *more;
	unsigned int i;

	for (i = 0; i < w->nr; i++) {
		struct wish *wish = &w->wish[i];

		if (!knob_equal(&wish->knob, knob))
			continue;
		wish->nr += wish->last_ns != ns;
		wish->last_ns = ns;
		return wish->nr;
	}
	more = realloc(w->wish, (w->nr + 1) * sizeof(*more));
	if (!more)
		return 0;
	w->wish = more;
	more[w->nr++] = (struct wish){ .knob = *knob, .last_ns = ns, .nr = 1 };
	return 1;
}

void wishes_free(struct wishes *w)
{
	free(w->wish);
	memset(w, 0, sizeof(*w));
}
