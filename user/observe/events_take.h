/* SPDX-License-Identifier: GPL-2.0 */
/* From what the maps of bpf/tcp.bpf.c hold to plain data. For observe/events.c. */
#ifndef NETLANE_OBSERVE_EVENTS_TAKE_H
#define NETLANE_OBSERVE_EVENTS_TAKE_H

#include <linux/types.h>

#include "base/events.h"
#include "bpf/abi.h"
#include "observe/rows.h"

/* Adds @row to @count. */
void events_count_take(struct event_count *count, const struct tcp_row *row);
/* Fills in .row and .accept, without who accepted; heap. 0 or -ENOMEM. */
int events_rows_take(const struct rows *rows, struct events *events);
int events_accepts_take(const struct rows *rows, struct events *events);

#endif /* NETLANE_OBSERVE_EVENTS_TAKE_H */
