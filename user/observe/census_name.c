// SPDX-License-Identifier: GPL-2.0
/* Who opens connections: any process of a row's first sockets; see census.h. */
#include <stdlib.h>

#include "observe/census.h"
#include "observe/holders.h"

_Static_assert(sizeof(((struct census_row *)0)->by) == HOLDER_LEN, "a name fits");

void census_name(struct census *census, unsigned int nr)
{
	struct holder *holder;
	unsigned int i, j, nr_holder = 0;

	nr = nr < census->nr_row ? nr : census->nr_row;
	holder = calloc((size_t)nr * HOLDERS_MAX + 1, sizeof(*holder));
	if (!holder)
		return; /* a name is a help, not a promise */
	for (i = 0; i < nr; i++)
		for (j = 0; j < census->row[i].nr_inode; j++)
			holder[nr_holder++] =
				(struct holder){ census->row[i].inode[j], census->row[i].by };
	holders_name(holder, nr_holder);
	free(holder);
}
