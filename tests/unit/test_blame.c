/*
 * Records of who touched a knob -> samples and sentences.
 *
 * The rule: a name that is not sure is no name, and none steers a terminal.
 */
#include "tests/unit/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "observe/blame_parts.h"

static struct blame_record record_of(enum blame_touch touch, const char *dir, const char *text)
{
	struct blame_record r = { .touch = touch,
				  .number = BLAME_NONE,
				  .value = BLAME_NONE,
				  .ns = 100,
				  .done_ns = 200,
				  .tgid = 812,
				  .tid = 813,
				  .parent_tgid = 800,
				  .comm = "echo",
				  .parent_comm = "bash",
				  .text_len = (unsigned int)strlen(text) };

	snprintf(r.dir, sizeof(r.dir), "%s", dir);
	memcpy(r.text, text, strlen(text) < sizeof(r.text) ? strlen(text) : sizeof(r.text));
	return r;
}

static void claim_sentence(void (*say)(const struct blame *, struct text *), const struct blame *b,
			   const char *wanted)
{
	struct text t = { 0 };

	say(b, &t);
	assert_string_equal(t.s, wanted);
	text_free(&t);
}

static void record__place_and_text__are_numbers_and_words(void **state)
{
	static const struct {
		enum blame_touch touch;
		const char *dir, *text;
		unsigned int queue;
		int irq;
		const char *what;
	} cases[] = {
		{ BLAME_XPS, "tx-3", "f\n", 3, -1, "eth0 xps_cpus tx-3 = f" },
		{ BLAME_RPS, "rx-11", "0,3", 11, -1, "eth0 rps_cpus rx-11 = 0,3" },
		{ BLAME_RPS_FLOW, "rx-0", "", 0, -1, "eth0 rps_flow_cnt rx-0" },
		{ BLAME_IRQ, "24", "1-2\n", BLAME_UNKNOWN, 24, "eth0 irq 24 smp_affinity = 1-2" },
		{ BLAME_CPU, "cpu7", "0\n", 7, -1, "eth0 cpu online 7 = 0" },
		/* not what it should be: unknown */
		{ BLAME_XPS, "rx-3", "f", BLAME_UNKNOWN, -1, "eth0 xps_cpus = f" },
		{ BLAME_XPS, "tx-", "f", BLAME_UNKNOWN, -1, "eth0 xps_cpus = f" },
		{ BLAME_XPS, "tx-3x", "f", BLAME_UNKNOWN, -1, "eth0 xps_cpus = f" },
		{ BLAME_IRQ, "24a", "f", BLAME_UNKNOWN, -1, "eth0 smp_affinity = f" },
		{ BLAME_CPU, "cpufreq", "1", BLAME_UNKNOWN, -1, "eth0 cpu online = 1" },
		{ BLAME_UNBIND, "virtio_net", "virtio1", BLAME_UNKNOWN, -1,
		  "eth0 driver unbind = virtio1" },
	};
	struct blame_record r;
	struct blame b;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = record_of(cases[i].touch, cases[i].dir, cases[i].text);
		strcpy(r.ifname, "eth0");
		blame_parse(&r, &b);
		assert_int_equal(b.queue, cases[i].queue);
		assert_int_equal(b.irq, cases[i].irq);
		claim_sentence(blame_what, &b, cases[i].what);
	}
}

static void record__full_of_anything__stays_in_bounds(void **state)
{
	struct rng rng = { .state = 7 };
	struct blame_record r;
	struct text t = { 0 };
	struct blame b;
	unsigned int i, j;
	const char *s;

	for (i = 0; i < 2000; i++) {
		for (j = 0; j < sizeof(r); j++)
			((unsigned char *)&r)[j] = (unsigned char)rng_below(&rng, 256);
		r.touch %= BLAME_TOUCHES + 1;
		blame_parse(&r, &b);
		blame_who(&b, &t);
		blame_what(&b, &t);
	}
	for (s = t.s; *s; s++)
		CLAIM((unsigned char)*s >= ' ' && *s != 127, "byte %d is in a sentence", *s);
	text_free(&t);
}

static void record__text_longer_than_kept__is_cut(void **state)
{
	struct blame_record r = record_of(BLAME_RPS, "rx-0", "");
	struct blame b;

	memset(r.text, 'f', sizeof(r.text));
	r.text_len = 4000;
	blame_parse(&r, &b);
	assert_int_equal(strlen(b.text), sizeof(b.text) - 1);
}

static void who__any_name__is_safe_and_nobody_is_unknown(void **state)
{
	struct blame_record r = record_of(BLAME_RPS, "rx-0", "f");
	struct blame b;

	blame_parse(&r, &b);
	claim_sentence(blame_who, &b, "echo (pid 812, by bash)");
	strcpy(b.unit, "ecs_mq.service");
	b.uid = 1000;
	b.tty = true;
	claim_sentence(blame_who, &b,
		       "echo (pid 812, uid 1000, unit ecs_mq.service, by bash, at a terminal)");
	strcpy(b.comm, "a\033[2J\n");
	b.uid = 0;
	b.tty = false;
	claim_sentence(blame_who, &b, "a\\x1b[2J\\x0a (pid 812, unit ecs_mq.service, by bash)");

	r.flags = BLAME_BY_KTHREAD;
	strcpy(r.comm, "cpuhp/2");
	blame_parse(&r, &b);
	assert_true(b.kthread && !b.known);
	claim_sentence(blame_who, &b, "unknown");
}

