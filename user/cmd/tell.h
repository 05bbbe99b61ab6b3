/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel module is told to keep, where it is there; without it nothing is done here. */
#ifndef NETLANE_CMD_TELL_H
#define NETLANE_CMD_TELL_H

#include "cmd/flow.h"
#include "cmd/keep.h"

/* Tells the module each lane's masks, if they are others than it was told before. */
void tell_module(struct keep *keep, const struct flow *flow);
/* The module is to forget all. */
void tell_nothing(struct keep *keep);
/*
 * Loads the module with modprobe, which is given back by tell_unload(). 0;
 * -ENOENT: it is not installed for this kernel. True word in @err.
 */
int tell_load(struct err *err);
/* Unloads it if tell_load() of this boot had loaded it. */
void tell_unload(void);

#endif /* NETLANE_CMD_TELL_H */
