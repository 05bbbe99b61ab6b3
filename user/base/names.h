/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words for the enums of types.h: the same in configuration, JSON, the
 * journal and messages. Each list ends with NULL.
 */
#ifndef NETLANE_BASE_NAMES_H
#define NETLANE_BASE_NAMES_H

#include "types.h"

extern const char *const knob_names[]; /* by enum knob_kind: "xps" */
extern const char *const knob_units[]; /* by enum knob_kind: "hex CPU mask" */
extern const char *const outcome_names[]; /* by enum outcome: "restored" */
extern const char *const risk_names[]; /* by enum risk: "none", "blip", "can-cut-off" */
extern const char *const verdict_names[]; /* by enum nic_verdict: "straight", "changes", "left" */
/* "TID:START", as in the knob of a thread. */
void pin_name(unsigned int tid, uint64_t started, char *buf, size_t len);
extern const char *const steer_way_names[]; /* "auto", "incoming-cpu", "program" */
extern const char *const on_spot_names[]; /* "ignore", "tell", "drain" */
extern const char *const mode_names[]; /* by enum mode: "observe", "hold" */
extern const char *const vectors_names[]; /* by enum vectors: "unknown", "per-queue", "shared" */

/* Index of @name in a list of names, or -1. */
int name_find(const char *const *names, const char *name);

/*
 * "eth0 xps tx-3", "eth0 channels", "rps-sock-flow-entries": a knob in words, for
 * people. @ifname NULL: whose it is stands above it; "": it is no NIC's that is here.
 */
void knob_label(const struct knob *knob, const char *ifname, char *buf, size_t len);

#endif /* NETLANE_BASE_NAMES_H */
