// SPDX-License-Identifier: GPL-2.0
/* Sets of ports as bits and as text; see portset.h. */
#include "base/portset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A port at *s, which is moved behind it; 0: none is there. */
static unsigned int port_take(const char **s)
{
	unsigned long port = 0;

	if (**s < '0' || **s > '9')
		return 0;
	for (; **s >= '0' && **s <= '9' && port <= PORT_LAST; (*s)++)
		port = port * 10 + (unsigned long)(**s - '0');
	return port <= PORT_LAST ? (unsigned int)port : 0;
}

int port_range_take(const char **s, struct port_range *range)
{
	*s += strspn(*s, " \t");
	range->from = range->to = port_take(s);
	if (**s == '-') {
		(*s)++;
		range->to = port_take(s);
	}
	*s += strspn(*s, " \t");
	return range->from && range->from <= range->to && (!**s || **s == ',') ? 0 : -EINVAL;
}

int portset_parse(const char *s, struct portset *set)
{
	struct portset fresh = { { 0 } };
	struct port_range range;

	do {
		if (port_range_take(&s, &range))
			return -EINVAL;
		for (; range.from <= range.to; range.from++)
			portset_add(&fresh, range.from);
	} while (*s++);
	*set = fresh;
	return 0;
}

void portset_add_text(struct text *out, const struct portset *set)
{
	unsigned int first, last, nr = 0;

	for (first = 1; first <= PORT_LAST; first = last + 1) {
		last = first;
		if (!portset_has(set, first))
			continue;
		while (portset_has(set, last + 1))
			last++;
		text_add(out, "%s%u", nr++ ? "," : "", first);
		if (last > first)
			text_add(out, "%s%u", last > first + 1 ? "-" : ",", last);
	}
}

bool portset_empty(const struct portset *set)
{
	unsigned int i;

	for (i = 0; i < PORTSET_WORDS; i++)
		if (set->word[i])
			return false;
	return true;
}
