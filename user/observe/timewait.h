/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TIME_WAIT as it happens: reads what the programs of bpf/timewait.bpf.c count,
 * without walking a single socket. The rule: what was alive before counting
 * began, and what a reader's or the kernel's race lost, is found by one walk and
 * kept apart (seeds); counters are the programs' alone.
 */
#ifndef NETLANE_OBSERVE_TIMEWAIT_H
#define NETLANE_OBSERVE_TIMEWAIT_H

#include "base/err.h"
#include "base/timewait.h"
#include "observe/kept.h"

/* What is to be kept counting, on every node. When it began, timewait_tend() is due. */
void timewait_keeping(struct keeping *keeping);

struct timewait_reader;

/*
 * Opens what is pinned. -ENOENT: nothing is counted; -ESTALE: not what this
 * netlane makes; -EPERM: only root can tell.
 */
int timewait_open(struct timewait_reader **reader);
void timewait_close(struct timewait_reader *reader);

/* Fills @sample, overwriting it; timewait_free() in any case. 0 or -errno with a sentence. */
int timewait_sample(struct timewait_reader *reader, struct timewait *sample, struct err *err);
void timewait_free(struct timewait *sample);
/* Finds a process for each network namespace; looks through /proc once. */
void timewait_name(struct timewait *sample);

/*
 * Who listens, and what is alive but was not counted, in the own network
 * namespace and in those of other processes; rows that are empty for a minute
 * are removed. @all: whatever sockstat says. 0 or -errno with a sentence.
 */
int timewait_tend(struct timewait_reader *reader, bool all, struct err *err);

#endif /* NETLANE_OBSERVE_TIMEWAIT_H */
