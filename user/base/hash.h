/* SPDX-License-Identifier: GPL-2.0 */
/* FNV-1a, 64 bit: has something changed? Not against somebody who wants a collision. */
#ifndef NETLANE_BASE_HASH_H
#define NETLANE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_SEED 0xcbf29ce484222325ULL

static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ b[i]) * 0x100000001b3ULL;
	return hash;
}

#endif /* NETLANE_BASE_HASH_H */
