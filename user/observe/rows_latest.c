// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of namespaces that are gone; see rows_latest.h. The rule: of several that had
 * an inode the one whose rows changed last is the one that has it.
 */
#include "observe/rows_latest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One of the network namespaces that had an inode: the kernel gives a number again at once. */
struct incarnation {
	unsigned int netns;
	unsigned int mix;
	uint64_t last_ns;
};

static struct incarnation *incarnation_of(struct incarnation *list, unsigned int *nr,
					  unsigned int netns)
{
	unsigned int i;

	for (i = 0; i < *nr; i++)
		if (list[i].netns == netns)
			return &list[i];
	list[*nr] = (struct incarnation){ .netns = netns };
	return &list[(*nr)++];
}

const void *rows_key(const struct rows_layout *l, const struct rows *rows, unsigned int i)
{
	return (const char *)rows->keys + i * l->key_size;
}

static const char *value_at(const struct rows_layout *l, const struct rows *rows, unsigned int i)
{
	return (const char *)rows->values + i * l->value_size;
}

uint64_t rows_last_ns(const struct rows_layout *l, const struct rows *rows, unsigned int i)
{
	uint64_t last_ns;

	memcpy(&last_ns, value_at(l, rows, i) + l->last_ns_at, sizeof(last_ns));
	return last_ns;
}

static unsigned int number_of(const char *key, size_t at)
{
	uint32_t number;

	memcpy(&number, key + at, sizeof(number));
	return number;
}

int rows_keep_latest(const struct rows_layout *l, struct rows *rows)
{
	struct incarnation *list = calloc(rows->nr + 1, sizeof(*list)), *in;
	unsigned int i, kept = 0, nr = 0;

	if (!list)
		return -ENOMEM;
	for (i = 0; i < rows->nr; i++) {
		in = incarnation_of(list, &nr, number_of(rows_key(l, rows, i), l->netns_at));
		if (rows_last_ns(l, rows, i) >= in->last_ns) {
			in->last_ns = rows_last_ns(l, rows, i);
			in->mix = number_of(rows_key(l, rows, i), l->mix_at);
		}
	}
	for (i = 0; i < rows->nr; i++) {
		in = incarnation_of(list, &nr, number_of(rows_key(l, rows, i), l->netns_at));
		if (in->mix != number_of(rows_key(l, rows, i), l->mix_at))
			continue;
		memmove((char *)rows->keys + kept * l->key_size, rows_key(l, rows, i), l->key_size);
		memmove((char *)rows->values + kept * l->value_size, value_at(l, rows, i),
			l->value_size);
		kept++;
	}
	rows->nr = kept;
	free(list);
	return 0;
}
