// SPDX-License-Identifier: GPL-2.0
/* The receive hash's indirection table as text; see rss.h. */
#include "base/rss.h"

#include "base/text.h"
#include "types.h"

char *rss_equal_text(unsigned int queues, unsigned int nr)
{
	struct text t = { 0 };

	/* a short table never reaches the later queues: one table, one text */
	text_add(&t, "equal %u", queues < nr ? queues : nr);
	return text_take(&t);
}

char *rss_text(const unsigned int *table, unsigned int nr)
{
	struct text t = { 0 };
	unsigned int i, last = 0;
	bool equal = true;

	if (!nr) {
		text_add(&t, KNOB_ABSENT);
		return text_take(&t);
	}
	for (i = 0; i < nr; i++)
		if (table[i] > last)
			last = table[i];
	for (i = 0; i < nr && equal; i++)
		equal = last < nr && table[i] == i % (last + 1);
	if (equal)
		return rss_equal_text(last + 1, nr);
	for (i = 0; i < nr; i++)
		text_add(&t, i ? " %u" : "%u", table[i]);
	return text_take(&t);
}
