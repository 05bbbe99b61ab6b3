/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boots that began to hold lanes and never got ready. After two in a row the
 * daemon only observes: a node that dies under netlane must come up without it.
 */
#ifndef NETLANE_CMD_BOOTS_H
#define NETLANE_CMD_BOOTS_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Notes that boot @boot_id begins, in @path. *too_many: the two boots before
 * it did not reach boots_ready(). 0 or -errno: then the caller only observes.
 */
int boots_begin(const char *path, const char *boot_id, bool *too_many, struct err *err);
/* This boot got ready: the count starts anew. */
int boots_ready(const char *path, struct err *err);

#endif /* NETLANE_CMD_BOOTS_H */
