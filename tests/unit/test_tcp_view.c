// SPDX-License-Identifier: GPL-2.0
/* Groups of connections and listeners -> findings, text and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/tcp.h"
#include "observe/tcp.h"
#include "observe/tcp_parts.h"
#include "tests/unit/tree.h"
#include "view/tcp.h"

/* ------------------------------------------------------------- findings */

static int judged(struct tcp_group group)
{
	struct tcp_view view = { .group = &group, .nr_group = 1 };
	int found = tcp_judge(&view), kind = found == 1 ? (int)view.finding[0].kind : -found;

	view.group = NULL;
	tcp_free(&view);
	return kind;
}

static void findings__need_a_share_and_a_number(void **state)
{
	struct tcp_group group = { .connections = 50 };

	assert_int_equal(judged(group), 0);
	group.ca[TCP_IN_LOSS] = 4;
	assert_int_equal(judged(group), 0);
	group.ca[TCP_IN_LOSS] = 5;
	assert_int_equal(judged(group), TCP_FINDING_LOSS);
	group.connections = 51;
	assert_int_equal(judged(group), 0);
	group.peer_zero_window = 6;
	assert_int_equal(judged(group), TCP_FINDING_WINDOW);
	group.peer_zero_window = 0;
	group.forgotten = 19;
	assert_int_equal(judged(group), 0);
	group.forgotten = 20;
	assert_int_equal(judged(group), TCP_FINDING_FORGOTTEN);
	group.forgotten = 0;
	group.sent = 1000;
	group.resent = 49;
	assert_int_equal(judged(group), 0);
	group.resent = 50;
	assert_int_equal(judged(group), TCP_FINDING_RESENT);
	group.sent = 999;
	assert_int_equal(judged(group), 0);
	group.opening = 10;
	group.unanswered = 4;
	assert_int_equal(judged(group), 0);
	group.unanswered = 5;
	assert_int_equal(judged(group), TCP_FINDING_UNANSWERED);
}

static void resent__share__is_at_most_all(void **state)
{
	struct tcp_group group = { .connections = 1, .sent = 3, .resent = 6 };
	struct tcp_view view = { .total = group };

	assert_int_equal(tcp_judge(&view), 0);
	assert_int_equal(view.total.resent_ppm, 1000000);
	view.total.resent = 1;
	assert_int_equal(tcp_judge(&view), 0);
	assert_int_equal(view.total.resent_ppm, 333333);
	view.total.sent = 0;
	assert_int_equal(tcp_judge(&view), 0);
	assert_int_equal(view.total.resent_ppm, 0);
}

static void fold__rest__keeps_the_sums(void **state)
{
	struct tcp_group group[3] = {
		{ .name = "a", .members = 1, .connections = 5 },
		{ .name = "b", .members = 1, .connections = 4, .min_rtt_us = 9, .sent = 10 },
		{ .name = "c", .members = 1, .connections = 3, .min_rtt_us = 7, .sent = 20 },
	};
	struct tcp_view view = { .group = group, .nr_group = 3 };

	group[1].rtt.bucket[3] = 4;
	group[2].rtt.bucket[3] = 3;
	tcp_fold(&view, 5);
	assert_int_equal(view.other.members, 0);
	tcp_fold(&view, 1);
	assert_int_equal(view.nr_group, 1);
	assert_int_equal(view.other.members, 2);
	assert_int_equal(view.other.connections, 7);
	assert_int_equal(view.other.min_rtt_us, 7);
	assert_int_equal(view.other.sent, 30);
	assert_in_range(view.other.rtt_p50_us, 8, 16);
}

/* ------------------------------------------------------------- accepting */

static void accept__counts__are_read_by_name(void **state)
{
	struct listeners listeners = { 0 };
	struct tree tree;

	tree_make(&tree);
	tree_file(&tree,
		  "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
		  "TcpExt: 3 18446744073709551 5\nIpExt: ListenDrops\nIpExt: 9\n",
		  "/proc/net/netstat");
	tree_file(&tree, "4096\n", "/proc/sys/net/core/somaxconn");
	accept_counts_read(tree.root, &listeners);
	assert_int_equal(listeners.counts.cookies_sent, 3);
	assert_int_equal(listeners.counts.overflows, 18446744073709551);
	assert_int_equal(listeners.counts.drops, 5);
	assert_int_equal(listeners.counts.syn_drops, -1);
	assert_int_equal(listeners.somaxconn, 4096);
	assert_int_equal(listeners.syncookies, -1);
	tree_remove(&tree);
}

