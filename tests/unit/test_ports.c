// SPDX-License-Identifier: GPL-2.0
/* The ports that there are, and looking ahead at how long they last. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/ports.h"
#include "observe/census.h"
#include "tests/unit/tree.h"

#define SYS "/proc/sys/net/ipv4/"

/* As the kernel begins: 28232 ports, a minute, timestamps, reuse on loopback. */
static struct census node(void)
{
	struct census census = { .usable = 28232,
				 .first = 32768,
				 .last = 60999,
				 .unprivileged = 1024,
				 .tw_reuse = 2,
				 .tw_reuse_ms = 1000,
				 .timestamps = true,
				 .tw_s = 60 };

	return census;
}

/* @per_s connections ended in each of the last @seconds. */
static struct census_row ended(unsigned int per_s, unsigned int seconds)
{
	struct census_row row = { .local = "10.0.0.1", .remote = "10.0.0.2", .remote_port = 80 };
	unsigned int a;

	for (a = 0; a < seconds; a++) {
		row.age[a] = per_s;
		row.time_wait += per_s;
	}
	return row;
}

/* What becomes of @row alone. */
static struct outlook judged(struct census *census, struct census_row *row)
{
	unsigned int tight;

	census->row = row;
	census->nr_row = 1;
	tight = ports_judge(census);
	assert_int_equal(tight, row->outlook.tight + !census->usable);
	return row->outlook;
}

static void ports__list__as_the_kernel_writes_it(void **state)
{
	struct ports ports;

	assert_int_equal(ports_parse("\n", &ports), 0);
	assert_false(ports_has(&ports, 0));
	assert_int_equal(ports_parse("8080,9000-9002,65535\n", &ports), 0);
	assert_true(ports_has(&ports, 8080) && ports_has(&ports, 9002) && ports_has(&ports, 65535));
	assert_false(ports_has(&ports, 9003) || ports_has(&ports, 65536));
	assert_int_equal(ports_parse("9-8", &ports), -EINVAL);
	assert_int_equal(ports_parse("80,x", &ports), -EINVAL);
	assert_int_equal(ports_parse("65536", &ports), -EINVAL);
	assert_int_equal(ports_parse("80-", &ports), -EINVAL);
}

static void ports__settings__count_what_is_usable(void **state)
{
	struct ports listened = { 0 }, reserved;
	struct census census = { 0 };
	struct err err = { 0 };
	struct tree tree;

	tree_make(&tree);
	tree_file(&tree, "40000\t40999\n", SYS "ip_local_port_range");
	tree_file(&tree, "40000-40009,50000\n", SYS "ip_local_reserved_ports");
	tree_file(&tree, "1\n", SYS "tcp_timestamps");
	ports_add(&listened, 40005, 40005); /* reserved as well: counted once */
	ports_add(&listened, 40500, 40500);
	ports_add(&listened, 80, 80);
	assert_int_equal(census_settings(tree.root, &listened, &reserved, &census, &err), 0);
	assert_int_equal(census.reserved, 10);
	assert_int_equal(census.listened, 1);
	assert_int_equal(census.usable, 989);
	assert_true(ports_has(&reserved, 50000));
	tree_file(&tree, "40000\t41000\n", SYS "ip_local_port_range");
	census.usable = 0;
	assert_int_equal(census_settings(tree.root, &listened, &reserved, &census, &err), 0);
	assert_int_equal(census.usable, 989); /* an odd number of ports: the last is never chosen */
	assert_int_equal(census.tw_s, 60);
	assert_int_equal(census.tw_reuse, -1);
	assert_true(census.timestamps);
	tree_file(&tree, "nonsense\n", SYS "ip_local_port_range");
	assert_int_equal(census_settings(tree.root, &listened, &reserved, &census, &err), -EINVAL);
	assert_non_null(strstr(err.text, "ip_local_port_range"));
	tree_remove(&tree);
}

static void outlook__steady__is_exact(void **state)
{
	struct census census = node();
	struct census_row row = ended(1000, 12);
	struct outlook o;

	o = judged(&census, &row);
	assert_int_equal(o.in_use, 12000);
	assert_int_equal(o.per_s, 1000);
	assert_int_equal(o.levels_at, 60000);
	assert_int_equal(o.full_s_early, 16); /* (28232 - 12000) / 1000 */
	assert_int_equal(o.full_s_late, 16);
	assert_true(o.tight);
}

