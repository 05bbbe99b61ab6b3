/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections only grow: a leak is told from a start, a plateau and a saw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/growth.h"
#include "tests/unit/machine.h"

#define LOOK_S 60
#define NS_PER_S 1000000000ULL

/* One look a minute at one destination with @nr open. */
static unsigned int look(struct growth *g, unsigned int minute, unsigned int nr)
{
	struct census_row row = { .remote = "10.0.0.5", .remote_port = 6379, .established = nr };
	struct census census = { .row = &row, .nr_row = 1 };

	census.at_ns = (uint64_t)(minute + 1) * LOOK_S * NS_PER_S;
	return growth_look(g, &census, GROWTH_AFTER_S);
}

typedef unsigned int (*course)(unsigned int minute);

static unsigned int leak(unsigned int minute)
{
	return 120 + 17 * minute;
}
/* A leak under load that comes and goes a little. */
static unsigned int noisy_leak(unsigned int minute)
{
	return 120 + 17 * minute - (minute % 3 == 0 ? 6 : 0);
}
static unsigned int quick_leak(unsigned int minute)
{
	return 2000 * minute;
}
static unsigned int flat(unsigned int minute)
{
	return 5000;
}
/* A morning: up for 20 minutes, then it stays. */
static unsigned int plateau(unsigned int minute)
{
	return 100 + 50 * (minute < 20 ? minute : 20);
}
/* A pool that closes what was idle. */
static unsigned int saw(unsigned int minute)
{
	return 100 + 40 * (minute % 8);
}
/* Restarted each half hour: it was found before. */
static unsigned int slow(unsigned int minute)
{
	return 1000 + minute / 4;
}

static void growth__courses__are_told_apart(void **state)
{
	static const struct {
		const char *name;
		course course;
		unsigned int found_after; /* minutes, the earliest; 0: never in a day */
	} cases[] = {
		{ "leak", leak, 10 },
		{ "noisy leak", noisy_leak, 10 },
		{ "quick leak", quick_leak, 10 },
		{ "flat", flat, 0 },
		{ "saw", saw, 0 },
		{ "slow", slow, 0 },
	};
	struct growth *g = calloc(1, sizeof(*g));
	unsigned int i, minute, found;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(g, 0, sizeof(*g));
		found = 0;
		for (minute = 0; minute < 300; minute++) {
			unsigned int is = look(g, minute, cases[i].course(minute));

			if (is && !found)
				found = minute;
			CLAIM(!found || is, "%s: found after %u, lost after %u minutes",
			      cases[i].name, found, minute);
		}
		CLAIM(cases[i].found_after ?
			      found >= cases[i].found_after && found <= cases[i].found_after + 3 :
			      !found,
		      "%s: found after %u minutes", cases[i].name, found);
	}
	free(g);
}

/* What stopped growing is no finding any more, once a quarter of the time has passed. */
static void growth__plateau__ends_the_finding(void **state)
{
	struct growth *g = calloc(1, sizeof(*g));
	unsigned int minute;

	for (minute = 0; minute < 60; minute++)
		CLAIM(look(g, minute, plateau(minute)) == (minute >= 10 && minute <= 25) ||
			      (minute > 20 && minute < 30),
		      "after %u minutes", minute);
	free(g);
}

static void growth__rate__is_of_the_later_half(void **state)
{
	struct growth *g = calloc(1, sizeof(*g));
	unsigned int minute;

	for (minute = 0; minute < 200; minute++)
		(void)look(g, minute, leak(minute));
	assert_true(g->row[0].endless);
	assert_int_equal(g->row[0].per_min, 17);
	assert_int_equal(g->row[0].sample[0].nr, 120);
	assert_int_equal(g->row[0].now, leak(199));
	/* a restart of the program begins anew */
	assert_int_equal(look(g, 200, 3), 0);
	assert_int_equal(g->row[0].nr_sample, 1);
	assert_int_equal(g->row[0].sample[0].nr, 3);
	free(g);
}

