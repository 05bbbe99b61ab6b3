/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Apply and undo, failed and killed at each of their points. The rule: the
 * oracle is the text of all knobs before the first change. What the kernel
 * itself does (channels, RSS, rewriting drivers) is for the VM suites.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/knob.h"
#include "base/names.h"
#include "tests/unit/bench.h"

static void apply__plan__written_and_given_back(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
	bench_claim_all(b, true, "up");
	assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
	bench_claim_all(b, true, "up again");
	assert_int_equal(bench_child(b, bench_down, "none", 0), ENDED_WELL);
	bench_claim_all(b, false, "down");
	bench_claim_closed(b, "down");
}

static void apply__failure_at_each_step__restores_all(void **state)
{
	struct bench *b = *state;
	unsigned int n, failed = 0;
	char when[32];

	for (n = 1; n < 100; n++) {
		enum ended ended = bench_child(b, bench_up, "fail", n);

		(void)snprintf(when, sizeof(when), "fail@%u", n);
		CLAIM(ended != ENDED_MUTE, "%s: no sentence", when);
		if (ended == ENDED_WELL) { /* behind the last one, or where only a kill matters */
			bench_claim_all(b, true, when);
			assert_int_equal(bench_child(b, bench_down, "none", 0), ENDED_WELL);
		} else {
			failed++;
		}
		bench_claim_all(b, false, when);
		bench_claim_closed(b, when);
	}
	/* two sides of a journal line and of a write a step, and two lines more */
	CLAIM(failed == 4 * STEPS + 4, "%u points failed", failed);
}

static void apply__killed_at_each_step__down_restores_all(void **state)
{
	struct bench *b = *state;
	enum ended ended = ENDED_KILLED;
	unsigned int n;
	char when[32];

	for (n = 1; ended == ENDED_KILLED; n++) {
		ended = bench_child(b, bench_up, "kill", n);
		(void)snprintf(when, sizeof(when), "kill@%u", n);
		assert_int_equal(bench_child(b, bench_down, "none", 0), ENDED_WELL);
		bench_claim_all(b, false, when);
		bench_claim_closed(b, when);
	}
	CLAIM(n > 4 * STEPS, "only %u points", n);
}

static void apply__undo_killed_at_each_step__down_again_restores_all(void **state)
{
	struct bench *b = *state;
	enum ended ended = ENDED_KILLED;
	unsigned int n;
	char when[32];

	for (n = 1; ended == ENDED_KILLED; n++) {
		assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
		ended = bench_child(b, bench_down, "kill", n);
		(void)snprintf(when, sizeof(when), "kill@%u", n);
		assert_int_equal(bench_child(b, bench_down, "none", 0), ENDED_WELL);
		bench_claim_all(b, false, when);
		bench_claim_closed(b, when);
	}
	CLAIM(n > 4 * STEPS, "only %u points", n);
}

/* A journal that cannot be written does not stop it; a kernel that refuses leaves one open. */
static void apply__undo_fails_at_each_step__rest_is_given_back(void **state)
{
	struct bench *b = *state;
	unsigned int n, failed = 0;
	enum ended ended;
	char when[32];

	for (n = 1; n < 5 * STEPS; n++) {
		assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
		ended = bench_child(b, bench_down, "fail", n);
		(void)snprintf(when, sizeof(when), "fail@%u", n);
		CLAIM(ended == ENDED_WELL || ended == ENDED_BADLY, "%s: %d", when, ended);
		failed += ended == ENDED_BADLY;
		if (ended == ENDED_BADLY)
			assert_int_equal(bench_child(b, bench_down, "none", 0), ENDED_WELL);
		bench_claim_all(b, false, when);
		bench_claim_closed(b, when);
	}
	CLAIM(failed == STEPS, "%u kernel writes failed", failed);
}

static void apply__stale_plan__changes_nothing(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	unsigned int i;

	for (i = 0; i < STEPS; i++) {
		const struct knob *knob = &b->step[i].knob;

		memset(&err, 0, sizeof(err));
		bench_set(b, knob, "5");
		assert_int_equal(bench_up(b, &err), -ESTALE);
		CLAIM(strstr(err.text, knob_names[knob->kind]) &&
			      strstr(err.text, b->step[i].before) && strstr(err.text, "now 5"),
		      "%s", err.text);
		bench_claim(b, knob, "5", "left");
		bench_set(b, knob, b->step[i].before);
		bench_claim_all(b, false, "stale");
		bench_claim_closed(b, "stale");
	}
}

static void apply__second_up_fails__first_stands(void **state)
{
	struct bench *b = *state;
	struct step step[2];
	unsigned int n, failed = 0;

	assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
	bench_step(&step[0], KNOB_XPS, 0, "1", "3");
	bench_step(&step[1], KNOB_XPS, 1, "2", "c");
	b->plan.step = step;
	b->plan.nr_step = 2;
	for (n = 1; n < 12; n++) {
		if (bench_child(b, bench_up, "fail", n) != ENDED_BADLY) {
			bench_set(b, &step[0].knob, "1");
			bench_set(b, &step[1].knob, "2");
			continue;
		}
		failed++;
		bench_claim_all(b, true, "the first up stands");
	}
	CLAIM(failed >= 7, "%u failed", failed);
	b->plan.step = b->step;
	b->plan.nr_step = STEPS;
	assert_int_equal(bench_child(b, bench_down, "none", 0), ENDED_WELL);
	bench_claim_all(b, false, "down after it");
}

static void apply__equal_already__is_not_written(void **state)
{
	struct bench *b = *state;
	char path[96], *text;
	size_t len;

	tree_file(&b->box.tree, "00000001\n", "/proc/irq/%u/smp_affinity", bench_eth0.first_irq);
	assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
	(void)snprintf(path, sizeof(path), "%s/proc/irq/%u", b->box.tree.root,
		       bench_eth0.first_irq);
	text = box_slurp(path, "smp_affinity", &len);
	assert_string_equal(text, "00000001\n"); /* a write would be "1" */
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(apply__plan__written_and_given_back),
		TEST(apply__failure_at_each_step__restores_all),
		TEST(apply__killed_at_each_step__down_restores_all),
		TEST(apply__undo_killed_at_each_step__down_again_restores_all),
		TEST(apply__undo_fails_at_each_step__rest_is_given_back),
		TEST(apply__stale_plan__changes_nothing),
		TEST(apply__second_up_fails__first_stands),
		TEST(apply__equal_already__is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