static void outlook__what_ends__makes_room(void **state)
{
	struct census census = node();
	struct census_row row = ended(400, 60);
	struct outlook o;

	o = judged(&census, &row);
	assert_int_equal(o.in_use, 24000);
	assert_int_equal(o.levels_at, 24000);
	assert_int_equal(o.full_s_early, -1);
	row.established = 5000;
	o = judged(&census, &row);
	assert_int_equal(o.in_use, 29000);
	assert_int_equal(o.full_s_early, 0);
}

static void outlook__bursts__give_a_range(void **state)
{
	struct census census = node();
	struct census_row row = ended(0, 0);
	struct outlook o;
	unsigned int a;

	for (a = 1; a < 20; a += 2) {
		row.age[a] = 2000;
		row.time_wait += 2000;
	}
	o = judged(&census, &row);
	assert_int_equal(o.per_s, 1000);
	assert_in_range(o.full_s_early, 1, 8);
	assert_in_range(o.full_s_late, 9, 40);
}

static void outlook__reuse__needs_timestamps(void **state)
{
	struct census census = node();
	struct census_row row = ended(1000, 30);
	struct outlook o;

	census.tw_reuse = 1;
	o = judged(&census, &row);
	assert_true(o.reuse);
	assert_int_equal(o.in_use, 1000);
	assert_int_equal(o.full_s_early, -1);
	census.timestamps = false;
	o = judged(&census, &row);
	assert_false(o.reuse);
	assert_int_equal(o.full_s_early, 0);
	census = node();
	row.loopback = true;
	o = judged(&census, &row);
	assert_true(o.reuse);
}

/* Those of the last second alone: older ones were taken again. */
static void outlook__reuse__rate_is_of_what_is_left(void **state)
{
	struct census census = node();
	struct census_row row = ended(0, 0);
	struct outlook o;

	census.tw_reuse = 1;
	row.age[0] = 30000;
	row.age[3] = 7;
	row.time_wait = 30007;
	o = judged(&census, &row);
	assert_int_equal(o.per_s, 30000);
	assert_int_equal(o.levels_at, 30000);
	assert_int_equal(o.lasts_s, 1);
	assert_true(o.tight);
}

static void outlook__limit_of_time_wait__is_heeded(void **state)
{
	struct census census = node();
	struct census_row row = ended(1000, 12);
	struct outlook o;

	census.tw_max = 20000;
	census.served_time_wait = 2000;
	o = judged(&census, &row);
	assert_int_equal(o.levels_at, 18000);
	assert_int_equal(o.full_s_early, -1);
	row.established = 11000;
	o = judged(&census, &row);
	assert_int_equal(o.levels_at, 29000);
	assert_int_equal(o.full_s_early, 5);
}

static void outlook__long_time_wait__counts_in_full(void **state)
{
	struct census census = node();
	struct census_row row = ended(90, AGE_SECONDS);
	struct outlook o;

	census.tw_s = 300;
	o = judged(&census, &row);
	assert_int_equal(o.levels_at, 27000);
	assert_int_equal(o.full_s_early, -1);
	census.tw_s = 400;
	o = judged(&census, &row);
	assert_int_equal(o.levels_at, 36000);
	assert_in_range(o.full_s_early, 200, 260);
}

static void outlook__many_that_close__are_not_foretold(void **state)
{
	struct census census = node();
	struct census_row row = ended(0, 0);
	struct outlook o;

	row.closing = 96;
	o = judged(&census, &row);
	assert_true(o.blind);
	row.closing = 0;
	row.established = 96;
	o = judged(&census, &row);
	assert_false(o.blind);
}

static void outlook__nothing_usable__is_full(void **state)
{
	struct census census = node();
	struct census_row row = ended(0, 0);
	struct outlook o;

	census.usable = 0;
	o = judged(&census, &row);
	assert_int_equal(o.full_s_early, 0);
	assert_true(o.tight);
}

