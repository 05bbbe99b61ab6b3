// SPDX-License-Identifier: GPL-2.0
/* The words of `netlane ports`: they fit the terminal, and one is not many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/ports.h"
#include "tests/unit/machine.h"
#include "view/ports.h"
#include "view/timewait.h"

/* A namespace with @usable ports; @row is what it has toward one destination. */
static struct census node(struct census_row *row, unsigned int usable)
{
	(void)strcpy(row->local, "10.0.0.1");
	(void)strcpy(row->remote, "10.0.0.2");
	row->remote_port = 80;
	return (struct census){ .row = row,
				.nr_row = 1,
				.usable = usable,
				.first = 32768,
				.last = 60999,
				.unprivileged = 1024,
				.tw_reuse = 0,
				.tw_reuse_ms = 1000,
				.timestamps = true,
				.tw_s = 60 };
}

/* What is said, its breaks taken out. */
static char *said(struct census *census, unsigned int nr)
{
	struct text text = { 0 };
	char *s, *end;

	(void)ports_judge(census);
	view_ports(&text, census, nr, 80);
	for (s = end = text.s; *s; s++) {
		if (*s == '\n')
			*s = ' ';
		if (*s != ' ' || (end > text.s && end[-1] != ' '))
			*end++ = *s;
	}
	*end = 0;
	return text.s;
}

/* @s is said of that census, and no "1 ports" of any kind. */
static void says(struct census *census, unsigned int nr, const char *s)
{
	static const char *const wrong[] = { " 1 ports", " 1 connections", " 1 destinations",
					     " 1 are ",	 " 1 port are",	   " 1 that are",
					     " 1 serve", " 1 come ",	   "there are 1;" };
	char *text = said(census, nr);
	unsigned int i;

	CLAIM(strstr(text, s), "'%s' is not in: %s", s, text);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CLAIM(!strstr(text, wrong[i]), "'%s' is in: %s", wrong[i], text);
	free(text);
}

static void words__one__is_not_many(void **state)
{
	struct census_row rows[2] = { { .established = 1 } };
	struct census census = node(&rows[0], 1);

	says(&census, 9, "10.0.0.2:80: the only port is not free; connect() fails");
	says(&census, 9, "1 connection is open, being opened or being closed");
	says(&census, 9, "1 more source address: it has 1 port of its own toward it; so has");
	census.served = census.served_time_wait = census.fixed = 1;
	says(&census, 9, "served 1 connection came in, 1 in TIME_WAIT: memory");
	says(&census, 9, "fixed 1 on a port that connect() does not choose, 0 in TIME_WAIT");
	says(&census, 0, "1 more destination with 1 port; --all shows it");

	/* more than one of each */
	census = node(&rows[0], 2);
	rows[1] = rows[0];
	rows[0].established = 2;
	census.nr_row = 2;
	census.served = census.fixed = 2;
	says(&census, 9, "none of the 2 ports is left");
	says(&census, 9, "2 connections are open");
	says(&census, 9, "served 2 connections came in, 0 in TIME_WAIT");
	says(&census, 9, "fixed 2 on ports that");
	says(&census, 0, "2 more destinations with 3 ports; --all shows them");
}

static void words__rates__agree_with_their_number(void **state)
{
	struct census_row row = { 0 };
	struct census census = node(&row, 50);
	unsigned int a;

	for (a = 0; a < 20; a++)
		row.age[a] = 1;
	row.time_wait = 20;
	says(&census, 9,
	     "1 connection a second, each 60 s in TIME_WAIT, comes to 60 ports, and there are 50");
	says(&census, 9, "about 1 port would be enough");
	row.established = 1;
	says(&census, 9, "beside the 1 that is held");
}

/* What bind() took is in its way: one port, from one connection. */
static void words__others__agree_with_their_number(void **state)
{
	struct census_row rows[2] = { { .source = SOURCE_NONE } };
	struct census census = node(&rows[0], 5);

	rows[1] = rows[0];
	rows[1].bound = true;
	census.nr_row = 2;
	census.bound = rows[1].established = 1;
	rows[0].closing = 3;
	says(&census, 9,
	     "3 ports of 5 are in use, and 1 more is not free for it: a connection to elsewhere "
	     "has it, and bind() chose it");
	says(&census, 9, "and 1 that serves another is not free for this one");
	rows[0].closing = 1;
	census.bound = rows[1].established = 3;
	says(&census, 9,
	     "1 port of 5 is in use, and 3 more are not free for it: connections to elsewhere "
	     "have them, and bind() chose those");
	says(&census, 9, "and 3 that serve others are not free");
}

/* Whatever is no table fits; a table's lines are as long as their names. */
static void words__lines__fit_the_terminal(void **state)
{
	static const unsigned int widths[] = { 40, 80 };
	struct census_row row = { .established = 4000000000U };
	struct census census = node(&row, 28232);
	unsigned int i;

	census.served = census.served_time_wait = census.fixed = census.fixed_time_wait =
		census.rest_rows = census.rest.established = census.rest.time_wait = census.tw_max =
			4000000000U;
	(void)ports_judge(&census);
	for (i = 0; i < 2; i++) {
		struct text text = { 0 };
		char *line, *rest;

		view_ports(&text, &census, 0, widths[i]);
		census.usable = i ? 28232 : 0;
		view_ports(&text, &census, 0, widths[i]);
		assert_non_null(strstr(text.s, "served  4000000000 connections"));
		for (line = strtok_r(text.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			CLAIM(strlen(line) <= widths[i], "%zu columns of %u: %s", strlen(line),
			      widths[i], line);
		text_free(&text);
	}
}

static void words__refusals__agree_with_their_number(void **state)
{
	struct timewait_row row = { .kind = TIMEWAIT_OPENED,
				    .local = "10.0.0.1",
				    .remote = "10.0.0.2",
				    .port = 80,
				    .refused_ns = 5000000000ULL,
				    .counts.refused = 1 };
	struct timewait tw = { .row = &row, .nr_row = 1 };
	char line[200];

	view_timewait_refused(&tw, &row, line, sizeof(line));
	assert_non_null(strstr(line, "connect() found no port once, 5 s ago"));
	row.counts.refused = 2;
	view_timewait_refused(&tw, &row, line, sizeof(line));
	assert_non_null(strstr(line, "connect() found no port 2 times, the last time 5 s ago"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words__one__is_not_many),
		cmocka_unit_test(words__rates__agree_with_their_number),
		cmocka_unit_test(words__others__agree_with_their_number),
		cmocka_unit_test(words__lines__fit_the_terminal),
		cmocka_unit_test(words__refusals__agree_with_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
