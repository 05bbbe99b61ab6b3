/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that only ever grow, as plain data: the service finds them over
 * time and leaves them in /run/netlane for whoever looks once.
 */
#ifndef NETLANE_BASE_GROWING_H
#define NETLANE_BASE_GROWING_H

#include "base/fields.h"
#include "types.h"

#define GROWING_FILE "growing" /* in /run/netlane */

struct growing_row {
	char remote[ADDR_LEN]; /* "": those that others opened to this node */
	unsigned int remote_port;
	unsigned int before; /* open connections when the rise began */
	unsigned int now;
	unsigned int for_s; /* how long it has risen */
	unsigned int per_min;
	unsigned int full_min; /* until no local port is left, 0: not told */
	char by[64]; /* "php-fpm (pid 812)", "" unknown */
};

struct growing {
	uint64_t until_ns; /* CLOCK_BOOTTIME; older than that, the service has ended */
	unsigned int netns; /* whose connections they are, as netns_own() says */
	struct growing_row *row;
	unsigned int nr_row;
};

extern const struct field growing_fields[];

/*
 * What the service found in this network namespace; nothing where none runs.
 * @growing is overwritten; growing_free().
 */
void growing_read(struct growing *growing);
void growing_free(struct growing *growing);

#endif /* NETLANE_BASE_GROWING_H */
