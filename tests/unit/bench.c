/* SPDX-License-Identifier: GPL-2.0 */
/* A tree of files that looks like a crooked node; see bench.h. */
#include "tests/unit/bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/knob.h"
#include "base/names.h"

const struct tree_nic bench_eth0 = { "eth0", "52:54:00:00:00:01", 2, 0, 4, 25 };

/* What one queue's knobs are before and after: crooked, then a lane. */
static const struct {
	enum knob_kind kind;
	const char *before;
	const char *after[QUEUES];
} wanted[] = {
	{ KNOB_IRQ_IN, "f", { "1", "2" } },	 { KNOB_IRQ_OUT, "3", { "1", "2" } },
	{ KNOB_XPS, "e", { "1", "2" } },	 { KNOB_RPS, "c", { "0", "0" } },
	{ KNOB_RPS_FLOW, "8192", { "0", "0" } },
};

void bench_step(struct step *step, enum knob_kind kind, unsigned int queue, const char *before,
		const char *after)
{
	memset(step, 0, sizeof(*step));
	step->knob.kind = kind;
	step->knob.queue = queue;
	if (kind != KNOB_RPS_SOCK_FLOW) {
		(void)snprintf(step->knob.bus, BUS_LEN, "0000:00:03.0");
		(void)snprintf(step->knob.mac, MAC_LEN, "%s", bench_eth0.mac);
		(void)snprintf(step->ifname, IFNAME_LEN, "eth0");
	}
	step->before = (char *)(uintptr_t)before;
	step->after = (char *)(uintptr_t)after;
}

void bench_set(struct bench *b, const struct knob *knob, const char *value)
{
	struct err err = { 0 };

	CLAIM(!knob_write(b->box.tree.root, knob, value, &err), "%s", err.text);
}

char *bench_get(struct bench *b, const struct knob *knob)
{
	struct err err = { 0 };
	char *value;

	CLAIM(!knob_read(b->box.tree.root, knob, &value, &err), "%s", err.text);
	return value;
}

void bench_claim(struct bench *b, const struct knob *knob, const char *value, const char *when)
{
	char *now = bench_get(b, knob), label[160];

	knob_label(knob, "eth0", label, sizeof(label));
	CLAIM(!strcmp(now, value), "%s: %s is %s, not %s", when, label, now, value);
	free(now);
}

int bench_make(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	unsigned int w, q, n = 0;

	assert_non_null(b);
	tree_make(&b->box.tree);
	(void)snprintf(b->box.dir, sizeof(b->box.dir), "%s/state", b->box.tree.root);
	tree_cpus(&b->box.tree, 4, 4);
	tree_nic(&b->box.tree, &bench_eth0);
	tree_interrupts(&b->box.tree, 4, &bench_eth0, 1);
	tree_file(&b->box.tree, "0\n", "/proc/sys/net/core/rps_sock_flow_entries");
	for (w = 0; w < sizeof(wanted) / sizeof(wanted[0]); w++)
		for (q = 0; q < QUEUES; q++)
			bench_step(&b->step[n++], wanted[w].kind, q, wanted[w].before,
				   wanted[w].after[q]);
	bench_step(&b->step[n++], KNOB_RPS_SOCK_FLOW, 0, "32768", "0");
	assert_int_equal(n, STEPS);
	b->plan.step = b->step;
	b->plan.nr_step = n;
	for (n = 0; n < STEPS; n++)
		bench_set(b, &b->step[n].knob, b->step[n].before);
	*state = b;
	return 0;
}

int bench_free(void **state)
{
	struct bench *b = *state;

	journal_close(b->box.j);
	tree_remove(&b->box.tree);
	free(b);
	return 0;
}

void bench_claim_all(struct bench *b, bool after, const char *when)
{
	unsigned int i;

	for (i = 0; i < STEPS; i++)
		bench_claim(b, &b->step[i].knob, after ? b->step[i].after : b->step[i].before,
			    when);
}

int bench_up(struct bench *b, struct err *err)
{
	struct undo_report report;
	struct journal *journal;
	struct err said = { 0 };
	int ret = journal_open(b->box.dir, &box_node, &journal, &said, err);

	if (ret)
		return ret;
	ret = apply_plan(b->box.tree.root, &b->plan, &box_node, journal, 0, false, NULL, &report,
			 err);
	journal_close(journal);
	return ret;
}

int bench_down(struct bench *b, struct err *err)
{
	struct undo_report report;
	struct journal *journal;
	struct err said = { 0 };
	int ret = journal_open(b->box.dir, &box_node, &journal, &said, err);

	if (ret)
		return ret;
	if (journal_state(journal)->open)
		ret = apply_undo(b->box.tree.root, journal, "down", NULL, &report, err);
	journal_close(journal);
	return ret;
}

/* In a child, since a fault may kill it, and the count of fault points starts with the process. */
enum ended bench_child(struct bench *b, int (*act)(struct bench *, struct err *), const char *fault,
		       unsigned int at)
{
	struct err err = { 0 };
	char env[32];
	int status;
	pid_t pid;

	(void)snprintf(env, sizeof(env), "%s@%u", fault, at);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		(void)setenv("NETLANE_FAULT", env, 1);
		if (!freopen("/dev/null", "w", stderr))
			_exit(99);
		status = act(b, &err);
		_exit(!status ? ENDED_WELL : err.text[0] ? ENDED_BADLY : ENDED_MUTE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return ENDED_KILLED;
	}
	assert_in_range(WEXITSTATUS(status), ENDED_WELL, ENDED_MUTE);
	return WEXITSTATUS(status);
}

void bench_claim_closed(struct bench *b, const char *when)
{
	struct journal_state read;
	struct err err = { 0 };
	int ret = journal_read(b->box.dir, &read, &err);

	CLAIM(ret == -ENOENT, "%s: a journal of %u entries is left: %s", when, read.nr_entry,
	      err.text);
}
