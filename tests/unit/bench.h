/* SPDX-License-Identifier: GPL-2.0 */
/* A tree of files that looks like a crooked node, a plan for it, and what runs them. */
#ifndef NETLANE_TESTS_BENCH_H
#define NETLANE_TESTS_BENCH_H

#include "apply/apply.h"
#include "tests/unit/box.h"

#define QUEUES 2 /* of the NIC's four: each step more is four more runs of each test */
#define STEPS (5 * QUEUES + 1)

extern const struct tree_nic bench_eth0;

struct bench {
	struct box box;
	struct step step[STEPS];
	struct plan plan;
};

enum ended { ENDED_WELL, ENDED_BADLY, ENDED_MUTE, ENDED_KILLED };

void bench_step(struct step *step, enum knob_kind kind, unsigned int queue, const char *before,
		const char *after);
void bench_set(struct bench *b, const struct knob *knob, const char *value);
char *bench_get(struct bench *b, const struct knob *knob);
void bench_claim(struct bench *b, const struct knob *knob, const char *value, const char *when);
int bench_make(void **state);
int bench_free(void **state);
void bench_claim_all(struct bench *b, bool after, const char *when);
int bench_up(struct bench *b, struct err *err);
int bench_down(struct bench *b, struct err *err);
enum ended bench_child(struct bench *b, int (*act)(struct bench *, struct err *), const char *fault,
		       unsigned int at);
void bench_claim_closed(struct bench *b, const char *when);

#endif /* NETLANE_TESTS_BENCH_H */
