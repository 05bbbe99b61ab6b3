/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bindings compiled into what their program looks up: the longest prefix has a
 * set, the set a page for each 256 ports, the page a binding for each port. The
 * rule: precedence is decided here and not by the program. What a prefix does not
 * claim itself is in its set as the next shorter one has it. Pure.
 */
#ifndef NETLANE_BASE_BIND_TABLE_H
#define NETLANE_BASE_BIND_TABLE_H

#include <linux/types.h>

#include "base/err.h"
#include "bpf/abi_lookup.h"
#include "types.h"

#define BIND_PREFIXES_MAX 1024 /* of all bindings */

struct bind_table_net {
	struct bind_net net;
	unsigned int set;
};

struct bind_table {
	struct bind_table_net *net;
	unsigned int nr_net;
	struct bind_set *set;
	unsigned int nr_set;
	struct bind_page *page; /* page 0 is empty */
	unsigned int nr_page;
	void *index; /* of the pages, by their content, while it is made */
};

/* 0; -ENOMEM, -EINVAL or -E2BIG with a sentence. */
int bind_table_make(const struct binding *binding, unsigned int nr, struct bind_table *table,
		    struct err *err);
void bind_table_free(struct bind_table *table);

#endif /* NETLANE_BASE_BIND_TABLE_H */
