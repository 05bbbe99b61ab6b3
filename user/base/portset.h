/* SPDX-License-Identifier: GPL-2.0 */
/* TCP or UDP ports, 1 to 65535: ranges of them and sets. */
#ifndef NETLANE_BASE_PORTSET_H
#define NETLANE_BASE_PORTSET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "types.h"

#define PORT_LAST 65535
#define PORTSET_WORDS 1024 /* of 64 ports each; bpf/abi.h has the same form */

struct portset {
	uint64_t word[PORTSET_WORDS];
};

/*
 * "80" or "8000-8100" at *s, which is moved behind it and the blanks there: to the comma or
 * the end. 0 or -EINVAL.
 */
int port_range_take(const char **s, struct port_range *range);

/* "80,443,8000-8100" into an empty or used set, which it replaces. 0 or -EINVAL, then untouched. */
int portset_parse(const char *s, struct portset *set);
/* The same back: ascending, in ranges; "" for none. */
void portset_add_text(struct text *out, const struct portset *set);

static inline void portset_add(struct portset *set, unsigned int port)
{
	set->word[port / 64] |= UINT64_C(1) << (port % 64);
}

static inline bool portset_has(const struct portset *set, unsigned int port)
{
	return port < 65536 && set->word[port / 64] >> (port % 64) & 1;
}

bool portset_empty(const struct portset *set);

#endif /* NETLANE_BASE_PORTSET_H */
