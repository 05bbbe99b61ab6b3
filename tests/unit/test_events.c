// SPDX-License-Identifier: GPL-2.0
/* What was counted of TCP connections -> groups, text and JSON. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "judge/events.h"
#include "observe/rows_latest.h"
#include "view/events.h"

#define HERE 7
#define ELSEWHERE 8

static struct event_row row_to(const char *net, unsigned int netns, unsigned int port,
			       uint64_t closed, uint64_t timeouts)
{
	struct event_row row = {
		.netns = netns,
		.port = port,
		.cc = "cubi",
		.count = { .closed = closed, .timeouts = timeouts, .retransmits = timeouts },
	};

	assert_int_equal(prefix_parse(net, &row.remote), 0);
	row.count.rtt.bucket[10] = closed; /* 1 to 2 ms */
	return row;
}

static struct events some(struct event_row *row, unsigned int nr)
{
	return (struct events){
		.row = row,
		.nr_row = nr,
		.since_ns = 1000000000,
		.at_ns = 61000000000,
		.timeouts_known = true,
	};
}

static void groups__are_of_one_namespace__worst_first(void **state)
{
	struct event_row row[] = {
		row_to("10.0.0.0/24", HERE, 80, 100, 0),
		row_to("10.0.0.0/24", HERE, 81, 10, 0),
		row_to("10.0.1.0/24", HERE, 80, 5, 1),
		row_to("10.0.1.0/24", ELSEWHERE, 80, 7, 0),
	};
	struct events events = some(row, 4);
	struct event_groups groups;

	assert_int_equal(events_group(&events, EVENTS_BY_REMOTE, HERE, NULL, 10, &groups), 0);
	assert_int_equal(groups.nr_group, 2);
	assert_string_equal(groups.group[0].name, "10.0.1.0/24");
	assert_int_equal(groups.group[0].count.closed, 5);
	assert_int_equal(groups.group[1].count.closed, 110);
	assert_int_equal(groups.total.count.closed, 115);
	assert_in_range(groups.total.rtt_p50_us, 1024, 2048);
	event_groups_free(&groups);

	assert_int_equal(events_group(&events, EVENTS_BY_SERVICE, HERE, NULL, 10, &groups), 0);
	assert_string_equal(groups.group[0].name, "to 80");
	event_groups_free(&groups);

	assert_int_equal(events_group(&events, EVENTS_BY_NETNS, 0, NULL, 10, &groups), 0);
	assert_int_equal(groups.nr_group, 2);
	assert_int_equal(groups.total.count.closed, 122);
	event_groups_free(&groups);
}

static void groups__beyond_those_shown__are_added_up(void **state)
{
	struct event_row row[] = {
		row_to("10.0.0.0/24", HERE, 80, 3, 0),
		row_to("10.0.1.0/24", HERE, 80, 2, 0),
		row_to("fd00::/64", HERE, 80, 1, 0),
	};
	struct events events = some(row, 3);
	struct event_groups groups;

	events.rest.closed = 4; /* of whose namespace nothing is known */
	assert_int_equal(events_group(&events, EVENTS_BY_REMOTE, HERE, NULL, 1, &groups), 0);
	assert_int_equal(groups.nr_group, 1);
	assert_int_equal(groups.folded, 2);
	assert_int_equal(groups.other.count.closed, 3);
	assert_int_equal(groups.total.count.closed, 6);
	event_groups_free(&groups);
	assert_int_equal(events_group(&events, EVENTS_BY_REMOTE, 0, NULL, 9, &groups), 0);
	assert_int_equal(groups.other.count.closed, 4);
	assert_int_equal(groups.total.count.closed, 10);
	event_groups_free(&groups);
}

static void lanes__stay_in_their_order(void **state)
{
	struct event_count lane[] = { { .closed = 1 }, { .closed = 5, .timeouts = 3 } };
	struct events events = { .lane = lane, .nr_lane = 2 };
	struct event_groups groups;

	assert_int_equal(events_group(&events, EVENTS_BY_CPU, HERE, NULL, 10, &groups), 0);
	assert_string_equal(groups.group[0].name, "CPU 0");
	assert_int_equal(groups.total.count.closed, 6);
	event_groups_free(&groups);
}

