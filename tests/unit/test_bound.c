// SPDX-License-Identifier: GPL-2.0
/* Telling bind()'s ports from connect()'s: observe/bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "observe/bound.h"
#include "observe/census.h"

static struct census node(struct census_row *row)
{
	return (struct census){
		.row = row, .nr_row = 1, .first = 40000, .last = 40999, .usable = 1000, .tw_s = 60
	};
}

static bool is_bound(struct census_row row, int tw_reuse)
{
	struct census census = node(&row);
	struct bound none = { 0 };

	census.tw_reuse = tw_reuse;
	bound_find(&none, &census);
	return row.bound;
}

static void bound__half__is_told_by_its_parity(void **state)
{
	assert_false(is_bound((struct census_row){ .established = 300 }, 0));
	assert_true(is_bound((struct census_row){ .established = 300, .odd = 300 }, 0));
	/* connect() goes on into the other half when its own is full, and so does bind() */
	assert_false(is_bound((struct census_row){ .established = 700, .odd = 200 }, 0));
	assert_true(is_bound((struct census_row){ .established = 700, .odd = 500 }, 0));
	/* a few odd ports are a program's own choice */
	assert_false(is_bound((struct census_row){ .established = 7, .odd = 7 }, 0));
}

/* connect() had filled both halves; the even ones were first and end first. */
static void bound__what_is_left__is_not_bound(void **state)
{
	struct census_row row = { .time_wait = 500, .odd = 450, .odd_waiting = 450 };

	/* a short burst: the last even ones are hardly older, but nothing is young */
	row.age[55] = 450;
	row.age[59] = 50;
	row.odd_waiting_s = 450 * 55;
	row.waiting_s = row.odd_waiting_s + 50 * 59;
	assert_false(is_bound(row, 0));
	/* no even one is left */
	row.age[59] = 0;
	row.time_wait = 450;
	row.waiting_s = row.odd_waiting_s;
	assert_false(is_bound(row, 0));
	/* a long one, whose last ones are young */
	row.age[55] = 0;
	row.age[20] = 450;
	row.odd_waiting_s = 450 * 20;
	row.time_wait = 500;
	row.age[50] = 50;
	row.waiting_s = row.odd_waiting_s + 50 * 50;
	assert_false(is_bound(row, 0));
	/* a few by connect() beside those of bind() are of the same age */
	row.age[50] = 0;
	row.age[22] = 50;
	row.waiting_s = row.odd_waiting_s + 50 * 22;
	assert_true(is_bound(row, 0));
	/* and all of bind(), which goes on */
	row.time_wait = row.odd_waiting = 450;
	row.age[22] = 0;
	row.waiting_s = row.odd_waiting_s;
	assert_true(is_bound(row, 0));
}

/* All are in use: the half whose TIME_WAITs are older was taken first. */
static void bound__full__is_told_by_age(void **state)
{
	struct census_row row = { .time_wait = 1000, .odd = 500, .odd_waiting = 500 };

	row.odd_waiting_s = 500 * 10;
	row.waiting_s = row.odd_waiting_s + 500 * 30;
	assert_false(is_bound(row, 0));
	row.odd_waiting_s = 500 * 40;
	row.waiting_s = row.odd_waiting_s + 500 * 20;
	assert_true(is_bound(row, 0));
	/* but where connect() takes its even ones again, the odd ones are the old ones */
	row.age[0] = 300;
	row.age[59] = 10;
	assert_false(is_bound(row, 1));
	assert_true(is_bound(row, 0));
}

static void bound__ports__are_counted_once(void **state)
{
	struct census_row rows[3] = { { .established = 100, .odd = 100 },
				      { .established = 100, .odd = 100 },
				      { .established = 100 } };
	struct census census = node(rows);
	struct bound bound = { 0 };
	unsigned int i;

	census.nr_row = 3;
	for (i = 0; i < 100; i++) {
		bound_add(&bound, 0, 40001 + 2 * i);
		bound_add(&bound, 1, 40101 + 2 * i); /* half of them are the first row's, too */
		bound_add(&bound, 2, 40000 + 2 * i);
	}
	bound_find(&bound, &census);
	assert_true(rows[0].bound && rows[1].bound && !rows[2].bound);
	assert_int_equal(census.bound, 150);
	bound_free(&bound);
}

/* Beyond what is remembered nothing is said of different ones. */
static void bound__too_many__are_not_counted(void **state)
{
	struct census_row row = { .established = 100, .odd = 100 };
	struct census census = node(&row);
	struct bound bound = { 0 };
	unsigned int i;

	for (i = 0; i < BOUND_SEEN_MAX; i++)
		bound_add(&bound, 0, 40001);
	assert_false(bound.incomplete);
	bound_find(&bound, &census);
	assert_int_equal(census.bound, 1);
	bound_add(&bound, 0, 40003);
	assert_true(bound.incomplete);
	bound_find(&bound, &census);
	assert_int_equal(census.bound, 0);
	assert_true(row.bound);
	bound_free(&bound);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bound__half__is_told_by_its_parity),
		cmocka_unit_test(bound__what_is_left__is_not_bound),
		cmocka_unit_test(bound__full__is_told_by_age),
		cmocka_unit_test(bound__ports__are_counted_once),
		cmocka_unit_test(bound__too_many__are_not_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
