/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of rtnetlink's messages can concern a lane. A node of containers makes
 * and removes veths and their addresses all day; none of them has one.
 */
#ifndef NETLANE_CMD_RTEVENT_H
#define NETLANE_CMD_RTEVENT_H

#include <stddef.h>

enum rtevent {
	RTEVENT_NONE,
	RTEVENT_LOOK,
	RTEVENT_ALL, /* an address: also at what the metadata service says of it */
};

/* The most of what was received; RTEVENT_LOOK for what is not understood. */
enum rtevent rtevent_of(const void *buf, size_t len);

#endif /* NETLANE_CMD_RTEVENT_H */
