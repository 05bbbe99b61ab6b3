// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of connections, from packet to answer.
 *
 * The rule: what is not known to have kept to its lane has not, and a device
 * that has no queues to choose from is not counted at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cpumask.h"
#include "judge/paths.h"

#define HERE 1
#define ELSEWHERE 2

static const struct path_of all = { .netns = HERE };

/* One NIC, 7, whose queue n is sent by by CPU n; and queue 2 by nobody. */
static const struct txq *lanes(void)
{
	static struct txq txq[3];
	int i;

	memset(txq, 0, sizeof(txq));
	for (i = 0; i < 3; i++) {
		txq[i].ifindex = 7;
		strcpy(txq[i].ifname, "eth0");
		txq[i].queue = i;
		if (i < 2)
			cpumask_add(&txq[i].cpus, (unsigned int)i);
	}
	return txq;
}

static struct event_path went(unsigned int received, unsigned int served, int queue, uint64_t nr)
{
	return (struct event_path){ .netns = HERE,
				    .port = 80,
				    .ifindex = 7,
				    .queue = queue,
				    .received = received,
				    .served = served,
				    .connections = nr };
}

static void paths__straight__is_all_three_on_one_lane(void **state)
{
	struct event_path path[] = {
		went(0, 0, 0, 1), went(1, 1, 1, 2),  went(0, 1, 1, 4),
		went(1, 1, 0, 8), went(2, 2, 2, 16), went(0, 0, -1, 32),
	};
	struct event_paths paths = { path, 6, 0 };
	struct path_share share = paths_share(&paths, &all, lanes(), 3);

	assert_int_equal(share.ended, 31);
	assert_int_equal(share.straight, 3);
	share = paths_share(&paths, &all, NULL, 0);
	assert_int_equal(share.straight, 0);
}

static void paths__share__is_of_namespace_and_listener(void **state)
{
	struct event_path path[] = { went(0, 0, 0, 1), went(0, 0, 0, 2), went(0, 0, 0, 4),
				     went(0, 0, 0, 8) };
	struct event_paths paths = { path, 4, 0 };
	struct path_of of = { HERE, 80, false };

	path[1].port = 81;
	path[2].ipv6 = true;
	path[3].netns = ELSEWHERE;
	assert_int_equal(paths_share(&paths, &of, lanes(), 3).straight, 1);
	of.ipv6 = true;
	assert_int_equal(paths_share(&paths, &of, lanes(), 3).straight, 4);
	assert_int_equal(paths_share(&paths, &all, lanes(), 3).straight, 7);
}

static void paths__list__adds_up_ports_most_first(void **state)
{
	struct event_path path[] = { went(0, 0, 0, 3), went(0, 1, 1, 5), went(0, 0, 0, 4) };
	struct event_paths paths = { path, 3, 0 };
	struct path *list;
	unsigned int nr;

	path[2].port = 81;
	assert_int_equal(paths_build(&paths, &all, lanes(), 3, &list, &nr), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(list[0].connections, 7);
	assert_true(list[0].straight);
	assert_string_equal(list[0].ifname, "eth0");
	assert_true(list[1].received == 0 && list[1].served == 1 && list[1].queue == 1);
	assert_true(cpumask_has(&list[1].sent, 1) && !list[1].straight);
	free(list);
}

static void paths__since__is_what_grew(void **state)
{
	struct event_path was[] = { went(0, 0, 0, 5), went(0, 1, 1, 7), went(1, 1, 1, 9) };
	struct event_path is[] = { went(0, 0, 0, 5), went(0, 1, 0, 2), went(0, 1, 1, 8),
				   went(1, 1, 1, 4) };
	struct event_paths before = { was, 3, 0 }, now = { is, 4, 0 }, none = { 0 }, grown;

	assert_int_equal(paths_since(&before, &now, &grown), 0);
	assert_int_equal(grown.nr, 3);
	assert_int_equal(grown.path[0].connections, 2);
	assert_int_equal(grown.path[1].connections, 1);
	assert_int_equal(grown.path[2].connections, 4); /* counted anew */
	free(grown.path);
	assert_int_equal(paths_since(&none, &now, &grown), 0);
	assert_int_equal(grown.nr, 4);
	free(grown.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths__straight__is_all_three_on_one_lane),
		cmocka_unit_test(paths__share__is_of_namespace_and_listener),
		cmocka_unit_test(paths__list__adds_up_ports_most_first),
		cmocka_unit_test(paths__since__is_what_grew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
