/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maintenance that the cloud has planned for this instance: asked by the service beside
 * the spot notice, said once, and shown by status and the first screen while it lives.
 */
#ifndef NETLANE_CMD_MAINTENANCE_H
#define NETLANE_CMD_MAINTENANCE_H

#include "base/text.h"

/* Asks and says what has changed. What is not known leaves what was known. */
void maintenance_look(void);
void maintenance_end(void);
/* What the service knows, a line each. */
void maintenance_add(struct text *out);

#endif /* NETLANE_CMD_MAINTENANCE_H */