static void zones__are_those_of_the_network(void **state)
{
	struct event_row row[] = { row_to("10.0.0.0/24", HERE, 80, 3, 0),
				   row_to("192.0.2.0/24", HERE, 80, 2, 0) };
	struct prefix ten;
	struct zone zone = { .name = "inside", .nr_prefix = 1 };
	struct events events = some(row, 2);
	struct event_groups groups;
	struct zones zones = { .zone = &zone, .nr_zone = 1 };
	struct zone_net net = { .zone = 0 };

	assert_int_equal(prefix_parse("10.0.0.0/8", &ten), 0);
	net.net = ten;
	zones.net = &net;
	zones.nr_net = 1;
	assert_int_equal(events_group(&events, EVENTS_BY_ZONE, HERE, &zones, 10, &groups), 0);
	assert_int_equal(groups.nr_group, 2);
	assert_string_equal(groups.group[0].name, "inside");
	assert_string_equal(groups.group[1].name, "(no zone)");
	event_groups_free(&groups);
}

/* What this kernel does not let us count is no zero. */
static void unknown__is_a_dash_and_null(void **state)
{
	struct event_row row = row_to("10.0.0.0/24", HERE, 80, 3, 0);
	struct events events = some(&row, 1);
	struct event_groups groups;
	struct json_object *json, *total, *value;
	struct text text = { 0 };

	events.timeouts_known = false;
	assert_int_equal(events_group(&events, EVENTS_BY_REMOTE, HERE, NULL, 10, &groups), 0);
	view_events(&text, &events, &groups, 100);
	assert_non_null(strstr(text.s, "counted since 1m00s ago"));
	assert_non_null(strstr(text.s, "no programs at functions"));
	text_free(&text);
	json = view_events_json(&events, &groups);
	assert_true(json_object_object_get_ex(json, "total", &total));
	assert_true(json_object_object_get_ex(total, "timeouts", &value));
	assert_null(value);
	assert_true(json_object_object_get_ex(total, "entered", &value));
	assert_null(value);
	assert_true(json_object_object_get_ex(total, "closed", &value));
	assert_int_equal(json_object_get_int(value), 3);
	json_object_put(json);
	event_groups_free(&groups);
}

static void waits__go_to_the_listener_of_port_and_family(void **state)
{
	struct event_accept accept[] = {
		{ .netns = HERE, .port = 80, .ipv6 = true, .accepted = 9 },
		{ .netns = ELSEWHERE, .port = 81, .accepted = 5 },
	};
	struct listener row[] = { { .addr = "*", .port = 80 },
				  { .addr = "0.0.0.0", .port = 80 },
				  { .addr = "0.0.0.0", .port = 81 } };
	struct listeners listeners = { .row = row, .nr_row = 3 };
	struct events events = { .accept = accept, .nr_accept = 2 };

	accept[0].wait.bucket[12] = 9;
	events_waits(&events, HERE, &listeners);
	assert_int_equal(row[0].accepted, 9);
	assert_in_range(row[0].wait_p99_us, 4096, 8192);
	assert_int_equal(row[1].accepted, 0);
	assert_int_equal(row[2].accepted, 0);
}

/* Of two namespaces that had an inode the rows of the later one are left, all of them. */
static void rows__of_a_namespace_that_is_gone__are_left_out(void **state)
{
	struct {
		uint32_t netns, mix, port;
	} key[] = { { 7, 1, 80 }, { 7, 2, 80 }, { 8, 1, 80 }, { 7, 1, 81 }, { 7, 2, 82 } };
	uint64_t value[] = { 100, 300, 50, 200, 10 };
	const struct rows_layout layout = { .key_size = sizeof(key[0]),
					    .value_size = sizeof(value[0]),
					    .netns_at = 0,
					    .mix_at = sizeof(uint32_t) };
	struct rows rows = { .keys = key, .values = value, .nr = 5 };

	assert_int_equal(rows_keep_latest(&layout, &rows), 0);
	assert_int_equal(rows.nr, 3);
	assert_true(key[0].mix == 2 && key[0].port == 80 && value[0] == 300);
	assert_true(key[1].netns == 8 && value[1] == 50);
	assert_true(key[2].mix == 2 && key[2].port == 82 && value[2] == 10);
	assert_int_equal(rows_last_ns(&layout, &rows, 2), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows__of_a_namespace_that_is_gone__are_left_out),
		cmocka_unit_test(groups__are_of_one_namespace__worst_first),
		cmocka_unit_test(groups__beyond_those_shown__are_added_up),
		cmocka_unit_test(lanes__stay_in_their_order),
		cmocka_unit_test(zones__are_those_of_the_network),
		cmocka_unit_test(unknown__is_a_dash_and_null),
		cmocka_unit_test(waits__go_to_the_listener_of_port_and_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
