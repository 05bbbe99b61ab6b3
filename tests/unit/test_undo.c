/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an undo makes of each knob: the three-way rule as a table. The rule:
 * one row a case, told by what the journal says and what stands there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/knob.h"
#include "base/names.h"
#include "tests/unit/bench.h"

/* One XPS knob of queue 1 of 4 on CPUs 0-3: the driver's own default is 2. */
static const struct rule {
	const char *name;
	const char *before, *after, *earlier; /* earlier: two ups */
	bool is_default, channels, done, undoing;
	const char *found; /* with undoing */
	const char *now;
	enum outcome want;
	const char *want_now;
} rules[] = {
	{ "ours", "f", "1", NULL, 0, 0, 1, 0, NULL, "1", OUTCOME_RESTORED, "f" },
	{ "not yet made", "f", "1", NULL, 0, 0, 0, 0, NULL, "f", OUTCOME_UNTOUCHED, "f" },
	{ "given back by hand", "f", "1", NULL, 0, 0, 1, 0, NULL, "f", OUTCOME_UNTOUCHED, "f" },
	{ "somebody's", "f", "1", NULL, 0, 0, 1, 0, NULL, "7", OUTCOME_FOREIGN, "7" },
	{ "rewritten", "f", "1", NULL, 0, 0, 1, 0, NULL, "2", OUTCOME_DRIVER, "2" },
	{ "rewritten, not done", "f", "1", NULL, 0, 0, 0, 0, NULL, "2", OUTCOME_DRIVER, "2" },
	{ "earlier", "f", "1", "4", 0, 0, 0, 0, NULL, "4", OUTCOME_RESTORED, "f" },
	{ "default before", "2", "1", NULL, 1, 0, 1, 0, NULL, "1", OUTCOME_RESTORED, "2" },
	{ "old default", "3", "1", NULL, 1, 0, 1, 0, NULL, "1", OUTCOME_RESTORED, "2" },
	{ "old default stands", "3", "1", NULL, 1, 0, 1, 0, NULL, "3", OUTCOME_UNTOUCHED, "3" },
	{ "after is default", "f", "2", NULL, 0, 0, 1, 0, NULL, "2", OUTCOME_RESTORED, "f" },
	{ "our channels, cut short", "f", "1", NULL, 0, 1, 0, 0, NULL, "2", OUTCOME_RESTORED, "f" },
	{ "our channels, then hotplug", "f", "1", NULL, 0, 1, 1, 0, NULL, "2", OUTCOME_DRIVER,
	  "2" },
	{ "undo cut short", "f", "1", NULL, 0, 1, 1, 1, NULL, "2", OUTCOME_RESTORED, "f" },
	{ "undo cut short, foreign", "f", "1", NULL, 0, 1, 1, 1, "7", "2", OUTCOME_FOREIGN, "7" },
	{ "undo cut short, carried", "f", "1", NULL, 0, 1, 1, 1, "7", "7", OUTCOME_FOREIGN, "7" },
	{ "offline CPUs left out", "ff", "1", NULL, 0, 0, 1, 0, NULL, "f", OUTCOME_UNTOUCHED, "f" },
};

static void rule_journal(struct bench *b, const struct rule *r)
{
	const unsigned int entry = 0;
	struct box *box = &b->box;
	struct step step[2];

	box_open(box, &box_node);
	bench_step(&step[0], KNOB_XPS, 1, r->before, r->earlier ? r->earlier : r->after);
	step[0].before_is_default = r->is_default;
	bench_step(&step[1], KNOB_CHANNELS, 0, "3", "4");
	box_intend(box, step, r->channels ? 2 : 1);
	if (r->earlier) {
		bench_step(&step[0], KNOB_XPS, 1, r->earlier, r->after);
		box_intend(box, step, 1);
	}
	if (r->done)
		OK(journal_done(box->j, 0, &box->err));
	if (r->undoing)
		OK(journal_undoing(box->j, &entry, &r->found, 1, &box->err));
}

static void apply__three_ways__each_as_the_rule_says(void **state)
{
	struct bench *b = *state;
	struct box *box = &b->box;
	struct undo_report report;
	struct step step;
	unsigned int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r = &rules[i];

		memset(&box->err, 0, sizeof(box->err));
		bench_step(&step, KNOB_XPS, 1, "", "");
		bench_set(b, &step.knob, r->now);
		rule_journal(b, r);
		OK(apply_undo(box->tree.root, box->j, "down", NULL, &report, &box->err));
		CLAIM(report.nr[r->want] == 1, "%s: not %s", r->name, outcome_names[r->want]);
		bench_claim(b, &step.knob, r->want_now, r->name);
		assert_false(journal_state(box->j)->open);
	}
}

static void apply__nic_gone__is_let_go(void **state)
{
	struct bench *b = *state;
	struct undo_report report;
	struct box *box = &b->box;

	assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
	tree_file(&box->tree, "52:54:00:00:00:99\n", "/sys/class/net/eth0/address");
	box_open(box, &box_node);
	OK(apply_undo(box->tree.root, box->j, "down", NULL, &report, &box->err));
	assert_int_equal(report.nr[OUTCOME_GONE], STEPS - 1);
	assert_int_equal(report.nr[OUTCOME_RESTORED], 1);
}

static void apply__offline_cpus__are_left_out_by_the_kernel(void **state)
{
	struct bench *b = *state;
	const char *root = b->box.tree.root;

	tree_file(&b->box.tree, "0-2\n", "/sys/devices/system/cpu/online");
	assert_true(knob_is(root, KNOB_XPS, "7", "f"));
	assert_true(knob_is(root, KNOB_RPS, "7", "f"));
	assert_true(knob_is(root, KNOB_XPS, "0", "8"));
	assert_false(knob_is(root, KNOB_XPS, "f", "7"));
	assert_false(knob_is(root, KNOB_XPS, "3", "f"));
	assert_false(knob_is(root, KNOB_IRQ_IN, "7", "f"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(apply__three_ways__each_as_the_rule_says),
		TEST(apply__nic_gone__is_let_go),
		TEST(apply__offline_cpus__are_left_out_by_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