static void unit__of_a_path__is_its_service_or_scope(void **state)
{
	static const char *const cases[][2] = {
		{ "/", "" },
		{ "", "" },
		{ "/system.slice/ecs_mq.service", "ecs_mq.service" },
		{ "/system.slice/x.service/sub/deeper", "x.service" },
		{ "/user.slice/user-0.slice/session-3.scope", "session-3.scope" },
		{ "/user.slice/user-0.slice/user@0.service/app.slice/a.service", "a.service" },
		{ "/kubepods/burstable/pod12/ab34", "ab34" },
		{ "/system.slice", "system.slice" },
		{ "/a/.service", ".service" },
		{ "/a//b/", "b" },
	};
	char unit[96];
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		blame_unit(cases[i][0], unit, sizeof(unit));
		assert_string_equal(unit, cases[i][1]);
	}
	blame_unit("/averylongname.service", unit, 8);
	assert_string_equal(unit, "averylo");
}

static void cgroup_line__of_either_version__is_found(void **state)
{
	char path[160];

	assert_true(blame_cgroup_line("0::/system.slice/a.service\n", path, sizeof(path)));
	assert_string_equal(path, "/system.slice/a.service");
	assert_true(blame_cgroup_line("12:pids:/x\n1:name=systemd:/system.slice/b.service\n0::/\n",
				      path, sizeof(path)));
	assert_string_equal(path, "/system.slice/b.service");
	assert_true(blame_cgroup_line("1:name=systemd:/b\n0::/system.slice/c.service", path,
				      sizeof(path)));
	assert_string_equal(path, "/system.slice/c.service");
	assert_false(blame_cgroup_line("0::/\n", path, sizeof(path)));
	assert_false(blame_cgroup_line("4:memory:/x\nname=systemd\n", path, sizeof(path)));
	assert_false(blame_cgroup_line("", path, sizeof(path)));
}

static void start__of_a_name_with_brackets__is_found(void **state)
{
	unsigned long long ticks;

	assert_true(blame_start_ticks("7 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 "
				      "18 4711 20",
				      &ticks));
	assert_int_equal(ticks, 4711);
	assert_false(blame_start_ticks("7 (a) S 1 2 3", &ticks));
	assert_false(blame_start_ticks("", &ticks));
}

/* A rewrite at 150 and one who asked for something from 100 to 200. */
static void behind__rewrite__is_the_one_who_asked_or_nobody(void **state)
{
	struct blame past[3] = {
		{ .kind = BLAMED_CPU, .ns = 100, .done_ns = 200, .tid = 10, .known = true },
		{ .kind = BLAMED_CHANNELS, .ns = 100, .done_ns = 200, .tid = 11, .known = true },
		{ .kind = BLAMED_XPS, .ns = 100, .done_ns = 200, .tid = 12, .known = true },
	};
	struct blame rewrite = { .kind = BLAMED_DRIVER_XPS, .ns = 150, .kthread = true, .tid = 5 };

	/* a kernel thread that is not in hotplug works for nobody known */
	assert_null(blame_behind(&rewrite, past, 3));
	rewrite.within = BLAMED_CPU;
	assert_ptr_equal(blame_behind(&rewrite, past, 3), &past[0]);
	rewrite.ns = 201;
	assert_null(blame_behind(&rewrite, past, 3));
	rewrite.ns = 99;
	assert_null(blame_behind(&rewrite, past, 3));

	/* a task of its own: the same one, for the same reason */
	rewrite = (struct blame){ .kind = BLAMED_DRIVER_XPS, .ns = 150, .tid = 11, .known = true };
	assert_null(blame_behind(&rewrite, past, 3));
	rewrite.within = BLAMED_CHANNELS;
	assert_ptr_equal(blame_behind(&rewrite, past, 3), &past[1]);
	rewrite.tid = 10;
	assert_null(blame_behind(&rewrite, past, 3));

	/* two who asked for a CPU at the same time: not to be told apart */
	past[1].kind = BLAMED_CPU;
	rewrite = (struct blame){
		.kind = BLAMED_DRIVER_XPS, .ns = 150, .kthread = true, .within = BLAMED_CPU
	};
	assert_null(blame_behind(&rewrite, past, 3));
	assert_null(blame_behind(&rewrite, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record__place_and_text__are_numbers_and_words),
		cmocka_unit_test(record__full_of_anything__stays_in_bounds),
		cmocka_unit_test(record__text_longer_than_kept__is_cut),
		cmocka_unit_test(who__any_name__is_safe_and_nobody_is_unknown),
		cmocka_unit_test(unit__of_a_path__is_its_service_or_scope),
		cmocka_unit_test(cgroup_line__of_either_version__is_found),
		cmocka_unit_test(start__of_a_name_with_brackets__is_found),
		cmocka_unit_test(behind__rewrite__is_the_one_who_asked_or_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
