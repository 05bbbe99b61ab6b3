/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each lane carries, from bpf/traffic.bpf.c. Counting is kept going by
 * pins below /sys/fs/bpf/netlane, which `up` and `run` make and `down`
 * removes; a reader takes what is pinned, or counts for itself until it
 * closes. Nothing here changes how a packet travels.
 */
#ifndef NETLANE_OBSERVE_TRAFFIC_H
#define NETLANE_OBSERVE_TRAFFIC_H

#include "base/err.h"
#include "base/load.h"
#include "observe/kept.h"

struct traffic;

/* What is watched only while somebody looks: it costs time stamps. */
enum traffic_watch {
	WATCH_SOFTIRQ = 1, /* NET_RX softirqs: wait and run */
	WATCH_DROPS = 2, /* drops by the kernel's reason, 5.17 and later */
};

/*
 * What is to be kept counting of @facts' NICs: counters go on as long as it is
 * of this build and for these NICs, and begin anew otherwise. 0 or -errno with
 * a sentence in @keeping; traffic_keeping_done() either way.
 */
int traffic_keeping(const struct facts *facts, struct keeping *keeping);
void traffic_keeping_done(struct keeping *keeping);

/* Is counting kept going? -ENOENT: no; -ESTALE: by another version; -EPERM: only root can tell. */
int traffic_kept(void);

/*
 * To read counters of @facts' NICs that have a bus, or of the @nr_names
 * interfaces in @names. Takes what is pinned if it has these NICs.
 */
int traffic_open(const struct facts *facts, char **names, unsigned int nr_names,
		 struct traffic **traffic, struct err *err);
void traffic_close(struct traffic *traffic);
/* False: counted by this process alone, since traffic_open(). */
bool traffic_is_kept(const struct traffic *traffic);
/* False: what was opened is no longer what is pinned; open anew. */
bool traffic_in_force(const struct traffic *traffic);
/* Watches until closed, @what of enum traffic_watch. -EOPNOTSUPP: not on this kernel. */
int traffic_watch(struct traffic *traffic, unsigned int what, struct err *err);
/*
 * Reads everything. @sample is zeroed by the caller once and may be filled
 * again and again; sample_free() frees it. 0 or -errno.
 */
int traffic_sample(struct traffic *traffic, struct sample *sample, struct err *err);
void sample_free(struct sample *sample);
#define TRAFFIC_REASONS 256
/* Drops by reason since loading, all CPUs together, TRAFFIC_REASONS of them. 0 or -errno. */
int traffic_drops(const struct traffic *traffic, uint64_t *drops);
/* The kernel's name of a drop reason, or NULL. The names live until the process ends. */
const char *traffic_reason(unsigned int reason);

#endif /* NETLANE_OBSERVE_TRAFFIC_H */
