/*
 * Sets of ports, the keys of [drain], and a drain as people read it.
 *
 * The rule: what is taken comes back as it was meant, and what is not is refused
 * whole.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/portset.h"
#include "cmd/config_drain.h"
#include "cmd/drain_start.h"
#include "judge/maintenance.h"
#include "judge/spot.h"
#include "view/drain.h"

static void portset__text__comes_back_in_ranges(void **state)
{
	static const char *const same[][2] = {
		{ "80", "80" },
		{ " 443 , 80", "80,443" },
		{ "1-3,2,65535", "1-3,65535" },
		{ "8000-8001", "8000,8001" },
		{ "63,64,65,127-129", "63-65,127-129" },
		{ "1-65535", "1-65535" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct portset set;
		struct text t = { 0 };

		assert_int_equal(portset_parse(same[i][0], &set), 0);
		assert_false(portset_empty(&set));
		portset_add_text(&t, &set);
		assert_string_equal(t.s, same[i][1]);
		text_free(&t);
	}
}

static void portset__bad__is_refused_and_nothing_taken(void **state)
{
	static const char *const bad[] = {
		"",	 "0",	  "65536", "80,",	",80",	 "80-", "-80",
		"90-80", "80 81", "http",  "80-90-100", "80;81", "+80", "99999999999999999999"
	};
	struct portset set = { { 0 } };
	unsigned int i;

	portset_add(&set, 22);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(portset_parse(bad[i], &set), -EINVAL);
		assert_true(portset_has(&set, 22));
	}
	assert_false(portset_has(&set, 65536 + 22));
}

static void drain_config__keys__are_taken(void **state)
{
	static const char *const lines[][2] = {
		{ "ports", "80,443" },
		{ "by", "drop" },
		{ "grace", "90s" },
		{ "deadline", "2m" },
		{ "then", "reset" },
		{ "health_file", "/run/health" },
		{ "health_listen", "[::]:9181" },
		{ "on_start", "logger draining" },
		{ "on_end", "true" },
		{ "on_spot", "drain" },
	};
	struct drain_policy drain = { 0 };
	struct err err = { 0 };
	unsigned int i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(config_drain_take(&drain, lines[i][0], lines[i][1], &err), 0);
	assert_string_equal(drain.ports, "80,443");
	assert_true(drain.drops);
	assert_int_equal(drain.grace_s, 90);
	assert_int_equal(drain.deadline_s, 120);
	assert_true(drain.then_reset);
	assert_string_equal(drain.health_file, "/run/health");
	assert_string_equal(drain.health_listen, "[::]:9181");
	assert_string_equal(drain.on_start, "logger draining");
	assert_int_equal(drain.on_spot, ON_SPOT_DRAIN);
	assert_int_equal(config_drain_take(&drain, "grace", "0", &err), 0);
	assert_int_equal(config_drain_take(&drain, "deadline", "none", &err), 0);
	assert_int_equal(drain.grace_s + drain.deadline_s, 0);
}

static void drain_config__bad__names_value_and_what_is_allowed(void **state)
{
	static const char *const bad[][3] = {
		{ "ports", "http", "ports = 'http': allowed is ports and ranges" },
		{ "by", "reject", "by = 'reject': allowed is refuse or drop" },
		{ "grace", "soon", "grace = 'soon': allowed is a time" },
		{ "then", "kill", "allowed is leave or reset" },
		{ "health_file", "health", "health_file = 'health': allowed is a path from /" },
		{ "health_listen", "9181", "allowed is an address and a port" },
		{ "on_spot", "yes", "allowed is ignore, tell or drain" },
		{ "port", "80", "unknown key 'port' in [drain]; known: ports, by" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct drain_policy drain = { 0 };
		struct err err = { 0 };

		assert_int_equal(config_drain_take(&drain, bad[i][0], bad[i][1], &err), -EINVAL);
		assert_non_null(strstr(err.text, bad[i][2]));
	}
}

static void drain_ports__not_said__are_those_of_other_sections(void **state)
{
	struct steer_policy steer[] = { { .port = 443 }, { .port = 80 }, { .port = 443 } };
	struct policy policy = { .steer = steer, .nr_steer = 3 };
	char *ports = drain_ports(&policy);

	assert_string_equal(ports, "80,443");
	free(ports);
	strcpy(policy.drain.ports, "8080");
	ports = drain_ports(&policy);
	assert_string_equal(ports, "8080");
	free(ports);
	assert_null(drain_ports(&(struct policy){ 0 }));
}

/* Each line of @wanted is in what is shown; NULL ends it. */
static void shows(const struct drain_view *view, const char *const wanted[])
{
	struct text t = { 0 };

	view_drain(&t, view, 200);
	for (; *wanted; wanted++)
		if (!strstr(t.s, *wanted))
			fail_msg("'%s' is not in:\n%s", *wanted, t.s);
	text_free(&t);
}

