/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to TCP connections, from bpf/tcp.bpf.c, which counts while it is kept. */
#ifndef NETLANE_OBSERVE_EVENTS_H
#define NETLANE_OBSERVE_EVENTS_H

#include "base/err.h"
#include "base/events.h"
#include "observe/kept.h"

/* What is to be kept counting. */
struct keeping events_keeping(void);
/*
 * Reads what was counted so far; about a millisecond for a thousand rows.
 * -ENOENT: it is not counted; -ESTALE: by another version; -EPERM: only root
 * can tell; each with a sentence. events_free() in any case.
 */
int events_read(struct events *events, struct err *err);
/* Only who received what was accepted, and the paths, for who looks each second; heap. 0 or -errno as above. */
int events_matrix(struct event_matrix *matrix, struct event_paths *paths);
/* Removes rows without an event for @idle_s seconds where a table is nearly full. */
void events_tidy(unsigned int idle_s);
void events_free(struct events *events);

#endif /* NETLANE_OBSERVE_EVENTS_H */
