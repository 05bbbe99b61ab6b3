// SPDX-License-Identifier: GPL-2.0
/* Sockets as the kernel tells them -> flows, groups, zones, the worst. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "observe/tcp.h"
#include "observe/tcp_info.h"
#include "observe/tcp_parts.h"

/* ------------------------------------------------------------- flows */

static struct inet_diag_msg message(unsigned char family, const char *local, const char *remote,
				    unsigned char state)
{
	struct inet_diag_msg msg = { .idiag_family = family, .idiag_state = state };

	assert_int_equal(inet_pton(family, local, msg.id.idiag_src), 1);
	assert_int_equal(inet_pton(family, remote, msg.id.idiag_dst), 1);
	msg.id.idiag_sport = htons(443);
	msg.id.idiag_dport = htons(50000);
	return msg;
}

/* All of it, as a kernel has that tells everything. */
static struct tcp_info_told told(void)
{
	struct tcp_info_told info = { .ca_state = TCP_IN_LOSS,
				      .retransmits = 2,
				      .backoff = 2,
				      .rtt = 1500,
				      .min_rtt = 900,
				      .total_retrans = 7,
				      .segs_out = 200,
				      .data_segs_out = 100,
				      .pacing_rate = 1000,
				      .max_pacing_rate = UINT64_MAX,
				      .snd_wnd = 0,
				      .rcv_wnd = 4096,
				      .total_rto = 5 };

	return info;
}

static struct tcp_flow flow_of(const struct tcp_info_told *info, size_t len)
{
	struct inet_diag_msg msg = message(AF_INET, "10.0.0.1", "10.0.3.7", SOCKDIAG_ESTABLISHED);
	struct sockdiag_more more = { .info = info, .info_len = len, .cong = "cubic" };
	struct tcp_flow flow;

	msg.idiag_wqueue = 10;
	tcp_flow_take(&msg, &more, &flow);
	return flow;
}

static void flow__whole_info__is_taken(void **state)
{
	struct tcp_info_told info = told();
	struct tcp_flow flow = flow_of(&info, sizeof(info));

	assert_true(flow.told && flow.rtos_known && flow.peer_zero_window);
	assert_false(flow.own_zero_window || flow.rate_limited || flow.closing || flow.opening);
	assert_int_equal(flow.ca, TCP_IN_LOSS);
	assert_int_equal(flow.rto_pending, 2);
	assert_int_equal(flow.rtt_us, 1500);
	assert_int_equal(flow.min_rtt_us, 900);
	assert_int_equal(flow.sent, 100);
	assert_int_equal(flow.resent, 7);
	assert_int_equal(flow.rtos, 5);
	assert_string_equal(flow.cc, "cubic");
	info.min_rtt = UINT32_MAX;
	info.max_pacing_rate = 125000;
	flow = flow_of(&info, sizeof(info));
	assert_int_equal(flow.min_rtt_us, 0);
	assert_true(flow.rate_limited);
}

/* The length says what is known: what is beyond it is no 0. */
static void flow__short_info__leaves_unknown(void **state)
{
	struct tcp_info_told info = told();
	struct tcp_flow flow;

	flow = flow_of(&info, offsetof(struct tcp_info_told, rcv_wnd)); /* 5.10 */
	assert_false(flow.rtos_known || flow.own_zero_window);
	assert_true(flow.peer_zero_window);
	flow = flow_of(&info, offsetof(struct tcp_info_told, snd_wnd));
	assert_false(flow.peer_zero_window);
	flow = flow_of(&info, offsetof(struct tcp_info_told, data_segs_out));
	assert_int_equal(flow.sent, 200);
	flow = flow_of(&info, 0);
	assert_int_equal(flow.sent, 0);
	assert_false(flow.rate_limited);
	flow = flow_of(NULL, 0);
	assert_false(flow.told);
}

