// SPDX-License-Identifier: GPL-2.0
/* The pauses between the looks of the service. Time is only a number here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/pause.h"

/* Looks for @seconds, each @every_us at the earliest, with what @ret says. How many. */
static unsigned int looks(struct pause *pause, uint64_t *now_us, unsigned int seconds,
			  uint64_t every_us, int ret)
{
	uint64_t until = *now_us + seconds * 1000000ULL;
	unsigned int nr;

	for (nr = 0; *now_us < until; nr++) {
		*now_us += pause->us > every_us ? pause->us : every_us;
		pause_after(pause, *now_us, ret);
		if (ret) /* and then it is as wanted, until he comes again */
			pause_after(pause, *now_us, 0);
	}
	return nr;
}

static void pause__one_repair__is_quick(void **state)
{
	struct pause pause;

	pause_begin(&pause, 1000);
	pause_after(&pause, 2000, 1);
	assert_int_equal(pause.us, 2 * PAUSE_US);
	pause_after(&pause, 3000, 0);
	assert_int_equal(pause.us, PAUSE_US);
}

static void pause__failures__grow_it(void **state)
{
	struct pause pause;
	unsigned int i;

	pause_begin(&pause, 0);
	for (i = 1; i < 10; i++)
		pause_after(&pause, i, -5);
	assert_int_equal(pause.us, PAUSE_MAX_US);
	pause_after(&pause, i, 0);
	assert_int_equal(pause.us, PAUSE_US);
}

static void pause__fight__is_bounded_and_forgotten(void **state)
{
	uint64_t now = 0;
	struct pause pause;
	unsigned int nr;

	pause_begin(&pause, now);
	nr = looks(&pause, &now, 600, 300000, 1);
	assert_in_range(nr, 600 / 5, 600 / 5 + 2 * PAUSE_CREDIT);
	/* one repair each ten seconds is none */
	now += 10 * PAUSE_MAX_US;
	pause_after(&pause, now, 1);
	pause_after(&pause, now, 0);
	assert_int_equal(pause.us, PAUSE_US);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pause__one_repair__is_quick),
		cmocka_unit_test(pause__failures__grow_it),
		cmocka_unit_test(pause__fight__is_bounded_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
