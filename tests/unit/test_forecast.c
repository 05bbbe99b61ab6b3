// SPDX-License-Identifier: GPL-2.0
/* What the service warns of first: a destination, or an address of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/forecast.h"
#include "judge/ports.h"

/* 1000 ports, three destinations from one address; few of each. */
struct scene {
	struct census_row row[3];
	struct census_source source[1];
	struct census census;
};

static void scene_make(struct scene *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < 3; i++)
		s->row[i] = (struct census_row){ .local = "10.0.0.1",
						 .remote = "10.0.0.2",
						 .remote_port = 80 + i,
						 .time_wait = 300,
						 .age[20] = 300 };
	s->source[0] = (struct census_source){ .local = "10.0.0.1", .sockets = 900, .ports = 900 };
	s->census = (struct census){ .row = s->row,
				     .nr_row = 3,
				     .source = s->source,
				     .nr_source = 1,
				     .usable = 1000,
				     .tw_reuse_ms = 1000,
				     .tw_s = 60 };
}

static bool warned(struct scene *s, struct forecast *forecast)
{
	(void)ports_judge(&s->census);
	return forecast_judge(&s->census, forecast);
}

static void forecast__small_ones__are_nothing_by_connect(void **state)
{
	struct forecast forecast;
	struct scene s;

	scene_make(&s);
	assert_false(warned(&s, &forecast));
}

static void forecast__small_ones__use_up_the_address_by_bind(void **state)
{
	struct forecast forecast;
	struct scene s;
	unsigned int i;

	scene_make(&s);
	for (i = 0; i < 3; i++) {
		s.row[i].bound = s.row[i].counted = true;
		s.row[i].born_per_s = i;
	}
	s.census.bound = 900;
	assert_true(warned(&s, &forecast));
	assert_true(forecast.address);
	assert_string_equal(forecast.what, "of 10.0.0.1");
	assert_int_equal(forecast.taken, 900);
	assert_int_equal(forecast.usable, 1000);
	assert_int_equal(forecast.per_s, 3);
	assert_int_equal(forecast.full_s, -1);
	/* one of them grows, so it is known when */
	s.row[1].age[1] = s.row[1].age[2] = 30;
	s.row[1].time_wait += 60;
	s.source[0].ports = s.census.bound = 960;
	assert_true(warned(&s, &forecast));
	assert_true(forecast.address);
	assert_in_range(forecast.full_s, 1, 10);
}

/* Toward one destination alone it is that one, whoever chose the ports. */
static void forecast__one__is_the_destination(void **state)
{
	struct forecast forecast;
	struct scene s;

	scene_make(&s);
	s.census.nr_row = 1;
	s.row[0].time_wait = s.row[0].age[20] = 900;
	s.row[0].bound = true;
	s.census.bound = 900;
	assert_true(warned(&s, &forecast));
	assert_false(forecast.address);
	assert_string_equal(forecast.what, "to 10.0.0.2:80");
	(void)strcpy(s.row[0].remote, "fd00::2");
	assert_true(warned(&s, &forecast));
	assert_string_equal(forecast.what, "to [fd00::2]:80");
	assert_int_equal(forecast.taken, 900);
}

static void forecast__several__the_first_to_run_out(void **state)
{
	struct forecast forecast;
	struct scene s;
	unsigned int a;

	scene_make(&s);
	s.row[0].established = 600; /* much, but it stays */
	for (a = 0; a < 20; a++)
		s.row[2].age[a] = 30;
	s.row[2].time_wait += 600;
	assert_true(warned(&s, &forecast));
	assert_string_equal(forecast.what, "to 10.0.0.2:82");
	assert_in_range(forecast.full_s, 1, 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(forecast__small_ones__are_nothing_by_connect),
		cmocka_unit_test(forecast__small_ones__use_up_the_address_by_bind),
		cmocka_unit_test(forecast__one__is_the_destination),
		cmocka_unit_test(forecast__several__the_first_to_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
