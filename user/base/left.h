/* SPDX-License-Identifier: GPL-2.0 */
/* What is left of a drained port's connections: read by observe/, shown by view/. */
#ifndef NETLANE_BASE_LEFT_H
#define NETLANE_BASE_LEFT_H

#include "base/fields.h"

struct left_port {
	unsigned int port;
	unsigned int open; /* held by a process: ESTABLISHED, CLOSE_WAIT */
	unsigned int queued; /* ESTABLISHED and not accepted yet */
	unsigned int half; /* SYN_RECV: its handshake is under way */
	unsigned int closing; /* nobody has it open, what was sent is not all acknowledged */
	char by[64]; /* who holds most of them, as far as may be seen, or "" */
	unsigned int by_nr; /* how many that one holds */
};

extern const struct field left_port_fields[];

#endif /* NETLANE_BASE_LEFT_H */
