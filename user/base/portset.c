// SPDX-License-Identifier: GPL-2.0
/* Sets of ports as bits and as text; see portset.h. */
#include "base/portset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PORT_LAST 65535

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

int portset_parse(const char *s, struct portset *set)
{
	struct portset fresh = { { 0 } };

	for (;;) {
		unsigned int first, last;

		s += strspn(s, " \t");
		first = last = port_take(&s);
		if (*s == '-') {
			s++;
			last = port_take(&s);
		}
		s += strspn(s, " \t");
		if (!first || last < first || (*s && *s != ','))
			return -EINVAL;
		for (; first <= last; first++)
			portset_add(&fresh, first);
		if (!*s++)
			break;
	}
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
