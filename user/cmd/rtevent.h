/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of rtnetlink's messages can concern a lane. A node of containers makes
 * and removes veths and their addresses all day; none of them has one.
 */
#ifndef NETLANE_CMD_RTEVENT_H
#define NETLANE_CMD_RTEVENT_H

#include <stdbool.h>
#include <stddef.h>

/* Is there one in what was received? True for what is not understood. */
bool rtevent_matters(const void *buf, size_t len);

#endif /* NETLANE_CMD_RTEVENT_H */
