// SPDX-License-Identifier: GPL-2.0
/*
 * Steering by command: what the service understands of a request, and which of
 * two sections has a server.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json_tokener.h>

#include "cmd/config_steer.h"
#include "cmd/request.h"

static int asked(const char *text, struct request *request)
{
	struct json_object *json = json_tokener_parse(text);
	struct err err = { 0 };
	int ret;

	assert_non_null(json);
	ret = request_read(json, request, &err);
	assert_int_equal(!ret, !err.text[0]);
	request_free(request);
	json_object_put(json);
	return ret;
}

static void steer_command__request__is_a_section(void **state)
{
	struct request r;

	assert_int_equal(asked("{\"command\":\"steer-start\",\"netns\":7,\"steer\":{\"listen\":"
			       "\"10.0.0.1:80\",\"by\":\"program\",\"spill\":\"off\",\"pin\":"
			       "\"yes\"}}",
			       &r),
			 0);
	assert_int_equal(r.command, REQUEST_STEER_START);
	assert_int_equal(r.netns, 7);
	assert_string_equal(r.steer.listen, "10.0.0.1:80");
	assert_int_equal(r.steer.port, 80);
	assert_int_equal(r.steer.way, STEER_PROGRAM);
	assert_true(r.steer.pin);
	assert_true(r.steer.spill_said);
	assert_int_equal(asked("{\"command\":\"steer-stop\",\"netns\":7,\"steer\":{}}", &r), 0);
	assert_int_equal(r.steer.port, 0);
}

/* Another version's key may change what is meant. */
static void steer_command__request__all_or_nothing(void **state)
{
	static const char *const bad[] = {
		"{\"command\":\"steer-start\",\"netns\":7,\"steer\":{\"by\":\"program\"}}",
		"{\"command\":\"steer-start\",\"netns\":7}",
		"{\"command\":\"steer-start\",\"steer\":{\"listen\":\"80\"}}",
		"{\"command\":\"steer-start\",\"netns\":7,\"steer\":{\"listen\":80}}",
		"{\"command\":\"steer-start\",\"netns\":7,\"steer\":{\"listen\":\"80\",\"x\":\"1\"}}",
		"{\"command\":\"steer-start\",\"netns\":7,\"steer\":{\"listen\":\"80\",\"by\":\"x\"}}",
		"{\"command\":\"steer-start\",\"netns\":7,\"steer\":\"80\"}",
		"{\"command\":\"steer-stop\",\"steer\":{}}",
	};
	struct request r;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (asked(bad[i], &r) != -EPROTO)
			fail_msg("taken: %s", bad[i]);
}

static void steer_command__sections__the_wider_has_the_narrower(void **state)
{
	const struct steer_policy port = { .port = 80 };
	const struct steer_policy other = { .port = 81 };
	const struct steer_policy one = { .port = 80, .listen = "10.0.0.1:80" };
	const struct steer_policy there = { .port = 80, .netns = "web" };
	const struct steer_policy udp = { .port = 80, .udp = true, .stateless = true };
	const struct steer_policy two = { .port = 80, .listen = "10.0.0.2:80" };

	assert_true(config_steer_has(&port, &port));
	assert_true(config_steer_has(&port, &one));
	assert_true(config_steer_has(&one, &one));
	assert_false(config_steer_has(&one, &port));
	assert_false(config_steer_has(&one, &two));
	assert_false(config_steer_has(&port, &other));
	assert_false(config_steer_has(&port, &there));
	assert_true(config_steer_has(&there, &there));
	assert_false(config_steer_has(&port, &udp));
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(steer_command__request__is_a_section),
		TEST(steer_command__request__all_or_nothing),
		TEST(steer_command__sections__the_wider_has_the_narrower),
	};

	return cmocka_run_group_tests_name("steer_command", tests, NULL, NULL);
}
