// SPDX-License-Identifier: GPL-2.0
/* What every stage builds on: CPU masks, texts, the driver's own spread, JSON fields. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json_tokener.h>

#include "base/cpumask.h"
#include "base/driver.h"
#include "base/fields.h"
#include "base/files.h"
#include "base/prefix.h"
#include "base/text.h"

static void base__mask_texts__round_trip(void **state)
{
	static const struct {
		const char *list, *hex;
	} cases[] = {
		{ "", "0" },
		{ "0", "1" },
		{ "0-3", "f" },
		{ "1,3,5-7", "ea" },
		{ "31", "80000000" },
		{ "32", "1,00000000" },
		{ "0,32,63", "80000001,00000001" },
		{ "0-63", "ffffffff,ffffffff" },
		{ "0-191", "ffffffff,ffffffff,ffffffff,ffffffff,ffffffff,ffffffff" },
		{ "191", "80000000,00000000,00000000,00000000,00000000,00000000" },
	};
	char buf[CPUMASK_TEXT_LEN];
	struct cpumask a, b;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(cpumask_parse_list(cases[i].list, &a), 0);
		assert_int_equal(cpumask_parse_hex(cases[i].hex, &b), 0);
		assert_true(cpumask_equal(&a, &b));
		assert_int_equal(cpumask_format_list(&a, buf, sizeof(buf)), strlen(cases[i].list));
		assert_string_equal(buf, cases[i].list);
		assert_int_equal(cpumask_format_hex(&a, buf, sizeof(buf)), strlen(cases[i].hex));
		assert_string_equal(buf, cases[i].hex);
	}
}

static void base__kernel_mask_texts__are_read(void **state)
{
	static const struct {
		const char *hex;
		unsigned int count, first;
	} cases[] = {
		{ "00000000,0000000f\n", 4, 0 },
		{ "0000000f", 4, 0 },
		{ "F", 4, 0 },
		{ "1,0", 1, 32 },
		{ "ff,ffffffff \n", 40, 0 },
	};
	struct cpumask mask;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(cpumask_parse_hex(cases[i].hex, &mask), 0);
		assert_int_equal(cpumask_count(&mask), cases[i].count);
		assert_int_equal(cpumask_next(&mask, 0), cases[i].first);
	}
	assert_int_equal(cpumask_parse_list("\n", &mask), 0);
	assert_true(cpumask_empty(&mask));
	assert_int_equal(cpumask_parse_list("0-1,2047\n", &mask), 0);
	assert_int_equal(cpumask_count(&mask), 3);
}

static void base__bad_mask_texts__are_refused(void **state)
{
	static const char *const lists[] = { "a", "1-", "-1", "3-1", "1,,2", "1,", "1 2", "0x1" };
	static const char *const hexes[] = { "", "g", "0x1", "1,,2", ",1", "1,", "-1", "1 2" };
	struct text wide = { 0 };
	struct cpumask mask;
	unsigned int i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		assert_int_equal(cpumask_parse_list(lists[i], &mask), -EINVAL);
	for (i = 0; i < sizeof(hexes) / sizeof(hexes[0]); i++)
		assert_int_equal(cpumask_parse_hex(hexes[i], &mask), -EINVAL);
	assert_int_equal(cpumask_parse_list("2048", &mask), -EOVERFLOW);
	assert_int_equal(cpumask_parse_list("99999999999999999999", &mask), -EOVERFLOW);
	text_add(&wide, "1");
	for (i = 0; i < CPUMASK_BITS / 32; i++)
		text_add(&wide, ",00000000");
	assert_int_equal(cpumask_parse_hex(wide.s, &mask), -EOVERFLOW);
	wide.s[0] = '0'; /* the same width without a member is fine */
	assert_int_equal(cpumask_parse_hex(wide.s, &mask), 0);
	text_free(&wide);
}

static void base__full_mask__fits_its_room(void **state)
{
	char buf[CPUMASK_TEXT_LEN];
	struct cpumask mask, odd;
	unsigned int cpu;

	cpumask_clear(&mask);
	cpumask_clear(&odd);
	for (cpu = 0; cpu < CPUMASK_BITS; cpu++) {
		cpumask_add(&mask, cpu);
		if (cpu % 2)
			cpumask_add(&odd, cpu);
	}
	assert_int_equal(cpumask_count(&mask), CPUMASK_BITS);
	assert_true(cpumask_format_hex(&mask, buf, sizeof(buf)) < sizeof(buf));
	assert_true(cpumask_format_list(&odd, buf, sizeof(buf)) < sizeof(buf));
	cpumask_add(&odd, CPUMASK_BITS); /* beyond the end: ignored */
	assert_false(cpumask_has(&odd, CPUMASK_BITS));
	assert_int_equal(cpumask_format_list(&mask, buf, 4), strlen("0-2047"));
	assert_string_equal(buf, "0-2");
}

