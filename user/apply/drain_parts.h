/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of a drain share. Of drain.c. */
#ifndef NETLANE_APPLY_DRAIN_PARTS_H
#define NETLANE_APPLY_DRAIN_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/drain_maps.h"
#include "base/err.h"

/* Names of the pinned maps; of the links they are "refuse" and "guard". */
extern const char *const drain_pins[DRAIN_MAPS];
#define DRAIN_GUARD "guard"
/* The folder while it is filled. */
#define DRAIN_NEW "new-drain"

/* Where @name of @netns' folder is, "": the folder. */
void drain_path(char *path, size_t len, unsigned int netns, const char *name);
/* Attaches the programs, which do nothing yet, and pins all into the folder. 0 or -errno. */
int drain_attach(unsigned int netns, bool drops, struct err *err);

#endif /* NETLANE_APPLY_DRAIN_PARTS_H */
