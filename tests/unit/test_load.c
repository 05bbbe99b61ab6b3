/*
 * Samples -> load -> columns and screens, from samples that are made here.
 *
 * The rule: numbers are claimed to the last one, screens by what stands in a
 * line and by never being wider or higher than the terminal.
 */
#include "tests/unit/machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/facts.h"
#include "judge/load.h"
#include "plan/plan.h"
#include "view/load.h"
#include "view/top.h"

#define SECOND 1000000000ULL

/* A node with one NIC, its plan, and two samples 2 s apart. */
struct scene {
	struct facts facts;
	struct policy policy;
	struct plan plan;
	struct sample before;
	struct sample now;
};

static void sample_make(struct sample *s, unsigned int cpus, unsigned int queues, uint64_t at_ns)
{
	unsigned int q;

	s->at_ns = at_ns;
	s->since_ns = 10 * SECOND;
	s->generation = 7;
	s->softirq = true;
	s->nr_cpu = cpus;
	s->cpu = calloc(cpus, sizeof(*s->cpu));
	s->nr_nic = 1;
	s->nic = calloc(1, sizeof(*s->nic));
	strcpy(s->nic->ifname, "eth0");
	s->nic->nr_queue = queues;
	s->nic->queue = calloc(queues + 1, sizeof(*s->nic->queue));
	for (q = 0; q <= queues; q++) {
		s->nic->queue[q].rx = calloc(cpus, sizeof(struct count));
		s->nic->queue[q].tx = calloc(cpus, sizeof(struct count));
		s->nic->queue[q].crossed = calloc(cpus, sizeof(uint64_t));
	}
	for (q = 0; q < cpus; q++)
		s->cpu[q].online = true;
}

static void sample_unmake(struct sample *s)
{
	unsigned int q;

	for (q = 0; q <= s->nic->nr_queue; q++) {
		free(s->nic->queue[q].rx);
		free(s->nic->queue[q].tx);
		free(s->nic->queue[q].crossed);
	}
	free(s->nic->queue);
	free(s->nic);
	free(s->cpu);
}

static void scene_make(struct scene *sc, unsigned int cpus, unsigned int queues, unsigned int nodes)
{
	struct err err = { 0 };

	memset(sc, 0, sizeof(*sc));
	machine_cpus(&sc->facts, cpus, 1, nodes);
	machine_nic(&sc->facts, queues, queues);
	machine_policy(&sc->policy);
	CLAIM(!plan_build(&sc->facts, &sc->policy, &sc->plan, &err), "%s", err.text);
	sample_make(&sc->before, cpus, queues, 20 * SECOND);
	sample_make(&sc->now, cpus, queues, 22 * SECOND);
}

static void scene_free(struct scene *sc)
{
	sample_unmake(&sc->before);
	sample_unmake(&sc->now);
	plan_free(&sc->plan);
	machine_policy_free(&sc->policy);
	facts_free(&sc->facts);
}

static void received(struct sample *s, unsigned int q, unsigned int cpu, uint64_t packets,
		     uint64_t segments)
{
	s->nic->queue[q].rx[cpu] = (struct count){ packets, packets * 1000, packets * segments,
						   packets * segments * 100 };
}

static void sent(struct sample *s, unsigned int q, unsigned int cpu, uint64_t packets)
{
	s->nic->queue[q].tx[cpu] = (struct count){ packets, packets * 60, packets, packets * 60 };
}

static void make(struct scene *sc, bool since, enum load_by by, struct load *load)
{
	CLAIM(!load_make(since ? NULL : &sc->before, &sc->now, &sc->plan, &sc->facts.cpus, by,
			 load),
	      "out of memory");
}

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
	struct scene sc;

	scene_make(&sc, 4, 4, 1);
	received(&sc.before, 1, 1, 100, 1);
	received(&sc.now, 1, 1, 300, 1); /* at home */
	received(&sc.now, 1, 2, 50, 2); /* astray, super-packets of two */
	sent(&sc.now, 1, 1, 80);
	sent(&sc.now, 1, 3, 20);
	make(&sc, false, LOAD_BY_LANE, &load);
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
	scene_free(&sc);
}

static void load__first_reading__counts_since_loading(void **state)
{
	struct load load;
	struct scene sc;

	scene_make(&sc, 2, 2, 1);
	received(&sc.now, 0, 0, 240, 1);
	sc.now.nic->rx_drops = 1000; /* since boot: says nothing of the time since loading */
	make(&sc, true, LOAD_BY_NIC, &load);
	assert_true(load.since_load);
	assert_true(load.seconds == 12);
	assert_true(value(&load, &load.row[0], "rx_pps") == 20);
	assert_true(isnan(value(&load, &load.row[0], "rx_drop")));
	load_free(&load);

	sc.now.generation = 8; /* loaded anew in between: the same */
	make(&sc, false, LOAD_BY_NIC, &load);
	assert_true(load.since_load);
	load_free(&load);
	scene_free(&sc);
}

static void load__unknown_queue__has_a_row_of_its_own(void **state)
{
	struct load load;
	struct scene sc;

	scene_make(&sc, 2, 2, 1);
	make(&sc, false, LOAD_BY_QUEUE, &load);
	assert_int_equal(load.nr_row, 2); /* nothing counted there: no row */
	load_free(&load);
	received(&sc.now, 2, 1, 5, 1);
	make(&sc, false, LOAD_BY_QUEUE, &load);
	assert_int_equal(load.nr_row, 3);
	assert_true(load.row[2].unknown_queue);
	assert_int_equal(load.row[2].cpu, -1);
	assert_int_equal(load.row[2].rx_laned, 0); /* of no lane, and not astray */
	load_free(&load);
	scene_free(&sc);
}

