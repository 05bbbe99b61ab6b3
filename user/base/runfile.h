/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one netlane tells the next on this node: a noun as JSON in /run/netlane.
 * The rule: an addition. It may be missing at any time, and what cannot be
 * written or read is as good as missing.
 */
#ifndef NETLANE_BASE_RUNFILE_H
#define NETLANE_BASE_RUNFILE_H

#include <stdbool.h>

#include "base/fields.h"

/* Writes @data as RUN_DIR/@name, whole or not at all. */
bool runfile_write(const char *name, const struct field *fields, const void *data);
/* Fills @data (zeroed by the caller, fields_free() in any case). False: there is none. */
bool runfile_read(const char *name, const struct field *fields, void *data);
void runfile_remove(const char *name);

#endif /* NETLANE_BASE_RUNFILE_H */
