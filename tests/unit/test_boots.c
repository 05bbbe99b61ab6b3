// SPDX-License-Identifier: GPL-2.0
/* Boots that never got ready: counted, forgotten when one did. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/boots.h"

static int boots_here(void **state)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "/tmp/netlane-boots.%d", getpid());
	(void)unlink(path); /* of a test that was killed */
	*state = path;
	return 0;
}

static int boots_gone(void **state)
{
	(void)unlink(*state); /* may be gone: that is what some tests claim */
	return 0;
}

static bool begin(const char *path, const char *boot)
{
	struct err err = { 0 };
	bool too_many = true;

	assert_int_equal(boots_begin(path, boot, &too_many, &err), 0);
	assert_string_equal(err.text, "");
	return too_many;
}

static void boots__first_ever__is_fine(void **state)
{
	assert_false(begin(*state, "a"));
	assert_int_equal(access(*state, F_OK), 0);
}

static void boots__two_not_ready__are_too_many(void **state)
{
	assert_false(begin(*state, "a"));
	assert_false(begin(*state, "b"));
	assert_true(begin(*state, "c"));
	assert_true(begin(*state, "d"));
}

static void boots__restart_within_one_boot__counts_once(void **state)
{
	assert_false(begin(*state, "a"));
	assert_false(begin(*state, "a"));
	assert_false(begin(*state, "a"));
	assert_false(begin(*state, "b"));
	assert_true(begin(*state, "c"));
}

static void boots__ready__starts_anew(void **state)
{
	struct err err = { 0 };

	assert_false(begin(*state, "a"));
	assert_false(begin(*state, "b"));
	assert_int_equal(boots_ready(*state, &err), 0);
	assert_int_equal(boots_ready(*state, &err), 0);
	assert_false(begin(*state, "c"));
	assert_false(begin(*state, "d"));
	assert_true(begin(*state, "e"));
}

static void boots__unwritable_file__is_an_error(void **state)
{
	struct err err = { 0 };
	bool too_many;

	assert_int_equal(boots_begin("/nonexistent/boots", "a", &too_many, &err), -ENOENT);
	assert_string_not_equal(err.text, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, boots_here, boots_gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(boots__first_ever__is_fine),
		TEST(boots__two_not_ready__are_too_many),
		TEST(boots__restart_within_one_boot__counts_once),
		TEST(boots__ready__starts_anew),
		TEST(boots__unwritable_file__is_an_error),
	};

	return cmocka_run_group_tests_name("boots", tests, NULL, NULL);
}
