/* SPDX-License-Identifier: GPL-2.0 */
/* The bindings of netlane steer. */
#ifndef NETLANE_CMD_STEER_BIND_H
#define NETLANE_CMD_STEER_BIND_H

#include "cmd/flow.h"
#include "view/bind.h"

/* What stands and what is wanted; its lists are of @flow. 0 or -ENOMEM. */
int steer_bind_fill(const struct flow *flow, struct bind_view *view);
/* Is a binding not as it is to be? */
bool steer_bind_found(const struct bind_view *view);
void steer_bind_free(struct bind_view *view);

#endif /* NETLANE_CMD_STEER_BIND_H */
