/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of base/bind share. Only they include it. */
#ifndef NETLANE_BASE_BIND_PARTS_H
#define NETLANE_BASE_BIND_PARTS_H

#include "base/bind.h"
#include "base/groups_parts.h"

struct bind_socket {
	uint64_t inode;
	uint64_t cookie; /* as a map of sockets tells it */
	unsigned int endpoint; /* index */
};

/* All that listens here, and which socket belongs to which. */
struct bind_sockets {
	struct endpoint *endpoint;
	unsigned int nr_endpoint;
	struct bind_socket *socket; /* by endpoint, then by inode */
	unsigned int nr_socket;
};

int bind_sockets_read(struct bind_sockets *sockets, struct err *err);
void bind_sockets_free(struct bind_sockets *sockets);
/* The sockets that one part of a binding is to have, BIND_WIDTH at most; how many. */
unsigned int bind_sockets_of(const struct bind_sockets *sockets, const char *to, bool udp, bool six,
			     const struct bind_socket **found);

#endif /* NETLANE_BASE_BIND_PARTS_H */
