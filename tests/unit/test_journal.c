/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal: what is written reads back, over a second up, a failed one, a
 * reboot and another machine. The rule: states are compared whole, by their
 * JSON, never field by field of what the test thinks matters.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/box.h"

static void journal__not_there__is_said(void **state)
{
	struct box *box = box_of(state);
	struct journal_state read;

	assert_int_equal(journal_read(box->dir, &read, &box->err), -ENOENT);
	box_open(box, &box_node);
	assert_int_equal(journal_read(box->dir, &read, &box->err), -ENOENT);
	assert_false(journal_state(box->j)->open);
	assert_int_equal(box->said.text[0], 0);
}

static void journal__round_trip__same_state(void **state)
{
	struct box *box = box_of(state);
	const char *const found[] = { NULL, "c" };
	const unsigned int entry[] = { 0, 1 };

	box_open(box, &box_node);
	box_up(box);
	box_claim_on_disk(box, "up");
	assert_true(journal_state(box->j)->open && journal_state(box->j)->complete);
	OK(journal_deadline(box->j, 123456789, true, &box->err));
	box_claim_on_disk(box, "deadline");
	OK(journal_undoing(box->j, entry, found, 2, &box->err));
	box_claim_on_disk(box, "undoing");
	assert_false(journal_state(box->j)->entry[1].done);
	assert_string_equal(journal_state(box->j)->entry[1].found, "c");
	OK(journal_undone(box->j, 0, OUTCOME_FAILED, NULL, "the kernel kept 3", &box->err));
	assert_false(journal_state(box->j)->entry[0].undone);
	OK(journal_undone(box->j, 0, OUTCOME_RESTORED, NULL, NULL, &box->err));
	OK(journal_undone(box->j, 1, OUTCOME_FOREIGN, "c", "left", &box->err));
	box_claim_on_disk(box, "undone");
	assert_false(journal_state(box->j)->open);
	box_open(box, &box_node);
	assert_int_equal(journal_state(box->j)->nr_entry,
			 0); /* nothing is open: into the history */
}

static void journal__second_up__first_before_stays(void **state)
{
	struct box *box = box_of(state);
	const struct entry *entry;
	struct step step[2];

	box_open(box, &box_node);
	box_up(box);
	box_steps(step);
	step[0].before = (char *)"1";
	step[0].after = (char *)"4";
	box_intend(box, step, 1);
	entry = &journal_state(box->j)->entry[0];
	assert_string_equal(entry->step.before, "f");
	assert_string_equal(entry->step.after, "4");
	assert_string_equal(entry->earlier, "1");
	assert_false(entry->done);
	assert_false(journal_state(box->j)->complete);
	assert_int_equal(journal_state(box->j)->nr_entry, 2);
	box_claim_on_disk(box, "second up");
	/* that one was killed before it wrote; a third finds what the first wrote */
	step[0].after = (char *)"8";
	box_intend(box, step, 1);
	entry = &journal_state(box->j)->entry[0];
	assert_string_equal(entry->step.before, "f");
	assert_string_equal(entry->earlier, "1");
	assert_string_equal(entry->step.after, "8");
}

static void journal__repair_cut_short__up_is_whole(void **state)
{
	struct box *box = box_of(state);
	struct step step[2];

	box_open(box, &box_node);
	box_up(box);
	box_steps(step);
	step[0].before = (char *)"3";
	journal_why(box->j, JOURNAL_REPAIR);
	box_intend(box, step, 1);
	assert_true(journal_state(box->j)->complete);
	assert_false(journal_state(box->j)->entry[0].done);
	box_claim_on_disk(box, "repair");
}

static void failed_second_up(struct box *box, bool yielded)
{
	struct step step[2];
	char *first, *now;

	box_open(box, &box_node);
	box_up(box);
	if (yielded)
		OK(journal_yielded(box->j, 0, "1", "bash (pid 812)", &box->err));
	first = box_text(journal_state(box->j));
	box_steps(step);
	step[0].before = (char *)"1";
	step[0].after = (char *)"4";
	box_intend(box, step, 1);
	OK(journal_reverted(box->j, 0, &box->err));
	OK(journal_complete(box->j, &box->err));
	now = box_text(journal_state(box->j));
	assert_string_equal(first, now);
	box_claim_on_disk(box, "reverted");
	free(first);
	free(now);
}

static void journal__failed_second_up__first_stands(void **state)
{
	failed_second_up(box_of(state), false);
}

static void journal__failed_second_up__what_was_yielded_is(void **state)
{
	failed_second_up(box_of(state), true);
}