static void flow__mapped__is_ipv4(void **state)
{
	struct inet_diag_msg msg =
		message(AF_INET6, "::ffff:10.0.0.1", "::ffff:10.0.3.7", SOCKDIAG_CLOSE_WAIT);
	struct tcp_bbr_info bbr = { .bbr_bw_hi = 1,
				    .bbr_bw_lo = 2,
				    .bbr_min_rtt = 300,
				    .bbr_pacing_gain = 320,
				    .bbr_cwnd_gain = 512 };
	const struct sockdiag_more more = { .bbr = &bbr };
	struct tcp_flow flow;

	tcp_flow_take(&msg, &more, &flow);
	tcp_flow_text(&flow);
	assert_string_equal(flow.local, "10.0.0.1");
	assert_string_equal(flow.remote, "10.0.3.7");
	assert_int_equal(flow.remote_port, 50000);
	assert_true(flow.closing && flow.bbr.known);
	assert_int_equal(flow.bbr.bw, (1ULL << 32) + 2);
	assert_int_equal(flow.bbr.pacing_gain_pct, 125);
	assert_int_equal(flow.bbr.cwnd_gain_pct, 200);
}

/* ------------------------------------------------------------- groups */

static void add(struct tcp_table *table, const char *remote, unsigned int rtt_us)
{
	struct tcp_flow flow = { .told = true, .rtt_us = rtt_us, .sent = 10 };

	assert_int_equal(prefix_parse(remote, &flow.remote_addr), 0);
	tcp_table_add(table, &flow);
}

static void groups__remote__are_networks(void **state)
{
	struct tcp_table table;

	assert_int_equal(tcp_table_make(&table, TCP_BY_REMOTE, NULL), 0);
	add(&table, "10.0.3.7", 1);
	add(&table, "10.0.3.9", 1000);
	add(&table, "10.0.4.9", 1023);
	add(&table, "fd00:1:2:3::9", 5);
	add(&table, "fd00:1:2:3:4::1", 5);
	assert_int_equal(table.nr, 3);
	assert_string_equal(table.group[0].name, "10.0.3.0/24");
	assert_int_equal(table.group[0].connections, 2);
	assert_int_equal(table.group[0].rtt.bucket[0], 1);
	assert_int_equal(table.group[0].rtt.bucket[9], 1);
	assert_string_equal(table.group[2].name, "fd00:1:2:3::/64");
	assert_int_equal(table.group[2].connections, 2);
	tcp_table_free(&table);
}

static void groups__too_many__are_counted_together(void **state)
{
	struct tcp_table table;
	char addr[32];
	unsigned int i;

	assert_int_equal(tcp_table_make(&table, TCP_BY_REMOTE, NULL), 0);
	for (i = 0; i < TCP_GROUPS_MAX + 300; i++) {
		(void)snprintf(addr, sizeof(addr), "10.%u.%u.1", i / 256, i % 256);
		add(&table, addr, 5);
	}
	add(&table, "10.0.0.9", 5); /* of one that is kept */
	assert_int_equal(table.nr, TCP_GROUPS_MAX);
	assert_int_equal(table.other.connections, 300);
	assert_int_equal(table.group[0].connections, 2);
	assert_false(table.failed);
	tcp_table_free(&table);
}

static void groups__opening__measure_nothing(void **state)
{
	struct tcp_flow flow = { .told = true, .opening = true, .rto_pending = 1, .rtt_us = 9 };
	struct tcp_group group = { 0 };

	tcp_group_add(&group, &flow);
	flow.rto_pending = 0;
	tcp_group_add(&group, &flow);
	assert_int_equal(group.opening, 2);
	assert_int_equal(group.unanswered, 1);
	assert_int_equal(group.connections, 0);
	assert_int_equal(group.rto_pending, 0);
	assert_int_equal(group.rtt.bucket[3], 0);
}

static void groups__rates__apart_where_the_program_is_the_limit(void **state)
{
	struct tcp_flow flow = { .told = true, .rate = 100, .app_limited = true };
	struct tcp_group group = { 0 };

	tcp_group_add(&group, &flow);
	flow.app_limited = false;
	flow.rate = 500;
	tcp_group_add(&group, &flow);
	flow.rate = 700;
	tcp_group_add(&group, &flow);
	assert_int_equal(group.app_rates, 1);
	assert_int_equal(group.app_rate, 100);
	assert_int_equal(group.free_rates, 2);
	assert_int_equal(group.free_rate, 1200);
	assert_int_equal(group.free_rate_max, 700);
}

