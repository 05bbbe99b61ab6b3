// SPDX-License-Identifier: GPL-2.0
/* SMC: codes as words, and what is said of a node by what it has. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/smc_reason.h"
#include "judge/smc.h"

/* ------------------------------------------------------------- codes */

static void reasons__codes__are_unique_and_have_words(void **state)
{
	const struct smc_reason *r, *other;

	for (r = smc_reasons; r->word; r++) {
		assert_ptr_equal(smc_reason_find(r->code), r);
		assert_true(r->text[0] &&
			    strspn(r->word, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
				    strlen(r->word));
		for (other = smc_reasons; other < r; other++)
			assert_string_not_equal(other->word, r->word);
	}
	assert_true(r - smc_reasons > 30);
}

static void says_of(uint32_t code, const char *text)
{
	char buf[160];

	smc_reason_text(code, buf, sizeof(buf));
	assert_non_null(strstr(buf, text));
}

static void reasons__known_codes__are_those_of_the_kernel(void **state)
{
	assert_string_equal(smc_reason_word(0x03010000), "peer-without-smc");
	assert_string_equal(smc_reason_word(0x03030000), "no-smc-device");
	assert_string_equal(smc_reason_word(0x03020000), "ipsec");
	assert_string_equal(smc_reason_word(0x03060000), "option");
	assert_string_equal(smc_reason_word(0x05000000), "peer-declined");
	says_of(0x02010000, "0x02010000 (the other end did not confirm");
}

static void reasons__others__are_shown_in_hex_and_called_unknown(void **state)
{
	assert_string_equal(smc_reason_word(0x12345678), "unknown");
	says_of(0x12345678, "0x12345678 (unknown)");
	says_of(0, "0x00000000 (unknown)");
	/* another meaning in another tree */
	says_of(0x0303000c, "0x0303000c (unknown)");
	says_of((uint32_t)-ENETUNREACH, "(an error: Network is unreachable)");
}

/* ------------------------------------------------------------- nodes */

/* A node that can: a device that is up, a UEID, BPF. Tests take something away. */
struct whole {
	struct smc_node node;
	struct smc_rdma rdma;
	char ueid[1][SMC_EID_LEN];
};

static void whole_make(struct whole *w)
{
	memset(w, 0, sizeof(*w));
	w->node = (struct smc_node){
		.release = "6.12.120-amd64",
		.smc = { IS_YES, IS_YES },
		.diag = { IS_YES, IS_YES },
		.inet_smc = IS_YES,
		.fmod_ret = IS_YES,
		.mptcp = IS_YES,
		.tcp2smc = IS_NO,
		.hs_ctrl = IS_NO,
		.rdma = &w->rdma,
		.nr_rdma = 1,
		.pnet_known = IS_YES,
		.genl = IS_YES,
		.smcr_v2 = IS_YES,
		.ueid = w->ueid,
		.nr_ueid = 1,
		.hs_limited = IS_NO,
		.ipsec_known = IS_NO,
		.port_first = 32768,
		.port_last = 60999,
	};
	w->rdma = (struct smc_rdma){ .dev = "mlx5_0",
				     .port = 1,
				     .driver = "mlx5_core",
				     .state = "ACTIVE",
				     .gids_v2 = 2,
				     .netdev = "eth1",
				     .taken = IS_YES };
	(void)strcpy(w->ueid[0], "NETLANE.EID1");
}

/* The verdict of that word, or NULL. */
static const struct smc_verdict *found(const struct smc_judged *judged, const char *why)
{
	unsigned int i;

	for (i = 0; i < judged->nr_verdict; i++)
		if (!strcmp(judged->verdict[i].why, why))
			return &judged->verdict[i];
	return NULL;
}

/* Of @node that is said, at that level, with @text in it. */
static void says(const struct smc_node *node, const char *why, enum smc_level level,
		 const char *text)
{
	const struct smc_verdict *v;
	struct smc_judged judged;

	assert_int_equal(smc_judge(node, &judged), 0);
	v = found(&judged, why);
	assert_non_null(v);
	assert_int_equal(v->level, level);
	if (!strstr(v->text, text))
		fail_msg("'%s' does not say '%s'", v->text, text);
	assert_true(judged.worst >= level);
	smc_judged_free(&judged);
}

static void says_not(const struct smc_node *node, const char *why)
{
	struct smc_judged judged;

	assert_int_equal(smc_judge(node, &judged), 0);
	assert_null(found(&judged, why));
	smc_judged_free(&judged);
}

static void whole__node__can(void **state)
{
	struct smc_judged judged;
	struct whole w;

	whole_make(&w);
	assert_int_equal(smc_judge(&w.node, &judged), 0);
	assert_true(judged.worst <= SMC_NOTE);
	assert_string_equal(smc_route(&w.node), "bpf");
	smc_judged_free(&judged);
}

static void kernel__without_smc__is_said_with_its_reason(void **state)
{
	struct smc_judged judged;
	struct whole w;

	whole_make(&w);
	w.node.smc.there = w.node.smc.loaded = IS_NO;
	says(&w.node, "built-without", SMC_NEVER, "/lib/modules/6.12.120-amd64 has no smc module");
	w.node.config_smc = IS_NO;
	says(&w.node, "built-without", SMC_NEVER, "CONFIG_SMC is off");
	w.node.config_dibs = IS_NO;
	says(&w.node, "built-without", SMC_NEVER, "CONFIG_DIBS, which CONFIG_SMC needs, is off");
	assert_int_equal(smc_judge(&w.node, &judged), 0);
	assert_int_equal(judged.nr_verdict, 1); /* exactly that */
	smc_judged_free(&judged);
}

static void module__not_loaded__is_missing_and_nothing_else_is_known(void **state)
{
	struct smc_line line = { .from = "/etc/modprobe.d/smc.conf:3",
				 .text = "install smc /bin/false" };
	struct whole w;

	whole_make(&w);
	w.node.smc.loaded = IS_NO;
	w.node.nr_ueid = 0;
	w.rdma.taken = IS_UNKNOWN;
	says(&w.node, "not-loaded", SMC_MISSING, "this command loads nothing");
	says_not(&w.node, "no-ueid");
	w.node.blocked = &line;
	w.node.nr_blocked = 1;
	says(&w.node, "blocked", SMC_MISSING, "/etc/modprobe.d/smc.conf:3");
	says_not(&w.node, "not-loaded");
	w.node.smc.there = IS_UNKNOWN;
	says(&w.node, "not-known", SMC_MISSING, "is not known");
}

static void devices__each_lack__has_its_word(void **state)
{
	struct whole w;

	whole_make(&w);
	w.node.nr_rdma = 0;
	says(&w.node, "no-device", SMC_MISSING, "0x03030000");
	w.node.nr_rdma = 1;
	(void)strcpy(w.rdma.state, "DOWN");
	says(&w.node, "no-usable-device", SMC_MISSING, "no usable RDMA device");
	says_not(&w.node, "no-device");
	(void)strcpy(w.rdma.state, "ACTIVE");
	w.rdma.gids_v2 = 0;
	says(&w.node, "no-usable-device", SMC_MISSING, "");
	w.rdma.gids_v2 = 1;
	w.rdma.taken = IS_NO;
	w.rdma.iwarp = true;
	says(&w.node, "no-usable-device", SMC_MISSING, "");
	/* what SMC took counts, of whatever kind it is */
	w.rdma.taken = IS_YES;
	says(&w.node, "up", SMC_FINE, "mlx5_0 port 1 (mlx5_core, eth1): up, RoCE v2");
	w.rdma.taken = IS_UNKNOWN;
	says_not(&w.node, "up");
}

static void names__both_ends_share__are_asked_for(void **state)
{
	struct smc_ism ism = { .dev = "loopback-ism" };
	struct whole w;

	whole_make(&w);
	w.node.nr_ueid = 0;
	says(&w.node, "no-ueid", SMC_MISSING, "SMC-R version 2");
	w.rdma.gids_v1 = 1; /* version 1 does without */
	says(&w.node, "no-ueid", SMC_NOTE, "one IP subnet");
	w.node.genl = w.node.smcr_v2 = IS_NO;
	says(&w.node, "version-1", SMC_NOTE, "version 1 alone");
	w.rdma.gids_v1 = 0; /* rxe on 5.10 */
	says(&w.node, "no-v1-gid", SMC_MISSING, "needs RoCE v1 GIDs");
	w.node.nr_rdma = 0;
	w.node.ism = &ism;
	w.node.nr_ism = 1;
	says(&w.node, "no-ueid", SMC_MISSING, "SMC-D over loopback");
	(void)strcpy(w.node.seid, "IBM-SYSZ-ISMSEID");
	says(&w.node, "seid", SMC_FINE, "SEID");
}

static void pnetid__of_one_side__joins_nothing(void **state)
{
	struct smc_pnet pnet[2] = { { .pnetid = "NET1", .netdev = "eth1" },
				    { .pnetid = "NET1", .ibdev = "mlx5_0", .port = 1 } };
	struct whole w;

	whole_make(&w);
	says(&w.node, "none", SMC_NOTE, "no PNETID");
	w.node.pnet = pnet;
	w.node.nr_pnet = 1;
	says(&w.node, "unpaired", SMC_FOUND, "NET1 is the name of a network interface");
	w.node.nr_pnet = 2;
	says(&w.node, "paired", SMC_FINE, "NET1");
	says_not(&w.node, "unpaired");
	w.node.pnet = &pnet[1];
	w.node.nr_pnet = 1;
	says(&w.node, "unpaired", SMC_FOUND, "NET1 is the name of a device");
	w.node.pnet = &pnet[0];
	(void)strcpy(w.rdma.pnetid, "NET1"); /* by the hardware */
	says(&w.node, "paired", SMC_FINE, "NET1");
}

static void routes__best__is_named_and_lacks_are_said(void **state)
{
	struct whole w;

	whole_make(&w);
	w.node.inet_smc = IS_NO;
	says(&w.node, "no-route", SMC_FOUND, "no IPPROTO_SMC");
	w.node.fmod_ret = IS_NO;
	w.node.fmod_ret_err = ENOENT;
	says(&w.node, "no-route", SMC_FOUND, "no BPF at update_socket_protocol (6.6)");
	w.node.inet_smc = IS_YES;
	w.node.fmod_ret_err = EINVAL;
	w.node.mptcp = IS_NO;
	says(&w.node, "no-route", SMC_FOUND, "CONFIG_MPTCP");
	w.node.fmod_ret = IS_UNKNOWN;
	says(&w.node, "no-route", SMC_FOUND, "wants root");
	(void)strcpy(w.node.smc_run, "/usr/bin/smc_run");
	says(&w.node, "smc_run", SMC_NOTE, "/usr/bin/smc_run alone");
	w.node.tcp2smc = IS_YES;
	says(&w.node, "tcp2smc", SMC_FINE, "net.smc.tcp2smc = 0");
	w.node.hs_ctrl = IS_YES;
	says(&w.node, "hs-ctrl", SMC_FINE, "by port or peer");
}

static void obstacles__are_said(void **state)
{
	struct smc_task task = { .pid = 77, .comm = "python3", .where = "smc_wr_drain_cq" };
	struct whole w;

	whole_make(&w);
	w.node.ipsec_known = IS_YES;
	w.node.nr_ipsec = 3;
	says(&w.node, "ipsec", SMC_FOUND, "3 IPsec policies");
	w.node.nr_ipsec = 0;
	says_not(&w.node, "ipsec");
	w.node.fastopen = 1; /* every kernel's default: for who asks for it as a client */
	says_not(&w.node, "fastopen");
	w.node.fastopen = 3;
	says(&w.node, "fastopen", SMC_NOTE, "0x03060000");
	w.node.fastopen = 0x403;
	says(&w.node, "fastopen-listeners", SMC_NOTE, "0x403");
	w.node.hs_limited = IS_YES;
	says(&w.node, "handshake-limited", SMC_NOTE, "");
	w.node.stuck = &task;
	w.node.nr_stuck = 1;
	says(&w.node, "stuck", SMC_FOUND, "python3 (pid 77) is stuck in smc_wr_drain_cq");
}

static void ports__of_the_platform__only_where_it_is_that(void **state)
{
	struct whole w;

	whole_make(&w);
	w.node.port_last = 65535;
	w.node.ports_open = 16;
	w.node.ports_listened = 1;
	says_not(&w.node, "ports-open");
	(void)strcpy(w.rdma.driver, SMC_ERDMA);
	says(&w.node, "ports-open", SMC_FOUND, "16 of the ports 65500 to 65515");
	says(&w.node, "ports-listened", SMC_FOUND, "1 listening");
}

/* ------------------------------------------------------------- what only the number tells */

static void hang__is_rxe_on_61(void **state)
{
	struct whole w;

	whole_make(&w);
	(void)strcpy(w.rdma.driver, SMC_RXE);
	says_not(&w.node, "rxe-hangs");
	(void)strcpy(w.node.release, "6.1.0-56-amd64");
	(void)strcpy(w.node.build, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-06-01)");
	says(&w.node, "rxe-hangs", SMC_MISSING, "cannot be killed");
	says(&w.node, "cves-fixed", SMC_NOTE, "Linux 6.1.192");
	(void)strcpy(w.node.release, "6.6.102-6.alnx4");
	w.node.build[0] = '\0';
	says(&w.node, "rxe-not-tried", SMC_NOTE, "");
	(void)strcpy(w.rdma.driver, SMC_ERDMA);
	says_not(&w.node, "rxe-not-tried");
}

static void cves__are_by_the_stable_number(void **state)
{
	struct whole w;

	whole_make(&w);
	says(&w.node, "cves-fixed", SMC_NOTE, "6.12.120");
	(void)strcpy(w.node.release, "6.12.95+deb12-amd64");
	says(&w.node, "cves-open", SMC_FOUND, "Linux 6.12.95 is older than 6.12.117");
	(void)strcpy(w.node.release, "5.10.134-18.al8.x86_64");
	says(&w.node, "cves-not-known", SMC_NOTE, "Linux 5.10");
	(void)strcpy(w.node.release, "something");
	says_not(&w.node, "cves-not-known");
}

static void sysctls__of_guides__are_found_with_their_place(void **state)
{
	struct smc_line line = { .from = "/etc/sysctl.d/99-smc.conf:2",
				 .text = "net.smc.smc_enabled = 1",
				 .key = "smc_enabled" };
	struct whole w;

	whole_make(&w);
	w.node.sysctl = &line;
	w.node.nr_sysctl = 1;
	says(&w.node, "no-such-sysctl", SMC_FOUND,
	     "/etc/sysctl.d/99-smc.conf:2: no kernel has net.smc.smc_enabled");
	(void)strcpy(line.key, "tcp2smc");
	says(&w.node, "not-here", SMC_FOUND, "this kernel has no net.smc.tcp2smc");
	line.exists = true;
	says_not(&w.node, "not-here");
	line.exists = false;
	w.node.smc.loaded = IS_NO;
	says(&w.node, "too-early", SMC_NOTE, "before smc is loaded");
	/* also where there is nothing else to say */
	w.node.smc.there = IS_NO;
	(void)strcpy(line.key, "smc_rdma_enabled");
	says(&w.node, "no-such-sysctl", SMC_FOUND, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons__codes__are_unique_and_have_words),
		cmocka_unit_test(reasons__known_codes__are_those_of_the_kernel),
		cmocka_unit_test(reasons__others__are_shown_in_hex_and_called_unknown),
		cmocka_unit_test(whole__node__can),
		cmocka_unit_test(kernel__without_smc__is_said_with_its_reason),
		cmocka_unit_test(module__not_loaded__is_missing_and_nothing_else_is_known),
		cmocka_unit_test(devices__each_lack__has_its_word),
		cmocka_unit_test(names__both_ends_share__are_asked_for),
		cmocka_unit_test(pnetid__of_one_side__joins_nothing),
		cmocka_unit_test(routes__best__is_named_and_lacks_are_said),
		cmocka_unit_test(obstacles__are_said),
		cmocka_unit_test(ports__of_the_platform__only_where_it_is_that),
		cmocka_unit_test(hang__is_rxe_on_61),
		cmocka_unit_test(cves__are_by_the_stable_number),
		cmocka_unit_test(sysctls__of_guides__are_found_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