static void journal__given_back_knob__begins_anew(void **state)
{
	struct box *box = box_of(state);
	const struct entry *entry;
	struct step step[2];

	box_open(box, &box_node);
	box_up(box);
	OK(journal_undone(box->j, 0, OUTCOME_RESTORED, NULL, NULL, &box->err));
	box_steps(step);
	step[0].before = (char *)"3";
	box_intend(box, step, 1);
	entry = &journal_state(box->j)->entry[0];
	assert_string_equal(entry->step.before, "3");
	assert_null(entry->earlier);
	assert_false(entry->undone);
	box_claim_on_disk(box, "anew");
}

static void journal__other_boot__is_void(void **state)
{
	struct box *box = box_of(state);
	struct node later = box_node;
	struct journal_event *event;
	unsigned int nr;

	(void)snprintf(later.boot_id, sizeof(later.boot_id), "boot-2");
	box_open(box, &box_node);
	box_up(box);
	box_open(box, &later);
	assert_false(journal_state(box->j)->open);
	CLAIM(strstr(box->said.text, "2 changes") && strstr(box->said.text, "void"), "%s",
	      box->said.text);
	assert_int_equal(box->err.text[0], 0);
	OK(journal_history(box->dir, &event, &nr, &box->err));
	assert_string_equal(event[nr - 1].what, "void");
	free(event);
	box_up(box);
	box_claim_on_disk(box, "new boot");
}

static void journal__other_machine__set_aside(void **state)
{
	struct box *box = box_of(state);
	struct node clone = box_node;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		box_open(box, &box_node);
		box_up(box);
		clone = box_node;
		(void)snprintf(i ? clone.instance_id : clone.machine_id, 40, "other");
		/* in the same boot it is still this machine: somebody wrote a new id */
		box_open(box, &clone);
		assert_true(journal_state(box->j)->open);
		(void)snprintf(clone.boot_id, sizeof(clone.boot_id), "another boot");
		box_open(box, &clone);
		assert_false(journal_state(box->j)->open);
		CLAIM(strstr(box->said.text, "/journal.other-"), "%s", box->said.text);
	}
	/* what is not known says nothing */
	clone = box_node;
	clone.instance_id[0] = 0;
	box_open(box, &box_node);
	box_up(box);
	memset(&box->said, 0, sizeof(box->said));
	box_open(box, &clone);
	assert_true(journal_state(box->j)->open);
	assert_int_equal(box->said.text[0], 0);
}

static void journal__locked__holder_is_named(void **state)
{
	struct box *box = box_of(state);
	struct journal *second;
	char want[32];

	box_open(box, &box_node);
	assert_int_equal(journal_open(box->dir, &box_node, &second, &box->said, &box->err), -EBUSY);
	assert_null(second);
	(void)snprintf(want, sizeof(want), "(pid %d)", (int)getpid());
	CLAIM(strstr(box->err.text, want), "%s", box->err.text);
}

static void journal__history__in_order_and_bounded(void **state)
{
	struct box *box = box_of(state);
	struct journal_event *event;
	unsigned int i, nr, finished = 0;
	char why[16];

	box_open(box, &box_node);
	for (i = 0; i < 36; i++) {
		box_up(box);
		(void)snprintf(why, sizeof(why), "down %u", i);
		OK(journal_finish(box->j, why, &box->err));
		assert_false(journal_state(box->j)->open);
	}
	OK(journal_history(box->dir, &event, &nr, &box->err));
	for (i = 0; i < nr; i++) {
		if (strcmp(event[i].what, "finish"))
			continue;
		(void)snprintf(why, sizeof(why), "down %u", 4 + finished++);
		assert_string_equal(event[i].note, why);
	}
	assert_int_equal(finished, 32);
	assert_string_equal(event[0].what, "up");
	CLAIM(strstr(event[0].who, " by "), "%s", event[0].who);
	assert_string_equal(event[1].what, "step");
	assert_string_equal(event[1].knob, "eth0 xps tx-0");
	assert_string_equal(event[1].from, "f");
	assert_string_equal(event[1].to, "1");
	free(event);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, box_make, box_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(journal__not_there__is_said),
		TEST(journal__round_trip__same_state),
		TEST(journal__second_up__first_before_stays),
		TEST(journal__repair_cut_short__up_is_whole),
		TEST(journal__failed_second_up__first_stands),
		TEST(journal__failed_second_up__what_was_yielded_is),
		TEST(journal__given_back_knob__begins_anew),
		TEST(journal__other_boot__is_void),
		TEST(journal__other_machine__set_aside),
		TEST(journal__locked__holder_is_named),
		TEST(journal__history__in_order_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
