// SPDX-License-Identifier: GPL-2.0
/* The configuration: what is taken, and what a bad line says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bindings.h"
#include "base/cpumask.h"
#include "cmd/config.h"

/* A fresh root with an /etc/netlane in it; removed by config_gone(). */
static int config_here(void **state)
{
	static char root[64];

	(void)snprintf(root, sizeof(root), "/tmp/netlane-config.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	*state = root;
	return 0;
}

static int config_gone(void **state)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	return system(command);
}

static void file_put(const char *root, const char *path, const char *text)
{
	char full[256], command[300];
	FILE *f;

	(void)snprintf(command, sizeof(command), "mkdir -p '%s/etc/netlane/netlane.conf.d'", root);
	assert_int_equal(system(command), 0);
	(void)snprintf(full, sizeof(full), "%s%s", root, path);
	f = fopen(full, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void config__no_file__gives_the_defaults(void **state)
{
	struct policy policy;
	struct err err = { 0 };

	assert_int_equal(config_read(*state, NULL, &policy, &err), 0);
	assert_int_equal(policy.mode, MODE_OBSERVE);
	assert_true(policy.irqbalance);
	assert_true(policy.counters);
	assert_true(cpumask_empty(&policy.allowed));
	assert_int_equal(policy.nr_nic, 0);
	config_free(&policy);
}

static void config__every_key__is_taken(void **state)
{
	struct policy policy;
	struct err err = { 0 };

	file_put(*state, "/etc/netlane/netlane.conf",
		 "# a comment\n[netlane]\nmode = hold\nallowed_cpus = 0-3,8\nirqbalance = no\n"
		 "counters = no\n"
		 "[nic eth0]\nmanage = yes\nchannels = 4\ncpus = 2,0,3,1\nrps = off\nrss = auto\n"
		 "source_routing = yes\nnetwork_manager = unmanaged\nallow_risk = blip\n"
		 "[nic *]\nmanage = no\n[nic eth1]\nnetwork_manager = leave\n");
	assert_int_equal(config_read(*state, NULL, &policy, &err), 0);
	assert_string_equal(err.text, "");
	assert_int_equal(policy.mode, MODE_HOLD);
	assert_false(policy.irqbalance);
	assert_false(policy.counters);
	assert_int_equal(cpumask_count(&policy.allowed), 5);
	assert_int_equal(policy.nr_nic, 3);
	assert_string_equal(policy.nic[0].match, "eth0");
	assert_int_equal(policy.nic[0].manage, IS_YES);
	assert_int_equal(policy.nic[0].channels, 4);
	assert_int_equal(policy.nic[0].nr_cpus, 4);
	assert_int_equal(policy.nic[0].cpus[0], 2);
	assert_int_equal(policy.nic[0].cpus[3], 1);
	assert_int_equal(policy.nic[0].rps, CHOICE_OFF);
	assert_int_equal(policy.nic[0].rss, CHOICE_AUTO);
	assert_int_equal(policy.nic[0].allow_risk, RISK_BLIP);
	assert_int_equal(policy.nic[0].source_routing, IS_YES);
	assert_int_equal(policy.nic[1].source_routing, IS_UNKNOWN);
	assert_int_equal(policy.nic[0].network_manager, NM_UNMANAGED);
	assert_int_equal(policy.nic[1].network_manager, NM_UNSAID);
	assert_int_equal(policy.nic[2].network_manager, NM_LEAVE);
	assert_string_equal(policy.nic[1].match, "*");
	assert_int_equal(policy.nic[1].rps, -1);
	config_free(&policy);
}

static void config__drop_in_files__come_after_in_order(void **state)
{
	struct policy policy;
	struct err err = { 0 };

	file_put(*state, "/etc/netlane/netlane.conf", "[netlane]\nmode = hold\n");
	file_put(*state, "/etc/netlane/netlane.conf.d/20-b.conf", "[netlane]\nirqbalance = no\n");
	file_put(*state, "/etc/netlane/netlane.conf.d/10-a.conf",
		 "[netlane]\nmode = observe\nirqbalance = yes\n");
	file_put(*state, "/etc/netlane/netlane.conf.d/30-c.conf.bak", "not = a section\n");
	assert_int_equal(config_read(*state, NULL, &policy, &err), 0);
	assert_int_equal(policy.mode, MODE_OBSERVE);
	assert_false(policy.irqbalance);
	config_free(&policy);
}

/* Each bad text, the line it is at, and what the sentence must name. */
static const struct bad {
	const char *text;
	const char *where;
	const char *said;
} bad[] = {
	{ "[netlane]\nmode = fast\n", ":2:", "observe or hold" },
	{ "[netlane]\nmoed = hold\n", ":2:", "unknown key 'moed'" },
	{ "[netlane]\n\n\nallowed_cpus = 0-\n", ":4:", "CPU list" },
	{ "[netlane]\nallowed_cpus = 0-99999\n", ":2:", "below 2048" },
	{ "[nic eth0]\nchannels = 0\n", ":2:", "1 to 2048" },
	{ "[nic eth0]\nchannels = -1\n", ":2:", "auto or a number" },
	{ "[nic eth0]\ncpus = 1,1\n", ":2:", "each once" },
	{ "[nic eth0]\ncpus = 3-1\n", ":2:", "each once" },
	{ "[nic eth0]\ncpus = 1,\n", ":2:", "each once" },
	{ "[nic eth0]\ncpus = \n", ":2:", "each once" },
	{ "[nic eth0]\nallow_risk = all\n", ":2:", "none, blip or can-cut-off" },
	{ "[nic eth0]\nrps = on\n", ":2:", "auto or off" },
	{ "[nic eth0]\nnetwork_manager = no\n",
	  ":2:", "network_manager = 'no': allowed is leave or unmanaged" },
	{ "[nic eth0]\nsource_routing = on\n",
	  ":2:", "source_routing = 'on': allowed is yes or no" },
	{ "[zone a]\nprefix = 10.0.0.1/8\n", ":2:", "prefix = '10.0.0.1/8': allowed are networks" },
	{ "[zone a]\nprefix = 10.0.0.0/33\n", ":2:", "10.0.0.0/8 and fd00::/8" },
	{ "[zone a]\nprefix = 10.0.0.0/8,\n", ":2:", "prefix = ''" },
	{ "[zone a]\nprefix = ::ffff:10.0.0.0/104\n", ":2:", "allowed are networks" },
	{ "[zone a]\nprefix = 10.0.0.0/8\n[zone b]\nprefix = fd00::/8, 10.0.0.0/8\n",
	  ":4:", "it is in [zone a] already" },
	{ "[zone a]\nnet = 10.0.0.0/8\n", ":2:", "unknown key 'net' in [zone a]; known: prefix" },
	{ "[zone a b]\nprefix = 10.0.0.0/8\n", ":2:", "letters, digits" },
	{ "[steer web]\nlisten = nginx\n",
	  ":2:", "listen = 'nginx': allowed is a port, such as 80" },
	{ "[steer web]\nlisten = 0\n", ":2:", "listen = '0'" },
	{ "[steer web]\nlisten = 70000\n", ":2:", "listen = '70000'" },
	{ "[steer web]\nlisten = :80\n", ":2:", "10.0.0.1:80, 0.0.0.0:80, [::]:80 or *:80" },
	{ "[steer web]\nlisten = ::1:80\n", ":2:", "listen = '::1:80'" },
	{ "[steer web]\nlisten = [10.0.0.1]:80\n", ":2:", "listen = '[10.0.0.1]:80'" },
	{ "[steer web]\nlisten = 10.0.0.0/8:80\n", ":2:", "listen = '10.0.0.0/8:80'" },
	{ "[steer web]\nby = magic\n", ":2:", "allowed are auto, incoming-cpu and program" },
	{ "[steer web]\nport = 80\n", ":2:",
	  "unknown key 'port' in [steer web]; known: listen, by, spill, pin, protocol, udp, netns" },
	{ "[steer dns]\nlisten = 53\nprotocol = udp\n", "netlane.conf",
	  "[steer dns] has protocol = udp without udp = stateless: datagrams of one flow" },
	{ "[steer dns]\nlisten = 53\nudp = stateless\n", "netlane.conf",
	  "udp = stateless without protocol = udp" },
	{ "[steer dns]\nlisten = 53\nprotocol = udp\nudp = stateless\nspill = 50\n", "netlane.conf",
	  "spill with protocol = udp, whose sockets have no backlog" },
	{ "[steer dns]\nprotocol = sctp\n", ":2:", "allowed is tcp or udp" },
	{ "[steer dns]\nudp = yes\n", ":2:", "udp = 'yes': allowed is stateless" },
	{ "[steer web]\nnetns = a/b\n", ":2:", "netns = 'a/b': allowed is a name of ip netns" },
	{ "[steer web]\nnetns =\n", ":2:", "netns = ''" },
	{ "[steer web]\nspill = 0\n", ":2:", "spill = '0': allowed are off, and 1 to 100" },
	{ "[steer web]\nlisten = 80\nby = incoming-cpu\nspill = 50\n", "netlane.conf",
	  "by = incoming-cpu, which cannot spill" },
	{ "[steer ]\nlisten = 80\n", ":2:", "letters, digits" },
	{ "[steer web]\nby = auto\n", "netlane.conf", "[steer web] has no listen" },
	{ "[bind web]\nprefix = 10.0.0.1/8\n",
	  ":2:", "prefix = '10.0.0.1/8': allowed are networks" },
	{ "[bind web]\nprefix = 10.0.0.0/8,,fd00::/8\n", ":2:", "prefix = ''" },
	{ "[bind web]\nports = 0\n", ":2:", "ports = '0': allowed are ports from 1 to 65535" },
	{ "[bind web]\nports = 90-80\n", ":2:", "ports = '90-80'" },
	{ "[bind web]\nprotocol = sctp\n", ":2:", "allowed are tcp, udp and both" },
	{ "[bind web]\nto = nginx\n", ":2:", "to = 'nginx': allowed is a port" },
	{ "[bind web]\nlisten = 80\n",
	  ":2:", "unknown key 'listen' in [bind web]; known: prefix, ports, protocol, to" },
	{ "[bind a;b]\nto = 80\n", ":2:", "letters, digits" },
	{ "[bind web]\nports = 80\nto = 80\n", "netlane.conf", "[bind web] has no prefix" },
	{ "[bind web]\nprefix = ::/0\nto = 80\n", "netlane.conf", "[bind web] has no ports" },
	{ "[bind web]\nprefix = ::/0\nports = any\n", "netlane.conf", "[bind web] has no to" },
	{ "[bind b]\nprefix = fd00::/8\nports = 1-9\nto = 80\n"
	  "[bind a]\nprefix = ::/0, fd00::/8\nports = 5-13\nto = 81\n",
	  "netlane.conf", "[bind a] and [bind b] both claim fd00::/8 tcp 5-9" },
	{ "[nick eth0]\nrps = off\n", ":1:", "unknown; known: [netlane]" },
	{ "mode = hold\n", ":1:", "section" },
	{ "[netlane]\nmode hold\n", ":2:", "neither" },
	{ "[netlane\nmode = hold\n", ":1:", "neither" },
	{ "[netlane]\nmode = \x1b[31mred\n", ":2:", "\\x1b[31mred" },
};

static void config__bad_line__names_file_line_value_and_allowed(void **state)
{
	struct policy policy = { .mode = MODE_HOLD };
	struct err err;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&err, 0, sizeof(err));
		file_put(*state, "/etc/netlane/netlane.conf", bad[i].text);
		assert_int_equal(config_read(*state, NULL, &policy, &err), -EINVAL);
		if (!strstr(err.text, bad[i].said) || !strstr(err.text, bad[i].where) ||
		    !strstr(err.text, "/etc/netlane/netlane.conf"))
			fail_msg("case %u: %s", i, err.text);
		/* all or nothing */
		assert_int_equal(policy.mode, MODE_HOLD);
		assert_int_equal(policy.nr_nic, 0);
	}
}

