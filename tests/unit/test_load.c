/*
 * Samples -> load -> columns, from samples that are made here.
 *
 * The rule: numbers are claimed to the last one.
 */
#include "tests/unit/sampled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "view/load.h"

static double value(const struct load *load, const struct load_row *row, const char *name)
{
	struct column_list list;
	struct err err = { 0 };

	CLAIM(!columns_parse(name, &list, &err), "%s", err.text);
	return list.column[0]->value(load, row);
}

static void load__two_samples__give_rates_by_lane(void **state)
{
	struct load load;
	struct sampled sc;

	sampled_make(&sc, 4, 4, 1);
	sampled_received(&sc.before, 1, 1, 100, 1);
	sampled_received(&sc.now, 1, 1, 300, 1); /* at home */
	sampled_received(&sc.now, 1, 2, 50, 2); /* astray, super-packets of two */
	sampled_sent(&sc.now, 1, 1, 80);
	sampled_sent(&sc.now, 1, 3, 20);
	sampled_load(&sc, false, LOAD_BY_LANE, &load);
	assert_int_equal(load.nr_row, 4);
	assert_false(load.since_load);
	assert_true(value(&load, &load.row[1], "rx_pps") == (200 + 100) / 2.0);
	assert_true(value(&load, &load.row[1], "rx_skbps") == (200 + 50) / 2.0);
	assert_true(value(&load, &load.row[1], "rx_bps") ==
		    8 * (300 * 100 - 100 * 100 + 50 * 200) / 2.0);
	assert_true(value(&load, &load.row[1], "rx_lane") == 100.0 * 200 / 250);
	assert_true(value(&load, &load.row[1], "tx_lane") == 80.0);
	assert_true(value(&load, &load.row[1], "share") == 100.0);
	assert_true(isnan(value(&load, &load.row[0], "rx_lane")));
	assert_true(value(&load, &load.total, "tx_pps") == 50);
	load_free(&load);
	sampled_free(&sc);
}

static void load__first_reading__counts_since_loading(void **state)
{
	struct load load;
	struct sampled sc;

	sampled_make(&sc, 2, 2, 1);
	sampled_received(&sc.now, 0, 0, 240, 1);
	sc.now.nic->rx_drops = 1000; /* since boot: says nothing of the time since loading */
	sampled_load(&sc, true, LOAD_BY_NIC, &load);
	assert_true(load.since_load);
	assert_true(load.seconds == 12);
	assert_true(value(&load, &load.row[0], "rx_pps") == 20);
	assert_true(isnan(value(&load, &load.row[0], "rx_drop")));
	load_free(&load);

	sc.now.generation = 8; /* loaded anew in between: the same */
	sampled_load(&sc, false, LOAD_BY_NIC, &load);
	assert_true(load.since_load);
	load_free(&load);
	sampled_free(&sc);
}

static void load__unknown_queue__has_a_row_of_its_own(void **state)
{
	struct load load;
	struct sampled sc;

	sampled_make(&sc, 2, 2, 1);
	sampled_load(&sc, false, LOAD_BY_QUEUE, &load);
	assert_int_equal(load.nr_row, 2); /* nothing counted there: no row */
	load_free(&load);
	sampled_received(&sc.now, 2, 1, 5, 1);
	sampled_load(&sc, false, LOAD_BY_QUEUE, &load);
	assert_int_equal(load.nr_row, 3);
	assert_true(load.row[2].unknown_queue);
	assert_int_equal(load.row[2].cpu, -1);
	assert_int_equal(load.row[2].rx_laned, 0); /* of no lane, and not astray */
	load_free(&load);
	sampled_free(&sc);
}

static void load__by_cpu__has_times_and_kernel_counts(void **state)
{
	struct load load;
	struct sampled sc;

	sampled_make(&sc, 4, 4, 2);
	sc.before.cpu[3].wait.bucket[10] = 5;
	sc.now.cpu[3].wait.bucket[10] = 105;
	sc.now.cpu[3].wait.bucket[20] = 1;
	sc.now.cpu[3].run_ns = SECOND;
	sc.now.cpu[3].squeezed = 8;
	sc.now.cpu[1].online = false;
	sampled_load(&sc, false, LOAD_BY_CPU, &load);
	assert_int_equal(load.nr_row, 3);
	assert_int_equal(load.row[2].cpu, 3);
	assert_int_equal(load.row[2].node, 1);
	assert_true(value(&load, &load.row[2], "run") == 50.0);
	assert_true(value(&load, &load.row[2], "squeezed") == 4);
	assert_true(value(&load, &load.row[2], "wait_p50") > 1.024 &&
		    value(&load, &load.row[2], "wait_p50") < 2.048);
	assert_true(isnan(value(&load, &load.row[2], "crossed")));
	sc.now.softirq = false; /* not watched to the end: half a truth is none */
	load_free(&load);
	sampled_load(&sc, false, LOAD_BY_CPU, &load);
	assert_true(isnan(value(&load, &load.row[2], "wait_p99")));
	load_free(&load);
	sampled_free(&sc);
}

