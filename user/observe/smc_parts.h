/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of smc_take(). */
#ifndef NETLANE_OBSERVE_SMC_PARTS_H
#define NETLANE_OBSERVE_SMC_PARTS_H

#include <stddef.h>

#include "base/smc.h"

struct nlmsghdr;

/* A zeroed place at the end of a list, or NULL: smc_more(&view->conn, &view->nr_conn, ...). */
void *smc_more(void *list, unsigned int *nr, size_t size);
/* The row of @code; NULL: no memory. */
struct smc_why *smc_why_of(struct smc_view *view, uint32_t code);

/* smc_sockets.c: an answer of sock_diag into @view. 0, 1: not a connection, -ENOMEM. */
int smc_socket_take(const struct nlmsghdr *nlh, struct smc_view *view);
/* smc_sums.c: what SMC_GEN_NETLINK tells. 0 or -ENOMEM. */
int smc_sums_take(struct smc_view *view);

#endif /* NETLANE_OBSERVE_SMC_PARTS_H */