static void config__zones__are_taken_and_copied(void **state)
{
	struct policy policy, copy;
	struct err err = { 0 };

	file_put(*state, "/etc/netlane/netlane.conf",
		 "[zone office]\nprefix = 10.0.0.0/8,fd00::/8\n[zone cloud]\nprefix = 10.9.8.7\n"
		 "[zone office]\nprefix = 172.16.0.0/12\n    192.168.0.0/16\n");
	assert_int_equal(config_read(*state, NULL, &policy, &err), 0);
	assert_string_equal(err.text, "");
	assert_int_equal(policy.nr_zone, 2);
	assert_string_equal(policy.zone[0].name, "office");
	assert_int_equal(policy.zone[0].nr_prefix, 4);
	assert_string_equal(policy.zone[0].prefix[1], "fd00::/8");
	assert_string_equal(policy.zone[0].prefix[3], "192.168.0.0/16");
	assert_string_equal(policy.zone[1].prefix[0], "10.9.8.7/32");
	assert_int_equal(config_copy(&policy, &copy), 0);
	config_free(&policy);
	assert_int_equal(copy.nr_zone, 2);
	assert_string_equal(copy.zone[0].prefix[2], "172.16.0.0/12");
	config_free(&copy);
}

static void config__steers__are_taken_and_copied(void **state)
{
	struct policy policy, copy;
	struct err err = { 0 };

	file_put(*state, "/etc/netlane/netlane.conf",
		 "[steer web]\nlisten = 80\n[steer api]\nby = program\nlisten = [FD00:0::1]:443\n"
		 "netns = /var/run/netns/api\n"
		 "[steer all]\nlisten = *:81\nnetns = /proc/812/ns/net\n");
	assert_int_equal(config_read(*state, NULL, &policy, &err), 0);
	assert_string_equal(err.text, "");
	assert_int_equal(config_copy(&policy, &copy), 0);
	config_free(&policy);
	assert_int_equal(copy.nr_steer, 3);
	assert_string_equal(copy.steer[0].name, "web");
	assert_string_equal(copy.steer[0].listen, "");
	assert_int_equal(copy.steer[0].port, 80);
	assert_int_equal(copy.steer[0].way, STEER_AUTO);
	assert_string_equal(copy.steer[1].listen, "[fd00::1]:443");
	assert_int_equal(copy.steer[1].way, STEER_PROGRAM);
	assert_string_equal(copy.steer[0].netns, "");
	assert_string_equal(copy.steer[1].netns, "api");
	assert_string_equal(copy.steer[2].listen, "*:81");
	assert_string_equal(copy.steer[2].netns, "/proc/812/ns/net");
	config_free(&copy);
}