static void load__counter_that_fell__began_anew(void **state)
{
	struct load load;
	struct sampled sc;

	sampled_make(&sc, 2, 2, 1);
	sampled_received(&sc.before, 0, 0, 1000, 1);
	sampled_received(&sc.now, 0, 0, 10, 1);
	sc.before.nic->qdisc_drops = 0xfffffffe; /* 32 bits in the kernel */
	sc.now.nic->qdisc_drops = 4;
	sampled_load(&sc, false, LOAD_BY_NIC, &load);
	assert_true(value(&load, &load.row[0], "rx_pps") == 5);
	assert_true(value(&load, &load.row[0], "qdisc_drop") == 3);
	load_free(&load);
	sampled_free(&sc);
}

static void load__quantiles__lie_in_their_bucket(void **state)
{
	struct hist hist = { { 0 } };

	assert_int_equal(hist_quantile_ns(&hist, 500), 0);
	hist.bucket[4] = 99;
	hist.bucket[12] = 1;
	assert_in_range(hist_quantile_ns(&hist, 500), 16, 32);
	assert_in_range(hist_quantile_ns(&hist, 990), 16, 32);
	assert_in_range(hist_quantile_ns(&hist, 991), 4096, 8192);
	assert_in_range(hist_quantile_ns(&hist, 1000), 4096, 8192);
	memset(&hist, 0, sizeof(hist));
	hist.bucket[0] = 1;
	assert_in_range(hist_quantile_ns(&hist, 1), 0, 2);
	memset(&hist, 0, sizeof(hist));
	hist.bucket[HIST_BUCKETS - 1] = 3;
	assert_true(hist_quantile_ns(&hist, 999) >= 1ULL << 31);
}

static void columns__values__fit_their_place(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ 0, "0" },	    { 3.25, "3.2" },	 { 9.96, "10" },       { 12, "12" },
		{ 999.4, "999" },   { 999.6, "1.00k" },	 { 1234, "1.23k" },    { 99949, "99.9k" },
		{ 812000, "812k" }, { 999600, "1.00M" }, { 45.67e9, "45.7G" }, { 9.9e15, "9.90P" },
	};
	struct column_list list;
	char buf[32];
	unsigned int i;

	CLAIM(!columns_parse("rx_pps", &list, NULL), "rx_pps");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		column_format(list.column[0], cases[i].value, buf, sizeof(buf));
		CLAIM(!strcmp(buf, cases[i].text) && strlen(buf) <= 6, "%f: %s", cases[i].value,
		      buf);
	}
	column_format(list.column[0], NAN, buf, sizeof(buf));
	assert_string_equal(buf, "-");
}

static void columns__unknown_name__is_refused_with_those_that_exist(void **state)
{
	static const char *const bad[] = { "", ",", "rx", "rx_pps,", "rx_pps,,tx_pps", "RX_PPS" };
	struct column_list list;
	struct err err;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&err, 0, sizeof(err));
		CLAIM(columns_parse(bad[i], &list, &err), "'%s' was taken", bad[i]);
		CLAIM(strstr(err.text, "wait_p99"), "%s", err.text);
	}
	for (i = LOAD_BY_LANE; i <= LOAD_BY_NIC; i++) {
		columns_default((enum load_by)i, &list);
		assert_in_range(list.nr, 8, COLUMNS_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load__two_samples__give_rates_by_lane),
		cmocka_unit_test(load__first_reading__counts_since_loading),
		cmocka_unit_test(load__unknown_queue__has_a_row_of_its_own),
		cmocka_unit_test(load__by_cpu__has_times_and_kernel_counts),
		cmocka_unit_test(load__counter_that_fell__began_anew),
		cmocka_unit_test(load__quantiles__lie_in_their_bucket),
		cmocka_unit_test(columns__values__fit_their_place),
		cmocka_unit_test(columns__unknown_name__is_refused_with_those_that_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