static void accept__full_queue__is_said_with_its_remedy(void **state)
{
	struct listener row = { .addr = "*",
				.port = 80,
				.sockets = 2,
				.queue = 5003,
				.queue_min = 2,
				.queue_max = 4097,
				.backlog_min = 128,
				.backlog_max = 4096,
				.full = 1,
				.capped = 1,
				.drops = 77,
				.by = "nginx (pid 8)" };
	struct listeners listeners = { .row = &row, .nr_row = 1, .somaxconn = 4096 };
	struct text out = { 0 };

	assert_int_equal(listeners_judge(&listeners), 1);
	view_listeners(&out, &listeners, 20, 200);
	assert_non_null(strstr(out.s, "2-4097 (5003)"));
	assert_non_null(strstr(out.s, "128-4096*"));
	assert_non_null(strstr(out.s, "nginx (pid 8)  FULL"));
	assert_non_null(strstr(out.s, "*:80: the accept queue is full on 1 of 2 sockets"));
	assert_non_null(strstr(out.s, "counts from its next listen() on"));
	text_free(&out);
	row.capped = 0;
	row.backlog_min = row.backlog_max = 128;
	view_listeners(&out, &listeners, 20, 200);
	assert_non_null(strstr(out.s, "backlog 128 is less than net.core.somaxconn (4096)"));
	assert_null(strstr(out.s, "* as much"));
	text_free(&out);
	listeners.row = NULL;
	listeners_free(&listeners);
}

/* ------------------------------------------------------------- text */

static void text__what_there_is_none_of__is_left_out(void **state)
{
	struct tcp_view view = { .nics_known = true, .worst_max = 10 };
	struct text out = { 0 };

	view_tcp(&out, &view, 200);
	assert_string_equal(out.s, "now     0 connections\n");
	text_free(&out);
	view.total.connections = view.total.ca[TCP_IN_OPEN] = 3;
	view_tcp(&out, &view, 200);
	assert_non_null(strstr(out.s, "now     3 connections\nstates  3 Open\nsince   each"));
	assert_non_null(strstr(out.s, "timeouts not counted by this kernel"));
	assert_non_null(strstr(out.s, "none of them has a timeout"));
	text_free(&out);
	view.total.untold = 1;
	view.total.ca[TCP_IN_LOSS] = view.total.rto_pending = 2;
	view.total.rtos_known = 3;
	view_tcp(&out, &view, 200);
	assert_non_null(strstr(out.s, "3 Open, 2 Loss; 2 had a timeout and no answer since"));
	assert_non_null(strstr(out.s, ", 0 timeouts;"));
	text_free(&out);
}

static void text__one__is_not_many(void **state)
{
	struct tcp_view view = {
		.nics_known = true,
		.total = { .connections = 1, .ca[TCP_IN_OPEN] = 1, .rtos_known = 1, .rtos = 1 }
	};
	struct tcp_finding full = { .kind = TCP_FINDING_QUEUE, .where = "*:80", .nr = 1, .of = 1 };
	struct text out = { 0 };
	char line[200];

	view_tcp(&out, &view, 200);
	assert_non_null(strstr(out.s, "now     1 connection\n"));
	assert_non_null(strstr(out.s, ", 1 timeout;"));
	text_free(&out);
	tcp_finding_text(&full, line, sizeof(line));
	assert_non_null(strstr(line, "the accept queue is full on 1 of 1 socket: the"));
	full.of = 2;
	tcp_finding_text(&full, line, sizeof(line));
	assert_non_null(strstr(line, "the accept queue is full on 1 of 2 sockets: the"));
}

static void text__times__have_a_unit(void **state)
{
	static const struct {
		unsigned int us;
		const char *text;
	} times[] = { { 0, "-" },
		      { 999, "999 us" },
		      { 1000, "1.0 ms" },
		      { 99400, "99.4 ms" },
		      { 99600, "100 ms" },
		      { 1500000, "1.5 s" },
		      { 120000000, "120 s" } };
	char buf[32];
	unsigned int i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		tcp_time_text(times[i].us, buf, sizeof(buf));
		assert_string_equal(buf, times[i].text);
	}
}

static void json__has_groups_states_and_findings(void **state)
{
	struct tcp_group group = { .name = "10.0.3.0/24", .connections = 9 };
	struct tcp_view view = { .group = &group, .nr_group = 1 };
	struct json_object *json;
	const char *text;

	group.ca[TCP_IN_LOSS] = 9;
	assert_int_equal(tcp_judge(&view), 1);
	json = view_tcp_json(&view);
	assert_non_null(json);
	text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
	assert_non_null(strstr(text, "\"name\":\"10.0.3.0/24\""));
	assert_non_null(strstr(text, "\"loss\":9"));
	assert_non_null(strstr(text, "{\"kind\":\"loss\",\"where\":\"10.0.3.0/24\",\"nr\":9"));
	json_object_put(json);
	view.group = NULL;
	tcp_free(&view);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings__need_a_share_and_a_number),
		cmocka_unit_test(resent__share__is_at_most_all),
		cmocka_unit_test(fold__rest__keeps_the_sums),
		cmocka_unit_test(accept__counts__are_read_by_name),
		cmocka_unit_test(accept__full_queue__is_said_with_its_remedy),
		cmocka_unit_test(text__what_there_is_none_of__is_left_out),
		cmocka_unit_test(text__one__is_not_many),
		cmocka_unit_test(text__times__have_a_unit),
		cmocka_unit_test(json__has_groups_states_and_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
