// SPDX-License-Identifier: GPL-2.0
/* The words of netlane smc: what is said of a node and of its connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/smc.h"
#include "view/smc.h"

static void is_within(const char *text, unsigned int width)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		assert_true(strcspn(text, "\n") <= width);
}

static void check__without_smc__is_that_alone(void **state)
{
	const struct smc_node node = { .release = "7.2.13-test",
				       .smc = { IS_NO, IS_NO },
				       .config_dibs = IS_NO };
	struct smc_judged judged;
	struct text text = { 0 };

	assert_int_equal(smc_judge(&node, &judged), 0);
	view_smc_check(&text, &judged, 80);
	assert_string_equal(
		text.s,
		"smc     not on this kernel\n"
		"module - this kernel (7.2.13-test) was built without SMC: CONFIG_DIBS, which\n"
		"         CONFIG_SMC needs, is off\n"
		"         > a kernel that has it; nothing that is loaded or set here brings it\n");
	text_free(&text);
	smc_judged_free(&judged);
}

static void check__json__has_verdicts_and_facts(void **state)
{
	struct smc_node node = { .release = "6.12", .smc = { IS_YES, IS_NO } };
	struct smc_judged judged;
	struct json_object *json;
	const char *text;

	assert_int_equal(smc_judge(&node, &judged), 0);
	json = view_smc_check_json(&node, &judged);
	text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE);
	assert_non_null(strstr(text, "\"worst\":\"missing\""));
	assert_non_null(
		strstr(text, "\"level\":\"missing\",\"topic\":\"module\",\"why\":\"not-loaded\""));
	assert_non_null(strstr(text, "\"facts\":{\"release\":\"6.12\""));
	assert_non_null(strstr(text, "\"fmod_ret\":\"unknown\""));
	json_object_put(json);
	smc_judged_free(&judged);
}

/* One by RDMA, one that fell back by a reason of the other end that nobody knows. */
static struct smc_view connections(struct smc_conn *conn, struct smc_why *why)
{
	conn[0] = (struct smc_conn){ .mode = SMC_MODE_R,
				     .local = "10.8.0.1",
				     .local_port = 7001,
				     .remote = "10.8.0.2",
				     .remote_port = 40000,
				     .dev = "mlx5_0",
				     .port = 1,
				     .by = "nginx (pid 812)",
				     .unit = "nginx.service" };
	conn[1] = (struct smc_conn){ .mode = SMC_MODE_TCP,
				     .local = "fd00::1",
				     .local_port = 7001,
				     .remote = "fd00::2",
				     .remote_port = 40001,
				     .reason = 0x05000000,
				     .peer_reason = 0x12345678 };
	why[0] = (struct smc_why){ .code = 0x05000000, .as_server = 7, .now = 1 };
	why[1] = (struct smc_why){ .code = 0x12345678, .peer_now = 1 };
	return (struct smc_view){ .loaded = true,
				  .diag = IS_YES,
				  .stats_known = true,
				  .conn = conn,
				  .nr_conn = 2,
				  .nr_mode = { 1, 0, 1 },
				  .listening = 1,
				  .why = why,
				  .nr_why = 2 };
}

static void status__rows__are_shown_with_their_reasons(void **state)
{
	struct smc_conn conn[2];
	struct smc_why why[2];
	struct smc_view view = connections(conn, why);
	struct text text = { 0 };

	view_smc_status(&text, &view, 20, 200);
	assert_non_null(strstr(text.s, "1 SMC-R, 0 SMC-D, 1 fallen back to TCP; 1 listens"));
	assert_non_null(strstr(text.s, "0x05000000 (the other end declined during the handshake)"));
	assert_non_null(strstr(text.s, "0 as client, 7 as server"));
	assert_non_null(strstr(text.s, "0x12345678 (unknown): the other end said so of 1"));
	assert_non_null(strstr(text.s, "SMC-R  10.8.0.1:7001   10.8.0.2:40000   mlx5_0/1"));
	assert_non_null(strstr(text.s, "nginx (pid 812), nginx.service"));
	assert_non_null(strstr(text.s, "TCP    [fd00::1]:7001  [fd00::2]:40001  peer-declined"));
	text_free(&text);
	view_smc_status(&text, &view, 1, 80);
	assert_non_null(strstr(text.s, "1 more; --all shows it"));
	is_within(text.s, 90);
	text_free(&text);
}

static void status__what_is_not_known__is_said(void **state)
{
	struct smc_view view = { .diag = IS_NO };
	struct text text = { 0 };

	view_smc_status(&text, &view, 20, 80);
	assert_string_equal(text.s, "now     smc is not loaded: there is no socket of SMC\n");
	text_free(&text);
	view.loaded = view.diag_there = true;
	view_smc_status(&text, &view, 20, 200);
	assert_non_null(strstr(text.s, "smc_diag is not loaded, and this command loads nothing"));
	assert_non_null(strstr(text.s, "not counted by this kernel's SMC"));
	text_free(&text);
}

static void status__json__has_modes_and_words(void **state)
{
	struct smc_conn conn[2];
	struct smc_why why[2];
	struct smc_view view = connections(conn, why);
	struct json_object *json = view_smc_status_json(&view);
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE);

	assert_non_null(strstr(text, "\"connections\":{\"smc-r\":1,\"smc-d\":0,\"tcp\":1}"));
	assert_non_null(strstr(text, "\"why\":\"unknown\",\"text\":\"0x12345678 (unknown)\""));
	assert_non_null(strstr(text, "\"mode\":\"tcp\",\"local\":\"fd00::1\""));
	json_object_put(json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(check__without_smc__is_that_alone),
		cmocka_unit_test(check__json__has_verdicts_and_facts),
		cmocka_unit_test(status__rows__are_shown_with_their_reasons),
		cmocka_unit_test(status__what_is_not_known__is_said),
		cmocka_unit_test(status__json__has_modes_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
