// SPDX-License-Identifier: GPL-2.0
/*
 * How local accepting is and who bears it.
 *
 * The rule: a CPU whose worker got nothing counts as a share, and a matrix is
 * compared with an earlier one only where both are of the same node.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/types.h>

#include "base/cpumask.h"
#include "bpf/abi.h"
#include "judge/accepts.h"

static void accepts__starved_worker__has_a_share(void **state)
{
	const struct event_serve by_cpu[4] = { [0] = { 90, 90 }, [3] = { 10, 2 } };
	struct cpumask workers = { 0 };
	struct accept_load load;

	cpumask_add(&workers, 0);
	cpumask_add(&workers, 1);
	assert_int_equal(accept_load(by_cpu, 4, &workers, &load), 0);
	assert_int_equal(load.nr_lane, 3);
	assert_int_equal(load.accepted, 100);
	assert_int_equal(load.local, 92);
	assert_int_equal(load.busiest_cpu, 0);
	assert_int_equal(load.busiest_pct, 270);
	assert_int_equal(load.lane[1].cpu, 1);
	assert_int_equal(load.lane[1].accepted, 0);
	free(load.lane);
}

static void accepts__nothing_accepted__is_no_share(void **state)
{
	const struct event_serve by_cpu[2] = { 0 };
	const struct cpumask workers = { 0 };
	struct accept_load load;

	assert_int_equal(accept_load(by_cpu, 2, &workers, &load), 0);
	assert_int_equal(load.busiest_pct, 0);
	assert_int_equal(load.nr_lane, 0);
	free(load.lane);
}

static void accepts__matrix__is_what_grew_since(void **state)
{
	uint64_t was[4] = { 5, 1, 0, 7 }, is[4] = { 8, 1, 4, 7 };
	struct event_matrix before = { was, 2, 2 }, now = { is, 2, 2 };
	struct accept_cross *cross;
	struct accept_load load;
	unsigned int nr;

	assert_int_equal(accept_crosses(&before, &now, &cross, &nr), 0);
	assert_int_equal(nr, 2);
	assert_true(cross[0].received == 1 && cross[0].accepted == 0 && cross[0].connections == 4);
	assert_true(cross[1].received == 0 && cross[1].accepted == 0 && cross[1].connections == 3);
	assert_int_equal(accept_load_of(cross, nr, &load), 0);
	assert_int_equal(load.accepted, 7);
	assert_int_equal(load.local, 3);
	free(load.lane);
	free(cross);
	before.nr_cpu = 1; /* of another counting */
	assert_int_equal(accept_crosses(&before, &now, &cross, &nr), 0);
	assert_int_equal(nr, 4);
	assert_true(cross[0].connections == 8);
	free(cross);
}

/* What is above the CPUs that are told apart is nobody's lane. */
static void accepts__many_cpus__share_the_last_row(void **state)
{
	const unsigned int nr_cpu = TCP_RECEIVERS + 4, last = TCP_RECEIVERS - 1;
	struct event_matrix now = { NULL, TCP_RECEIVERS, nr_cpu };
	struct accept_cross *cross;
	struct accept_load load;
	unsigned int nr;

	now.accepted = calloc((size_t)nr_cpu * TCP_RECEIVERS, sizeof(*now.accepted));
	assert_non_null(now.accepted);
	now.accepted[(size_t)last * nr_cpu + last] = 3;
	assert_int_equal(accept_crosses(NULL, &now, &cross, &nr), 0);
	assert_int_equal(nr, 1);
	assert_int_equal(cross[0].received, -1);
	assert_int_equal(accept_load_of(cross, nr, &load), 0);
	assert_int_equal(load.accepted, 3);
	assert_int_equal(load.local, 0);
	free(load.lane);
	free(cross);
	free(now.accepted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts__starved_worker__has_a_share),
		cmocka_unit_test(accepts__nothing_accepted__is_no_share),
		cmocka_unit_test(accepts__matrix__is_what_grew_since),
		cmocka_unit_test(accepts__many_cpus__share_the_last_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