/* Ten connections a second to one destination, and ten to another; each fits for itself. */
static void outlook__bound__keeps_ports_from_all(void **state)
{
	struct census_row rows[2] = { ended(10, 30), ended(10, 30) };
	struct census_source source = { .local = "10.0.0.1", .sockets = 600, .ports = 550 };
	struct census census = node();

	census.row = rows;
	census.source = &source;
	census.nr_row = 2;
	census.nr_source = 1;
	census.usable = 900;
	assert_int_equal(ports_judge(&census), 0);
	assert_int_equal(rows[0].outlook.others, 0);
	assert_int_equal(rows[0].outlook.full_s_early, -1);
	/* the second one's are bound: they are in the way of the first, from whatever address */
	rows[1].bound = true;
	rows[0].source = SOURCE_NONE;
	census.bound = 300;
	source.ports = 300;
	assert_int_equal(ports_judge(&census), 1);
	assert_int_equal(rows[0].outlook.in_use, 300);
	assert_int_equal(rows[0].outlook.others, 300);
	assert_in_range(rows[0].outlook.full_s_early, 14, 16);
	assert_int_equal(rows[0].outlook.full_s_early, rows[0].outlook.full_s_late);
	assert_int_equal(rows[1].outlook.others, 0);
	/* what its address has is in the way of the bound one */
	rows[0].source = 0;
	source.ports = 600;
	assert_int_equal(ports_judge(&census), 2);
	assert_int_equal(rows[1].outlook.others, 300);
	assert_int_equal(source.bound, 300);
}

/* bind() takes no port in TIME_WAIT. */
static void outlook__bound__is_not_reused(void **state)
{
	struct census_row row = ended(10, 30);
	struct census census = node();
	struct outlook o;

	census.tw_reuse = 1;
	o = judged(&census, &row);
	assert_true(o.reuse && o.in_use < 30);
	row.bound = true;
	o = judged(&census, &row);
	assert_false(o.reuse);
	assert_int_equal(o.in_use, 300);
	assert_int_equal(row.with_reuse.in_use, 300); /* no remedy */
}

/* A longer delay than rates are judged by. */
static void outlook__long_reuse_delay__is_no_shorter(void **state)
{
	struct census_row row = ended(10, 60);
	struct census census = node();

	census.tw_reuse = 1;
	census.tw_reuse_ms = 50000;
	assert_int_equal(judged(&census, &row).in_use, 500);
}

static void unanswered__with_free_ports__is_a_nat_perhaps(void **state)
{
	struct census census = node();
	struct census_row row = ended(1, 10);

	row.opening = 8;
	row.unanswered = NAT_UNANSWERED;
	(void)judged(&census, &row);
	assert_true(row.nat_suspected);
	row.unanswered = NAT_UNANSWERED - 1;
	(void)judged(&census, &row);
	assert_false(row.nat_suspected);

	/* most are answered */
	row.unanswered = NAT_UNANSWERED;
	row.opening = 2 * NAT_UNANSWERED + 1;
	(void)judged(&census, &row);
	assert_false(row.nat_suspected);

	/* nothing ever came about: it may be down */
	row = (struct census_row){ .remote = "10.0.0.2", .opening = 8, .unanswered = 8 };
	(void)judged(&census, &row);
	assert_false(row.nat_suspected);

	/* no ports here either */
	row = ended(1, 10);
	row.opening = row.unanswered = 8;
	row.established = census.usable / 2;
	(void)judged(&census, &row);
	assert_false(row.nat_suspected);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports__list__as_the_kernel_writes_it),
		cmocka_unit_test(ports__settings__count_what_is_usable),
		cmocka_unit_test(outlook__steady__is_exact),
		cmocka_unit_test(outlook__what_ends__makes_room),
		cmocka_unit_test(outlook__bursts__give_a_range),
		cmocka_unit_test(outlook__reuse__needs_timestamps),
		cmocka_unit_test(outlook__reuse__rate_is_of_what_is_left),
		cmocka_unit_test(outlook__limit_of_time_wait__is_heeded),
		cmocka_unit_test(outlook__long_time_wait__counts_in_full),
		cmocka_unit_test(outlook__many_that_close__are_not_foretold),
		cmocka_unit_test(outlook__nothing_usable__is_full),
		cmocka_unit_test(outlook__bound__keeps_ports_from_all),
		cmocka_unit_test(outlook__bound__is_not_reused),
		cmocka_unit_test(outlook__long_reuse_delay__is_no_shorter),
		cmocka_unit_test(unanswered__with_free_ports__is_a_nat_perhaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