/* drivers/net/virtio_net.c, virtnet_set_affinity(), 5.10 to 6.12, as it stands there. */
static void kernel_spread(const struct cpumask *online, unsigned int pairs, struct cpumask *out)
{
	unsigned int num_cpu = cpumask_count(online), i, j, cpu = cpumask_next(online, 0);
	unsigned int stride = num_cpu / pairs > 1 ? num_cpu / pairs : 1;
	unsigned int stragglers = num_cpu >= pairs ? num_cpu % pairs : 0;

	for (i = 0; i < pairs; i++) {
		unsigned int group_size = stride + (i < stragglers ? 1 : 0);

		cpumask_clear(&out[i]);
		for (j = 0; j < group_size; j++) {
			cpumask_add(&out[i], cpu);
			cpu = cpumask_next(online, cpu + 1);
			if (cpu == CPUMASK_BITS)
				cpu = cpumask_next(online, 0);
		}
	}
}

static void base__driver_default__is_the_kernels(void **state)
{
	static struct cpumask wanted[130];
	struct cpumask online, got;
	unsigned int cpus, pairs, hole, q, cpu;

	for (cpus = 1; cpus <= 65; cpus++) {
		for (hole = 0; hole < 3; hole++) {
			cpumask_clear(&online);
			for (cpu = 0; cpu < cpus; cpu++)
				if (!hole || cpu % (hole + 2))
					cpumask_add(&online, cpu);
			if (cpumask_empty(&online))
				continue;
			for (pairs = 1; pairs <= 130; pairs += pairs < 20 ? 1 : 11) {
				kernel_spread(&online, pairs, wanted);
				for (q = 0; q < pairs; q++) {
					driver_default_cpus(&online, pairs, q, &got);
					assert_true(cpumask_equal(&got, &wanted[q]));
				}
			}
		}
	}
}

static void base__driver_default__of_no_queue_is_empty(void **state)
{
	struct cpumask online = { .word = { 0xf } }, none = { .word = { 0 } }, out;

	driver_default_cpus(&online, 4, 4, &out);
	assert_true(cpumask_empty(&out));
	driver_default_cpus(&online, 0, 0, &out);
	assert_true(cpumask_empty(&out));
	driver_default_cpus(&none, 4, 0, &out);
	assert_true(cpumask_empty(&out));
}

/* What is printed: lines stay lines, and what was escaped before is not again. */
static void base__whatever_is_printed__steers_no_terminal(void **state)
{
	static const struct {
		const char *raw, *shown;
	} cases[] = {
		{ "eth0  1\n\t2\n", "eth0  1\n\t2\n" },
		{ "a\x1b[2Jb\r", "a\\x1b[2Jb\\x0d" },
		{ "a\\x1bb", "a\\x1bb" },
		{ "\xe2\x96\x88 \xc2\x9b", "\xe2\x96\x88 \\xc2\\x9b" },
		{ "\xff", "\\xff" },
		{ "", "" },
	};
	struct text text = { 0 };
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_add_safe(&text, cases[i].raw);
		assert_string_equal(text.s ? text.s : "", cases[i].shown);
		text_free(&text);
	}
}

/* A child that lives on alone must hold nothing of its caller, however much that had. */
static void base__close_all_but__leaves_one(void **state)
{
	int fds[300], status, i;
	pid_t pid;

	for (i = 0; i < 300; i++)
		fds[i] = open("/dev/null", O_RDONLY);
	assert_true(fds[299] >= 0);
	pid = fork();
	if (!pid) {
		files_close_all_but(fds[150]);
		for (i = 0; i < 300; i++)
			if ((fcntl(fds[i], F_GETFD) >= 0) != (i == 150))
				_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (i = 0; i < 300; i++)
		close(fds[i]);
}

static void base__outside_names__are_escaped(void **state)
{
	static const struct {
		const char *raw, *shown;
	} cases[] = {
		{ "eth0", "eth0" },
		{ "a\x1b[2Jb", "a\\x1b[2Jb" },
		{ "a\nb\t", "a\\x0ab\\x09" },
		{ "back\\slash", "back\\x5cslash" },
		{ "\xc3\xbc", "\xc3\xbc" },
		{ "\xc2\x9b", "\\xc2\\x9b" }, /* U+009B is what ESC [ is */
		{ "\xff\xc3", "\\xff\\xc3" },
		{ "\xc0\xaf", "\\xc0\\xaf" }, /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* surrogate */
		{ "\x7f", "\\x7f" },
	};
	char buf[64];
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_escape(buf, sizeof(buf), cases[i].raw);
		assert_string_equal(buf, cases[i].shown);
	}
	text_escape(buf, 6, "ab\x01zz"); /* an escape is never cut in two */
	assert_string_equal(buf, "ab");
}