static void load__by_cpu__has_times_and_kernel_counts(void **state)
{
	struct load load;
	struct scene sc;

	scene_make(&sc, 4, 4, 2);
	sc.before.cpu[3].wait.bucket[10] = 5;
	sc.now.cpu[3].wait.bucket[10] = 105;
	sc.now.cpu[3].wait.bucket[20] = 1;
	sc.now.cpu[3].run_ns = SECOND;
	sc.now.cpu[3].squeezed = 8;
	sc.now.cpu[1].online = false;
	make(&sc, false, LOAD_BY_CPU, &load);
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
	make(&sc, false, LOAD_BY_CPU, &load);
	assert_true(isnan(value(&load, &load.row[2], "wait_p99")));
	load_free(&load);
	scene_free(&sc);
}

static void load__counter_that_fell__began_anew(void **state)
{
	struct load load;
	struct scene sc;

	scene_make(&sc, 2, 2, 1);
	received(&sc.before, 0, 0, 1000, 1);
	received(&sc.now, 0, 0, 10, 1);
	sc.before.nic->qdisc_drops = 0xfffffffe; /* 32 bits in the kernel */
	sc.now.nic->qdisc_drops = 4;
	make(&sc, false, LOAD_BY_NIC, &load);
	assert_true(value(&load, &load.row[0], "rx_pps") == 5);
	assert_true(value(&load, &load.row[0], "qdisc_drop") == 3);
	load_free(&load);
	scene_free(&sc);
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

/* Columns of a line: a byte each, but for the blocks of a sparkline. */
static unsigned int width_of(const char *line, size_t len)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += (line[i] & 0xc0) != 0x80;
	return n;
}

/* Draws, and claims that it fits; the caller frees. */
static char *draw(struct top *top, const struct load *load)
{
	struct text text = { 0 };
	unsigned int lines = 0;
	const char *s;

	top_draw(&text, top, load, "netlane top", "1 pps in");
	for (s = text.s; *s; lines++) {
		size_t len = strcspn(s, "\n");

		CLAIM(width_of(s, len) <= top->width, "line %u is %u wide: %.*s", lines,
		      width_of(s, len), (int)len, s);
		s += len + (s[len] == '\n');
	}
	CLAIM(lines <= top->height, "%u lines in %u", lines, top->height);
	return text_take(&text);
}

static void top__any_terminal__is_never_left(void **state)
{
	static const unsigned int sizes[][2] = { { 80, 24 }, { 200, 50 }, { 200, 24 }, { 40, 10 },
						 { 20, 5 },  { 80, 7 },	  { 300, 90 }, { 1, 1 } };
	static const unsigned int cpus[] = { 2, 16, 256 };
	struct top top = { .seconds = 1, .utf8 = true };
	unsigned int i, j, by, help;
	struct load load;
	struct scene sc;

	for (j = 0; j < 3; j++) {
		scene_make(&sc, cpus[j], cpus[j] < 64 ? cpus[j] : 64, cpus[j] > 16 ? 4 : 1);
		for (i = 0; i < cpus[j] && i < 64; i++)
			received(&sc.now, i, i, 1000 * i, 40);
		for (by = LOAD_BY_LANE; by <= LOAD_BY_NIC; by++) {
			make(&sc, false, (enum load_by)by, &load);
			top.by = (enum load_by)by;
			top_remember(&top, &load);
			for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
				for (help = 0; help < 2; help++) {
					top.width = sizes[i][0];
					top.height = sizes[i][1];
					top.help = help;
					free(draw(&top, &load));
				}
			}
			load_free(&load);
		}
		scene_free(&sc);
	}
	top_free(&top);
}

static void top__many_lanes__show_nodes_and_outliers_first(void **state)
{
	struct top top = { .seconds = 1, .width = 80, .height = 24 };
	const char *odd, *node;
	struct load load;
	struct scene sc;
	unsigned int i;
	char *text;

	scene_make(&sc, 64, 64, 2);
	for (i = 0; i < 64; i++)
		received(&sc.now, i, i, i == 41 ? 90000 : 1000, 1);
	make(&sc, false, LOAD_BY_LANE, &load);
	text = draw(&top, &load);
	node = strstr(text, "node 0: ");
	odd = strstr(text, "eth0        41");
	CLAIM(node && odd && node < odd, "%s", text);
	CLAIM(!strstr(text, "eth0        63"), "all rows in 24 lines:\n%s", text);
	free(text);

	top.first = 1000; /* scrolled past the end: the last rows */
	free(draw(&top, &load));
	assert_in_range(top.first, 1, 63);

	top.first = 0;
	top.sort = columns; /* rx_pps */
	top.reverse = true;
	text = draw(&top, &load);
	CLAIM(!strstr(text, "eth0        41"), "the busiest is not last:\n%s", text);
	free(text);
	load_free(&load);
	scene_free(&sc);
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
		cmocka_unit_test(top__any_terminal__is_never_left),
		cmocka_unit_test(top__many_lanes__show_nodes_and_outliers_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
