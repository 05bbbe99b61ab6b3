// SPDX-License-Identifier: GPL-2.0
/* What is counted as it happens: joined with a walk, judged and shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/live.h"
#include "view/timewait.h"

#define HERE 4026531840U
#define ELSEWHERE 4026532000U

/* Two destinations here, the same one elsewhere, and what is served. */
struct scene {
	struct timewait_row row[4];
	struct timewait_net net[2];
	struct timewait tw;
};

static void scene_make(struct scene *s)
{
	const struct timewait_row row = { .kind = TIMEWAIT_OPENED,
					  .netns = HERE,
					  .local = "10.0.0.1",
					  .remote = "10.0.0.2",
					  .port = 80,
					  .alive = 10 };
	unsigned int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < 4; i++)
		s->row[i] = row;
	s->row[1].port = 81;
	s->row[1].per_s = 7;
	s->row[1].counts.reused = 3;
	s->row[2].netns = ELSEWHERE;
	s->row[2].per_s = 900;
	s->row[3].kind = TIMEWAIT_SERVED;
	s->row[3].alive = 1000000;
	s->net[0] = (struct timewait_net){ .netns = ELSEWHERE, .alive = 10 };
	s->net[1] = (struct timewait_net){ .netns = HERE, .own = true, .alive = 1000020 };
	s->tw = (struct timewait){ .row = s->row, .nr_row = 4, .net = s->net, .nr_net = 2 };
}

static void live__join__takes_this_namespace_alone(void **state)
{
	struct census_row rows[2] = {
		{ .local = "10.0.0.1", .remote = "10.0.0.2", .remote_port = 81 },
		{ .local = "10.0.0.9", .remote = "10.0.0.2", .remote_port = 80 },
	};
	struct census census = { .row = rows, .nr_row = 2 };
	struct scene s;

	scene_make(&s);
	live_join(&census, &s.tw);
	assert_true(rows[0].counted);
	assert_int_equal(rows[0].born_per_s, 7);
	assert_int_equal(rows[0].reused, 3);
	assert_false(rows[1].counted);
}

static void live__join__takes_no_estimate(void **state)
{
	struct census_row row = { .local = "10.0.0.1", .remote = "10.0.0.2", .remote_port = 81 };
	struct census census = { .row = &row, .nr_row = 1 };
	struct scene s;

	scene_make(&s);
	s.tw.estimate = true;
	live_join(&census, &s.tw);
	assert_false(row.counted);
	assert_int_equal(row.born_per_s, 0);
}

static void live__suspicion__needs_what_was_opened_here(void **state)
{
	struct scene s;

	scene_make(&s);
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_CALM);
	s.row[0].per_s = 28232 / 60;
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_ROW);
	s.row[0].per_s = 0;
	s.row[0].alive = 14116;
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_ROW);
}

/* Each is a little: bind() may have chosen all, and then each is in the way of all. */
static void live__suspicion__adds_up_small_ones(void **state)
{
	struct scene s;

	scene_make(&s);
	s.row[0].alive = s.row[1].alive = 7000;
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_CALM);
	s.row[1].alive = 7116;
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_TOGETHER);
	s.row[1].netns = ELSEWHERE;
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_CALM);
	s.row[3].kind = TIMEWAIT_OTHER; /* destinations beyond those with a row */
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_TOGETHER);
	s.row[3].alive = 0;
	s.row[3].per_s = 300;
	assert_int_equal(live_suspicious(&s.tw, 28232), LIVE_TOGETHER);
}

static void live__refused__is_forgotten_after_a_minute(void **state)
{
	struct scene s;

	scene_make(&s);
	assert_int_equal(live_refused(&s.tw), 0);
	s.row[0].counts.refused = 5;
	s.row[0].refused_ns = 59000000000ULL;
	s.row[2].counts.refused = 5;
	assert_int_equal(live_refused(&s.tw), 1);
	s.row[0].refused_ns = 61000000000ULL;
	assert_int_equal(live_refused(&s.tw), 0);
}

static void live__estimate__is_called_one(void **state)
{
	struct text text = { 0 };
	struct scene s;

	scene_make(&s);
	view_timewait(&text, &s.tw, 10, 80);
	assert_null(strstr(text.s, "estimate"));
	assert_non_null(strstr(text.s, "net:[4026532000]"));
	text_free(&text);
	s.tw.estimate = true;
	view_timewait(&text, &s.tw, 10, 80);
	assert_non_null(strstr(text.s, "an estimate"));
	assert_non_null(strstr(text.s, "~time-wait"));
	assert_non_null(strstr(text.s, "about 1000020"));
	text_free(&text);
}

static void live__notes__are_none_where_nothing_is(void **state)
{
	struct text text = { 0 };
	struct timewait none = { 0 };
	struct scene s;

	view_timewait_notes(&text, &none, 80);
	assert_null(text.s);
	scene_make(&s);
	s.row[0].counts.refused = 5;
	view_timewait_notes(&text, &s.tw, 80);
	assert_non_null(strstr(text.s, "connect() found no port 5 times"));
	text_free(&text);
}

/* One sentence says that there is another namespace and how to look into it. */
static void live__elsewhere__comes_with_the_command(void **state)
{
	struct timewait_net net[2] = {
		{ .netns = 7, .alive = 57, .by = "nginx (pid 812)", .pid = 812 },
		{ .netns = 8, .own = true, .alive = 3 },
	};
	struct timewait tw = { .net = net, .nr_net = 2 };
	struct text text = { 0 };

	view_timewait_notes(&text, &tw, 300);
	assert_string_equal(text.s,
			    "\nnet:[7], another network namespace, has 57 in TIME_WAIT and nginx "
			    "(pid 812) in it: 'nsenter -t 812 -n netlane ports' shows its ports\n");
	text_free(&text);
	net[0].by[0] = '\0';
	net[0].pid = 0;
	view_timewait_notes(&text, &tw, 300);
	assert_non_null(strstr(text.s, "57 in TIME_WAIT and no process that can be seen in it: "
				       "'ip netns exec NAME netlane ports', where it has a name"));
	text_free(&text);
	net[0].alive = 0;
	view_timewait_notes(&text, &tw, 300);
	assert_null(text.s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(live__join__takes_this_namespace_alone),
		cmocka_unit_test(live__join__takes_no_estimate),
		cmocka_unit_test(live__suspicion__needs_what_was_opened_here),
		cmocka_unit_test(live__suspicion__adds_up_small_ones),
		cmocka_unit_test(live__refused__is_forgotten_after_a_minute),
		cmocka_unit_test(live__estimate__is_called_one),
		cmocka_unit_test(live__notes__are_none_where_nothing_is),
		cmocka_unit_test(live__elsewhere__comes_with_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
