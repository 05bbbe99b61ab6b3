/* SPDX-License-Identifier: GPL-2.0 */
/* All entries of a BPF hash at once. */
#ifndef NETLANE_OBSERVE_ROWS_H
#define NETLANE_OBSERVE_ROWS_H

#include <stddef.h>

struct rows {
	void *keys;
	void *values;
	unsigned int nr;
};

/*
 * Reads a hash of @max entries at most; rows_free() in any case. One call, since
 * walking from key to key begins anew where an entry is removed meanwhile. 0 or
 * -errno.
 */
int rows_read(int map, unsigned int max, size_t key_size, size_t value_size, struct rows *rows);
void rows_free(struct rows *rows);

#endif /* NETLANE_OBSERVE_ROWS_H */
