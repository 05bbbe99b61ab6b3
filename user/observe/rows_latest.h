/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rows by network namespace, of which the kernel gives the inode's number again at
 * once: each key has a number that is the namespace's own beside it (mix).
 */
#ifndef NETLANE_OBSERVE_ROWS_LATEST_H
#define NETLANE_OBSERVE_ROWS_LATEST_H

#include <stdint.h>

#include "observe/rows.h"

struct rows_layout {
	size_t key_size, value_size;
	size_t netns_at, mix_at; /* in the key */
	size_t last_ns_at; /* in the value: when the row changed last */
};

/* Leaves out the rows of namespaces whose inode is another one's by now. 0 or -ENOMEM. */
int rows_keep_latest(const struct rows_layout *l, struct rows *rows);
const void *rows_key(const struct rows_layout *l, const struct rows *rows, unsigned int i);
uint64_t rows_last_ns(const struct rows_layout *l, const struct rows *rows, unsigned int i);

#endif /* NETLANE_OBSERVE_ROWS_LATEST_H */