static void drain_view__phases__say_what_comes_next(void **state)
{
	struct left_port left[] = {
		{ .port = 80, .open = 3, .queued = 1, .by = "nginx (pid 8)", .by_nr = 2 },
		{ .port = 443, .closing = 1 }
	};
	struct drain_view view = { .phase = "in-service" };

	shows(&view, (const char *const[]){ "in service: no port is drained", NULL });
	view = (struct drain_view){ .phase = "grace",
				    .ports = "80,443",
				    .why = "root by bash (pid 7)",
				    .driven = true,
				    .since_s = 5,
				    .refuses_in_s = 25 };
	shows(&view,
	      (const char *const[]){ "drain     begun 5s ago, root by bash (pid 7)",
				     "grace     new connections to 80,443 are still taken, and "
				     "refused in 25s",
				     "left      0 connections", NULL });
	view = (struct drain_view){ .phase = "refusing",
				    .ports = "80",
				    .in_force = true,
				    .guarded = true,
				    .refused_s = 9,
				    .refused = 12,
				    .dropped = 2,
				    .deadline_in_s = 51,
				    .then_reset = true,
				    .driven = true,
				    .left = left,
				    .nr_left = 2,
				    .left_all = 5,
				    .trouble = "on_start: exit 3" };
	shows(&view,
	      (const char *const[]){
		      "refusing  new connections to 80 are refused since 9s: 12 SYNs refused, 2 dropped",
		      "port 80: 3 open, 1 not accepted yet; nginx (pid 8) has 2",
		      "port 443: 1 closing", "at the latest in 51s: what is left is reset",
		      "trouble   on_start: exit 3", NULL });
	view.driven = view.guarded = false;
	shows(&view, (const char *const[]){ "an sk_lookup program of somebody could still give",
					    "nobody goes on with it", NULL });
	strcpy(view.phase, "over");
	view.left_at_end = 5;
	view.reset = 4;
	shows(&view, (const char *const[]){ "over, with 5 left, 4 of them reset", NULL });
}

static void spot_verdict__only_a_time__is_a_notice(void **state)
{
	static const char *const no_time[] = {
		"",
		"2026-11-22",
		"2026-11-22T15:00:00",
		"2026-11-22 15:00:00Z",
		"2026-02-30T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-11-22T24:00:00Z",
		"2026-11-22T15:00:00Z and more",
		"<html>404 - Not Found</html>",
	};
	static const int errors[] = { -EACCES, -ETIMEDOUT, -EHOSTUNREACH, -EAGAIN, -EBADMSG };
	int64_t when = 1;
	unsigned int i;

	assert_int_equal(spot_verdict(0, "2026-11-22T15:00:00Z", &when), SPOT_GOES);
	assert_int_equal(when, 1795359600);
	assert_int_equal(spot_verdict(-ENOENT, NULL, &when), SPOT_STAYS);
	assert_int_equal(when, 0);
	for (i = 0; i < sizeof(no_time) / sizeof(no_time[0]); i++)
		assert_int_equal(spot_verdict(0, no_time[i], &when), SPOT_UNKNOWN);
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		assert_int_equal(spot_verdict(errors[i], NULL, &when), SPOT_UNKNOWN);
}

static void maintenance__any_form__is_shown(void **state)
{
	static const char *const cases[][2] = {
		{ "[]", "" },
		{ "[{\"EventId\":\"e-1\",\"EventTypeCode\":\"SystemMaintenance.Reboot\","
		  "\"NotBefore\":\"2026-12-01T02:00:00Z\",\"Extra\":1}]",
		  "SystemMaintenance.Reboot, not before 2026-12-01T02:00:00Z, e-1\n" },
		{ "[{\"event_type\":\"Redeploy\",\"not-before\":\"soon\"},\"odd\"]",
		  "Redeploy, not before soon\n\"odd\"\n" },
		{ "[{\"what\":\"\\u001b[2J\"}]", "{\"what\":\"\\x5cu001b[2J\"}\n" },
		{ "[1,2,3,4,5,6,7,8,9,10]", "1\n2\n3\n4\n5\n6\n7\n8\nand 2 more\n" },
	};
	static const char *const no_list[] = { "", "{}", "<html>500</html>", "[", "null" };
	struct text t = { 0 };
	unsigned int i;

	assert_true(maintenance_verdict(-ENOENT, NULL, &t));
	assert_true(maintenance_verdict(-ENODATA, NULL, &t));
	assert_false(maintenance_verdict(-ETIMEDOUT, NULL, &t));
	for (i = 0; i < sizeof(no_list) / sizeof(no_list[0]); i++)
		assert_false(maintenance_verdict(0, no_list[i], &t));
	assert_null(t.s);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(maintenance_verdict(0, cases[i][0], &t));
		assert_string_equal(t.s ? t.s : "", cases[i][1]);
		text_free(&t);
	}
}

/* Grace, refusal and the last hook are over when the instance goes. */
static void spot_times__any__are_over_in_time(void **state)
{
	struct spot_times times;
	unsigned int left, grace, deadline;

	times = spot_times(300, 30, 0);
	assert_int_equal(times.grace_s, 30);
	assert_int_equal(times.deadline_s, 230);
	times = spot_times(300, 30, 60);
	assert_int_equal(times.deadline_s, 60);
	for (left = 0; left < 400; left += 7)
		for (grace = 0; grace < 200; grace += 33)
			for (deadline = 0; deadline < 400; deadline += 57) {
				times = spot_times(left, grace, deadline);
				assert_true(times.grace_s <= grace);
				assert_true(times.deadline_s >= 1);
				assert_true(!deadline || times.deadline_s <= deadline);
				if (left > 41)
					assert_true(times.grace_s + times.deadline_s + 40 <= left);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(portset__text__comes_back_in_ranges),
		cmocka_unit_test(portset__bad__is_refused_and_nothing_taken),
		cmocka_unit_test(drain_config__keys__are_taken),
		cmocka_unit_test(drain_config__bad__names_value_and_what_is_allowed),
		cmocka_unit_test(drain_ports__not_said__are_those_of_other_sections),
		cmocka_unit_test(spot_verdict__only_a_time__is_a_notice),
		cmocka_unit_test(maintenance__any_form__is_shown),
		cmocka_unit_test(spot_times__any__are_over_in_time),
		cmocka_unit_test(drain_view__phases__say_what_comes_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
