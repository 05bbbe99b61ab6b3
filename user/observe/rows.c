// SPDX-License-Identifier: GPL-2.0
/* All entries of a BPF hash at once; see rows.h. */
#include "observe/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include <bpf/bpf.h>

int rows_read(int map, unsigned int max, size_t key_size, size_t value_size, struct rows *rows)
{
	__u32 from = 0, nr = max;
	int ret;

	rows->nr = 0;
	rows->keys = malloc(max * key_size); /* pages that nothing is read into cost nothing */
	rows->values = malloc(max * value_size);
	if (!rows->keys || !rows->values)
		return -ENOMEM;
	ret = bpf_map_lookup_batch(map, NULL, &from, rows->keys, rows->values, &nr, NULL);
	if (ret && errno != ENOENT) /* which is its end */
		return -errno;
	rows->nr = nr;
	return 0;
}

void rows_free(struct rows *rows)
{
	free(rows->keys);
	free(rows->values);
	memset(rows, 0, sizeof(*rows));
}