static int zone_of(const struct zones *zones, const char *addr)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(addr, &prefix), 0);
	return zones_find(zones, &prefix);
}

static void zones__longest_prefix__wins(void **state)
{
	char wide[][ADDR_LEN] = { "10.0.0.0/8", "fd00::/8", "10.9.8.2/32" };
	char narrow[][ADDR_LEN] = { "10.9.0.0/16", "10.8.0.0/16", "fd00:1::/32" };
	const struct zone zone[] = { { "wide", wide, 3 }, { "narrow", narrow, 3 } };
	struct zones zones;

	assert_int_equal(zones_make(zone, 2, &zones), 0);
	assert_int_equal(zone_of(&zones, "10.7.0.1"), 0);
	assert_int_equal(zone_of(&zones, "10.9.1.1"), 1);
	assert_int_equal(zone_of(&zones, "10.8.255.255"), 1);
	assert_int_equal(zone_of(&zones, "10.9.8.2"), 0);
	assert_int_equal(zone_of(&zones, "fd00:1::5"), 1);
	assert_int_equal(zone_of(&zones, "fd00:2::5"), 0);
	assert_int_equal(zone_of(&zones, "11.0.0.1"), -1);
	assert_int_equal(zone_of(&zones, "fc00::1"), -1);
	zones_free(&zones);
	assert_int_equal(zones_make(NULL, 0, &zones), 0);
	assert_int_equal(zone_of(&zones, "10.7.0.1"), -1);
	zones_free(&zones);
}

/* ------------------------------------------------------------- the worst */

static void worst__are_sorted_and_bounded(void **state)
{
	const struct tcp_flow all[] = {
		{ .inode = 1, .sent = 1000, .rtt_us = 90 }, /* nothing the matter */
		{ .inode = 2, .sent = 1000, .resent = 10, .rtt_us = 50 },
		{ .inode = 3, .sent = 2, .resent = 1, .rtt_us = 10 }, /* 1 of 10 */
		{ .inode = 4, .sent = 1000, .ca = TCP_IN_LOSS },
		{ .inode = 5, .rto_pending = 3, .ca = TCP_IN_LOSS },
		{ .inode = 6, .peer_zero_window = true, .waiting = 9 },
		{ .inode = 7, .peer_zero_window = true }, /* nothing to send */
		{ .inode = 8, .sent = 1000, .resent = 500, .rtt_us = 20 },
	};
	struct tcp_flow worst[4];
	unsigned int i, nr = 0;

	for (i = 0; i < 8; i++)
		tcp_worst_add(worst, &nr, 4, TCP_ORDER_TROUBLE, &all[i]);
	assert_int_equal(nr, 4);
	assert_true(worst[0].inode == 5 && worst[1].inode == 4);
	assert_true(worst[2].inode == 6 && worst[3].inode == 8);
	for (i = 0, nr = 0; i < 8; i++)
		tcp_worst_add(worst, &nr, 4, TCP_ORDER_RESENT, &all[i]);
	assert_int_equal(nr, 3);
	assert_true(worst[0].inode == 8 && worst[1].inode == 3 && worst[2].inode == 2);
	for (i = 0, nr = 0; i < 8; i++)
		tcp_worst_add(worst, &nr, 2, TCP_ORDER_RTT, &all[i]);
	assert_int_equal(nr, 2);
	assert_true(worst[0].inode == 1 && worst[1].inode == 2);
	tcp_worst_add(worst, &nr, 0, TCP_ORDER_RTT, &all[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(flow__whole_info__is_taken),
		cmocka_unit_test(flow__short_info__leaves_unknown),
		cmocka_unit_test(flow__mapped__is_ipv4),
		cmocka_unit_test(groups__remote__are_networks),
		cmocka_unit_test(groups__too_many__are_counted_together),
		cmocka_unit_test(groups__opening__measure_nothing),
		cmocka_unit_test(groups__rates__apart_where_the_program_is_the_limit),
		cmocka_unit_test(zones__longest_prefix__wins),
		cmocka_unit_test(worst__are_sorted_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
