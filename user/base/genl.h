/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink: what a family and its multicast group are called today. */
#ifndef NETLANE_BASE_GENL_H
#define NETLANE_BASE_GENL_H

#include <stdint.h>

#include "base/netlink.h"

struct genl_numbers {
	uint16_t family;
	uint32_t group; /* 0: it has no group of that name */
};

/* Asks over @nl, with sequence number @seq. 0; -ENOENT: no such family here; -errno. */
int genl_find(struct mnl_socket *nl, unsigned int seq, const char *family, const char *group,
	      struct genl_numbers *numbers);
/*
 * The same for who may not change the node: a name that the kernel does not know has it
 * run modprobe(8), so that all families are listed instead. No group.
 */
int genl_find_there(struct mnl_socket *nl, unsigned int seq, const char *family, uint16_t *number);

#endif /* NETLANE_BASE_GENL_H */