static void base__numbers_and_spans__are_whole_and_bounded(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x10", "1.5", "a" };
	unsigned long value;
	unsigned int i, s;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(text_uint(bad[i], 0, 100, &value), -EINVAL);
	assert_int_equal(text_uint("101", 0, 100, &value), -ERANGE);
	assert_int_equal(text_uint("99999999999999999999999", 0, 100, &value), -ERANGE);
	assert_int_equal(text_uint("100", 0, 100, &value), 0);
	assert_int_equal(value, 100);
	assert_int_equal(text_seconds("90", &s) | text_seconds("90s", &s), 0);
	assert_int_equal(s, 90);
	assert_int_equal(text_seconds("10m", &s), 0);
	assert_int_equal(s, 600);
	assert_int_equal(text_seconds("168h", &s), 0);
	assert_int_equal(text_seconds("169h", &s), -ERANGE);
	assert_int_equal(text_seconds("0", &s), -ERANGE);
	assert_int_equal(text_seconds("7d", &s), 0);
	assert_int_equal(text_seconds("10d", &s), -ERANGE);
	assert_int_equal(text_seconds("10w", &s), -EINVAL);
	assert_int_equal(text_seconds("m", &s), -EINVAL);
}

struct sample {
	char name[8];
	uint64_t big;
	enum tri known;
	struct cpumask cpus;
};

static const struct field sample_fields[] = {
	F_STR(sample, name),
	F_U64(sample, big),
	F_ENUM(sample, known, tri_names),
	F_CPUS(sample, cpus),
	F_END,
};

static void base__addresses__are_as_the_library_writes_them(void **state)
{
	unsigned char addr[16] = { 0 };
	char is[PREFIX_TEXT_LEN], want[PREFIX_TEXT_LEN];
	unsigned int i, n;

	for (i = 0; i < 4; i++)
		for (n = 0; n < 256; n++) {
			addr[i] = (unsigned char)n;
			assert_non_null(inet_ntop(AF_INET, addr, want, sizeof(want)));
			assert_string_equal(addr_text(AF_INET, addr, is), want);
			assert_non_null(inet_ntop(AF_INET6, addr, want, sizeof(want)));
			assert_string_equal(addr_text(AF_INET6, addr, is), want);
		}
	assert_string_equal(addr_text(AF_UNSPEC, addr, is), "");
}

static void base__json_names__are_utf8(void **state)
{
	struct sample sample = { .name = "a\xff\x01\"z" };
	struct json_object *json = fields_to_json(sample_fields, &sample);

	assert_non_null(strstr(json_object_to_json_string(json), "\"a?\\u0001\\\"z\""));
	json_object_put(json);
}

static void base__wrong_json__names_key_and_what_is_allowed(void **state)
{
	static const struct {
		const char *json, *says;
	} cases[] = {
		{ "{\"name\": 5}", "name: 5 is not a string" },
		{ "{\"name\": \"12345678\"}", "name: \"12345678\" is not short enough" },
		{ "{\"big\": -1}", "big: -1 is not a whole number from 0" },
		{ "{\"big\": 1.5}", "big: 1.5 is not a whole number from 0" },
		{ "{\"cpus\": \"0-9999\"}", "cpus: \"0-9999\" is not a list of numbers" },
		{ "[]", "a JSON object is expected here" },
	};
	struct json_object *json;
	struct sample sample;
	struct err err = { "" };
	unsigned int i;

	json = json_tokener_parse("{\"known\": \"maybe\"}");
	assert_int_equal(fields_from_json(sample_fields, &sample, json, &err), -ENOTSUP);
	assert_string_equal(err.text, "known: \"maybe\" is not one of unknown, no, yes");
	json_object_put(json);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&err, 0, sizeof(err));

		memset(&sample, 0, sizeof(sample));
		json = json_tokener_parse(cases[i].json);
		assert_int_equal(fields_from_json(sample_fields, &sample, json, &err), -EINVAL);
		assert_ptr_equal(strstr(err.text, cases[i].says), err.text);
		json_object_put(json);
	}
	json = json_tokener_parse("{\"big\": 18446744073709551615, \"later\": 1}");
	assert_int_equal(fields_from_json(sample_fields, &sample, json, NULL), 0);
	assert_true(sample.big == UINT64_MAX);
	json_object_put(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base__mask_texts__round_trip),
		cmocka_unit_test(base__kernel_mask_texts__are_read),
		cmocka_unit_test(base__bad_mask_texts__are_refused),
		cmocka_unit_test(base__full_mask__fits_its_room),
		cmocka_unit_test(base__driver_default__is_the_kernels),
		cmocka_unit_test(base__driver_default__of_no_queue_is_empty),
		cmocka_unit_test(base__outside_names__are_escaped),
		cmocka_unit_test(base__whatever_is_printed__steers_no_terminal),
		cmocka_unit_test(base__close_all_but__leaves_one),
		cmocka_unit_test(base__numbers_and_spans__are_whole_and_bounded),
		cmocka_unit_test(base__addresses__are_as_the_library_writes_them),
		cmocka_unit_test(base__json_names__are_utf8),
		cmocka_unit_test(base__wrong_json__names_key_and_what_is_allowed),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