static void config__binds__are_taken_and_copied(void **state)
{
	struct policy policy, copy;
	struct err err = { 0 };
	char *text;

	file_put(*state, "/etc/netlane/netlane.conf",
		 "[bind web]\nprefix = FD00::/8\nports = 443, 80\nto = [::]:80\n"
		 "prefix = 10.9.8.7, 10.0.0.0/8\nprefix = 10.9.8.7/32\n"
		 "[bind all]\nto = 8080\nports = any\nprotocol = both\nprefix = 0.0.0.0/0\n"
		 "[bind web]\nprotocol = udp\n");
	assert_int_equal(config_read(*state, NULL, &policy, &err), 0);
	assert_string_equal(err.text, "");
	assert_int_equal(config_copy(&policy, &copy), 0);
	config_free(&policy);
	text = bindings_text(copy.bind, copy.nr_bind);
	assert_string_equal(text, "all both 0.0.0.0/0 any to 8080; "
				  "web udp 10.0.0.0/8,10.9.8.7/32,fd00::/8 80,443 to [::]:80");
	free(text);
	config_free(&copy);
}

static void config__long_line__is_refused_not_cut(void **state)
{
	char text[512] = "[nic eth0]\ncpus = 0";
	struct policy policy;
	struct err err = { 0 };
	size_t at = strlen(text);
	unsigned int i;

	for (i = 1; i < 100; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, ",%u", i);
	(void)snprintf(text + at, sizeof(text) - at, "\n");
	file_put(*state, "/etc/netlane/netlane.conf", text);
	assert_int_equal(config_read(*state, NULL, &policy, &err), -EINVAL);
	assert_non_null(strstr(err.text, ":2: longer than"));
}

static void config__named_file_that_is_missing__is_an_error(void **state)
{
	struct policy policy;
	struct err err = { 0 };

	assert_int_equal(config_read(*state, "/nonexistent/x.conf", &policy, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/x.conf"));
}

static void config__shipped_file__is_valid_and_changes_nothing(void **state)
{
	struct policy policy;
	struct err err = { 0 };

	assert_int_equal(config_read(*state, "user/init/netlane.conf", &policy, &err), 0);
	assert_int_equal(policy.mode, MODE_OBSERVE);
	assert_int_equal(policy.nr_nic, 0);
	config_free(&policy);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, config_here, config_gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(config__no_file__gives_the_defaults),
		TEST(config__every_key__is_taken),
		TEST(config__drop_in_files__come_after_in_order),
		TEST(config__bad_line__names_file_line_value_and_allowed),
		TEST(config__zones__are_taken_and_copied),
		TEST(config__steers__are_taken_and_copied),
		TEST(config__binds__are_taken_and_copied),
		TEST(config__long_line__is_refused_not_cut),
		TEST(config__named_file_that_is_missing__is_an_error),
		TEST(config__shipped_file__is_valid_and_changes_nothing),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