/* Only a restart of the program lets it be said again within the hour. */
static void growth__fall__ends_the_silence(void **state)
{
	struct growth *g = calloc(1, sizeof(*g));
	unsigned int minute;

	for (minute = 0; minute < 60; minute++)
		(void)look(g, minute, leak(minute));
	growth_said(&g->row[0], 7);
	assert_int_equal(g->row[0].said_ns, 7);
	/* a fifth of the rise is gone, and it goes on */
	for (; minute < 80; minute++)
		(void)look(g, minute, leak(minute) - 200);
	assert_int_equal(g->row[0].said_ns, 7);
	/* little by little, so that no look finds a great fall */
	for (; minute < 100; minute++)
		(void)look(g, minute, leak(80) - 200 - (minute - 80) * 50);
	assert_int_equal(g->row[0].said_ns, 0);
	growth_said(&g->row[0], 9);
	(void)look(g, minute, 3);
	assert_int_equal(g->row[0].said_ns, 0);
	free(g);
}

/* From each of ten addresses of ours there are few. */
static void growth__addresses__count_together(void **state)
{
	struct census_row rows[20] = { 0 };
	struct census census = { .row = rows, .nr_row = 20 };
	struct growth *g = calloc(1, sizeof(*g));
	unsigned int i, minute, endless = 0;

	for (minute = 0; minute < 30; minute++) {
		for (i = 0; i < 20; i++) {
			(void)strcpy(rows[i].remote, "10.0.0.5");
			(void)snprintf(rows[i].local, sizeof(rows[i].local), "10.0.1.%u", i / 2);
			rows[i].remote_port = 6379 + i % 2;
			rows[i].established = i % 2 ? 1 : 1 + minute;
		}
		census.at_ns = (uint64_t)(minute + 1) * LOOK_S * NS_PER_S;
		endless = growth_look(g, &census, GROWTH_AFTER_S);
	}
	assert_int_equal(g->nr_row, 1);
	assert_int_equal(endless, 1);
	assert_int_equal(g->row[0].remote_port, 6379);
	assert_int_equal(g->row[0].now, 300);
	free(g);
}

/* More destinations than rows: the most are followed, a finding keeps its row. */
static void growth__rows__are_bounded(void **state)
{
	struct census census = { .nr_row = 500 };
	struct growth *g = calloc(1, sizeof(*g));
	unsigned int i, minute;

	census.row = calloc(census.nr_row, sizeof(*census.row));
	for (minute = 0; minute < 30; minute++) {
		census.at_ns = (uint64_t)(minute + 1) * LOOK_S * NS_PER_S;
		for (i = 0; i < census.nr_row; i++) {
			struct census_row *row = &census.row[i];

			(void)snprintf(row->remote, sizeof(row->remote), "10.0.%u.%u", i / 250,
				       i % 250);
			row->remote_port = 80;
			row->established = 100 + i;
			if (i == 499)
				row->established += 50 * minute;
		}
		census.served = 1000 + 30 * minute;
		(void)growth_look(g, &census, GROWTH_AFTER_S);
	}
	assert_int_equal(g->nr_row, GROWTH_ROWS);
	assert_int_equal(growth_look(g, &census, GROWTH_AFTER_S) > 0, 1);
	for (i = minute = 0; i < g->nr_row; i++)
		if (g->row[i].endless)
			minute += !strcmp(g->row[i].remote, "10.0.1.249") || !g->row[i].remote[0];
	assert_int_equal(minute, 2);
	/* all closed: nothing is followed */
	census.nr_row = 0;
	census.served = 0;
	census.at_ns += NS_PER_S;
	assert_int_equal(growth_look(g, &census, GROWTH_AFTER_S), 0);
	free(census.row);
	free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growth__courses__are_told_apart),
		cmocka_unit_test(growth__plateau__ends_the_finding),
		cmocka_unit_test(growth__rate__is_of_the_later_half),
		cmocka_unit_test(growth__fall__ends_the_silence),
		cmocka_unit_test(growth__addresses__count_together),
		cmocka_unit_test(growth__rows__are_bounded),
	};

	return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
