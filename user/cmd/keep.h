/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeping what was made straight: any event leads to facts -> plan -> the few
 * steps that differ. The rule: level-triggered. Events say when to look, never
 * what is wrong; what was missed is found at the next look.
 */
#ifndef NETLANE_CMD_KEEP_H
#define NETLANE_CMD_KEEP_H

#include "apply/keeper.h"
#include "base/files.h"
#include "cmd/culprit.h"
#include "cmd/wish.h"
#include "types.h"

/* Outlives the process, not the boot: a restart must not take a missing CPU for the plan. */
#define HELD_CPUS_PATH RUN_DIR "/held-cpus"

struct keep {
	struct policy policy; /* the last configuration that was accepted */
	bool holding; /* lanes are to be kept */
	/* the journal held something at a look: once it holds nothing, that was given back. Until
	 * then there is only nothing to hold yet */
	bool opened;
	struct cpumask held_online; /* CPUs that were there when they were made */
	struct culprits culprits;
	/* Adds the touches up to now, so that a value that was just found has its author; or NULL. */
	void (*touches_read)(void *arg);
	void *touches_arg;
	struct wishes wishes;
	uint64_t good_ns; /* CLOCK_BOOTTIME of the last look that found all as wanted */
	uint64_t nics; /* fingerprint of the NICs that are counted */
	struct facts facts; /* of the last look; empty: the next one gathers all anew */
	/* what was told to the module, so that it is told only what is new */
	uint64_t told;
	unsigned int told_nr; /* NICs that it took; fewer there: it was loaded anew, or forgot one */
	bool module_there;

	/* for people */
	unsigned int repairs; /* knobs put back */
	unsigned int yielded; /* knobs left to somebody */
	char last_repair[320];
	char failure[640];
	uint64_t steer_again_ns; /* CLOCK_BOOTTIME: servers that could not be steered, not before */
	unsigned int steer_failures; /* in a row */
	char steer_failure[200]; /* of the last one, "": none */
	bool steer_waits; /* the last look met a group that is to be steered and could not be */
	char waits[200]; /* a NIC that cannot have its lanes now, and why */
};

/*
 * Looks once and puts back what differs. @event: what made it look, for the
 * log. @all: also at what no event tells of, which takes longer; done in any
 * case after a look that was not 0. 1: something was put back or left to
 * somebody; 0: all as wanted, or nothing is held; -errno with the sentence:
 * look again later.
 */
int keep_look(struct keep *keep, const char *event, bool all, struct err *err);
/* The lanes were just made, by an up or at the start: from here on they are kept. */
void keep_begin(struct keep *keep);
/* Notes what outlives the process, as keep_begin() does. */
void keep_note(const struct keep *keep);
/* Goes on with what the journal of this boot holds. False: there is nothing to go on with. */
bool keep_resume(struct keep *keep);
/* Hands off: nothing is kept, the module forgets. */
void keep_end(struct keep *keep);
void keep_free(struct keep *keep);

/* ---- of a look, for repair.c */

struct flow;
struct journal_state;

/*
 * May a step of KNOB_STEER be made? Not where a server has set its sockets itself,
 * which an undo could not tell from what netlane would set. True for other kinds.
 */
bool keep_steers(const struct journal_state *state, const struct step *step);
/* The open entry of that knob, or NULL. */
const struct entry *keep_entry(const struct journal_state *state, const struct knob *knob);
/* Leaves the steps of @flow's plan that are to be made now. */
void keep_sift(struct keep *keep, struct flow *flow, const struct journal_state *state);

#endif /* NETLANE_CMD_KEEP_H */
