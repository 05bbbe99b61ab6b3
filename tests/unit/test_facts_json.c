// SPDX-License-Identifier: GPL-2.0
/* Facts outside the process: JSON and back, redaction, and the instance table. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/driver.h"
#include "facts/facts.h"
#include "facts/instances.h"
#include "tests/unit/tree.h"

static const struct tree_nic nics[] = {
	{ "eth0", "02:11:22:33:44:55", 2, 0, 4, 25 },
	{ "shop-lan", "02:11:22:33:44:66", 3, 1, 4, 33 },
};

/* A node with a name for everything that redaction has to find. */
static void node_make(struct tree *tree)
{
	unsigned int i;

	tree_make(tree);
	tree_cpus(tree, 4, 4);
	for (i = 0; i < 2; i++)
		tree_nic(tree, &nics[i]);
	tree_interrupts(tree, 4, nics, 2);
	tree_file(tree, "shop-db-7\n", "/proc/sys/kernel/hostname");
	tree_file(tree, "0f0e0d0c\n", "/etc/machine-id");
	tree_file(tree, "b007-1d\n", "/proc/sys/kernel/random/boot_id");
	tree_file(tree,
		  "{\"v1\": {\"instance_id\": \"i-secret\"}, \"ds\": {\"meta_data\": "
		  "{\"instance\": {\"instance-type\": \"ecs.g7.4xlarge\"}}}}",
		  "/run/cloud-init/instance-data.json");
	tree_file(tree, "[Match]\nOriginalName=*\n[Link]\nRxChannels=2\n",
		  "/etc/systemd/network/10-shop.link");
}

static void routing_make(struct facts *facts)
{
	struct nic *nic = &facts->nic[1];
	struct routing *routing = &facts->routing;

	nic->addr = calloc(2, sizeof(*nic->addr));
	nic->eni.ip = calloc(1, sizeof(*nic->eni.ip));
	routing->rule = calloc(1, sizeof(*routing->rule));
	routing->route = calloc(2, sizeof(*routing->route));
	routing->table = calloc(1, sizeof(*routing->table));
	assert_true(nic->addr && nic->eni.ip && routing->rule && routing->route && routing->table);
	nic->nr_addr = routing->nr_route = 2;
	nic->eni.nr_ip = routing->nr_rule = routing->nr_table = 1;
	nic->eni.known = routing->known = IS_YES;
	strcpy(nic->addr[0].ip, "172.31.7.10");
	strcpy(nic->addr[1].ip, "2408:4005:1:7:216:3eff:fe00:1");
	strcpy(nic->eni.ip[0], "172.31.7.10");
	strcpy(nic->eni.gateway, "172.31.7.253");
	strcpy(nic->eni.cidr, "172.31.7.0/24");
	strcpy(routing->rule[0].from, "172.31.7.10/32");
	strcpy(routing->rule[0].value, "lookup 20007 priority 17000");
	routing->rule[0].table = routing->route[0].table = 20007;
	routing->rule[0].ours = true;
	strcpy(routing->route[0].to, "0.0.0.0/0");
	strcpy(routing->route[0].value, "via 172.31.7.253");
	strcpy(routing->route[0].ifname, "shop-lan");
	strcpy(routing->route[1].to, "100.100.100.200/32");
	strcpy(routing->route[1].value, "throw");
	routing->table[0] = 77;
}

static void facts_make(struct facts *facts)
{
	struct tree tree;

	node_make(&tree);
	assert_int_equal(facts_gather(tree.root, FACTS_ALL, facts, NULL), 0);
	tree_remove(&tree);
	facts->foreign = calloc(3, sizeof(*facts->foreign));
	assert_non_null(facts->foreign);
	facts->nr_foreign = 3;
	strcpy(facts->foreign[0].where, "shop-lan");
	strcpy(facts->foreign[0].name, "shop_filter");
	strcpy(facts->foreign[1].where, "/sys/fs/cgroup/shop");
	strcpy(facts->foreign[1].name, "other_filter");
	strcpy(facts->foreign[2].where, "this network namespace");
	strcpy(facts->foreign[2].name, "shop_filter");
	strcpy(facts->nic[0].master, "shop-lan");
	routing_make(facts);
	facts->irqbalance_banned = strdup("25 26");
	facts->nic[0].rss.table = calloc(4, sizeof(unsigned int));
	assert_non_null(facts->nic[0].rss.table);
	facts->nic[0].rss.table[3] = 3;
	facts->nic[0].rss.nr_table = 4;
}

static char *json_text(const struct facts *facts)
{
	struct json_object *json = facts_to_json(facts);
	char *text;

	assert_non_null(json);
	text = strdup(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	assert_non_null(text);
	json_object_put(json);
	return text;
}

/* facts_load() of a file with @text. */
static int load(const char *text, struct facts *facts, struct err *err)
{
	char path[128];
	struct tree tree;
	int ret;

	tree_make(&tree);
	tree_file(&tree, text, "/facts.json");
	(void)snprintf(path, sizeof(path), "%s/facts.json", tree.root);
	err->text[0] = 0;
	ret = facts_load(path, facts, err);
	tree_remove(&tree);
	return ret;
}

static void facts__saved_and_loaded__are_the_same(void **state)
{
	struct facts facts, again;
	char *saved, *resaved;
	struct err err;

	facts_make(&facts);
	saved = json_text(&facts);
	assert_ptr_equal(strstr(saved, "{\"netlane_facts\":1,\"node\":"), saved);
	assert_int_equal(load(saved, &again, &err), 0);
	resaved = json_text(&again);
	assert_string_equal(saved, resaved);
	assert_int_equal(again.nic[0].rss.table[3], 3);
	assert_true(cpumask_equal(&again.nic[1].queue[2].xps, &facts.nic[1].queue[2].xps));
	assert_int_equal(again.nic[1].queue[2].out.count, facts.nic[1].queue[2].out.count);
	free(saved);
	free(resaved);
	facts_free(&facts);
	facts_free(&again);
}

static void facts__bad_files__are_refused_with_place_and_reason(void **state)
{
	static const struct {
		const char *json, *says;
		int ret;
	} cases[] = {
		{ "", "not JSON", -EINVAL },
		{ "{\"netlane_facts\": 1", "not JSON", -EINVAL },
		{ "null", "not JSON", -EINVAL },
		{ "[]", "no key \"netlane_facts\"", -EINVAL },
		{ "{\"node\": {}}", "no key \"netlane_facts\"", -EINVAL },
		{ "{\"netlane_facts\": 0}", "netlane_facts: 0 is not a version; 1 is allowed",
		  -EINVAL },
		{ "{\"netlane_facts\": \"1\"}", "is not a version", -EINVAL },
		{ "{\"netlane_facts\": 2}",
		  "netlane_facts: version 2 is from a newer netlane; this one reads up to 1",
		  -EPROTO },
		{ "{\"netlane_facts\": 1, \"nic\": [{}, {\"queue\": [{\"in\": {\"number\": \"x\"}}]}]}",
		  "nic[1].queue[0].in.number: \"x\" is not a whole number", -EINVAL },
		{ "{\"netlane_facts\": 1, \"nic\": {}}", "nic: { } is not an array", -EINVAL },
		{ "{\"netlane_facts\": 1, \"nic\": [{\"channels\": {\"known\": \"perhaps\"}}]}",
		  "nic[0].channels.known: \"perhaps\" is not one of unknown, no, yes", -EINVAL },
		{ "{\"netlane_facts\": 1, \"cpus\": {\"online\": \"0-x\"}}",
		  "cpus.online: \"0-x\" is not a list of numbers such as \"0-3,5\"", -EINVAL },
	};
	struct facts facts;
	struct err err;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(load(cases[i].json, &facts, &err), cases[i].ret);
		assert_non_null(strstr(err.text, "/facts.json: "));
		assert_non_null(strstr(err.text, cases[i].says));
		assert_null(facts.nic);
	}
	err.text[0] = 0;
	assert_int_equal(facts_load("/nowhere/facts", &facts, &err), -ENOENT);
	assert_string_equal(err.text, "/nowhere/facts: No such file or directory");
}

static void facts__unknown_keys__are_passed_over(void **state)
{
	struct facts facts;
	struct err err;

	assert_int_equal(load("{\"netlane_facts\": 1, \"moon\": [], \"node\": {\"phase\": 2}}",
			      &facts, &err),
			 0);
	facts_free(&facts);
}

static void facts__redacted__name_nobody_and_stay_coherent(void **state)
{
	static const char *const secrets[] = { "shop",	   "02:11:22",	   "0f0e0d0c", "b007-1d",
					       "i-secret", "other_filter", "172.31",   "2408:" };
	struct facts facts;
	unsigned int i;
	char *text;

	facts_make(&facts);
	text = json_text(&facts);
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		assert_non_null(strstr(text, secrets[i])); /* they were there */
	free(text);
	facts_redact(&facts);
	text = json_text(&facts);
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		assert_null(strstr(text, secrets[i]));
	free(text);
	assert_string_not_equal(facts.nic[0].mac, facts.nic[1].mac);
	assert_string_equal(facts.nic[0].ifname, "eth0");
	assert_string_equal(facts.nic[0].master, facts.nic[1].ifname);
	assert_string_equal(facts.nic[1].addr[0].ip, "10.0.7.10");
	assert_string_equal(facts.nic[1].addr[1].ip, "2001:db8:0:7::fe00:1");
	assert_string_equal(facts.nic[1].eni.ip[0], "10.0.7.10");
	assert_string_equal(facts.nic[1].eni.cidr, "10.0.7.0/24");
	assert_string_equal(facts.routing.rule[0].from, "10.0.7.10/32");
	assert_string_equal(facts.routing.route[0].value, "via 10.0.7.253");
	assert_string_equal(facts.routing.route[0].ifname, facts.nic[1].ifname);
	assert_string_equal(facts.routing.route[1].to, "100.100.100.200/32");
	assert_string_equal(facts.foreign[0].where, facts.nic[1].ifname);
	assert_string_equal(facts.foreign[0].name, facts.foreign[2].name);
	assert_string_not_equal(facts.foreign[0].name, facts.foreign[1].name);
	assert_string_equal(facts.foreign[2].where, "this network namespace");
	assert_string_equal(facts.node.instance_type, "ecs.g7.4xlarge");
	assert_string_equal(facts.owner[0].evidence, "/etc/systemd/network/redacted: RxChannels=2");
	facts_free(&facts);
}

static void facts__redacted_twice__stay_the_same(void **state)
{
	struct facts facts;
	char *once, *twice;

	facts_make(&facts);
	facts_redact(&facts);
	once = json_text(&facts);
	facts_redact(&facts);
	twice = json_text(&facts);
	assert_string_equal(once, twice);
	free(once);
	free(twice);
	facts_free(&facts);
}

/* The table as it stands in the source tree, where the tests are run. */
extern const char netlane_instance_types_csv[];
extern const unsigned int netlane_instance_types_csv_len;

static void instances__every_row__is_read(void **state)
{
	unsigned int i, nr_lines = 0, nr_rows;
	struct instance one, found;
	struct facts facts;

	for (i = 0; i < netlane_instance_types_csv_len; i++)
		nr_lines += netlane_instance_types_csv[i] == '\n';
	for (nr_rows = 0; instances_at(nr_rows, &one); nr_rows++) {
		assert_ptr_equal(strstr(one.type, "ecs."), one.type);
		assert_true(one.vcpus > 0 && one.vcpus <= 2048);
		assert_true(one.bandwidth_base_gbps > 0);
		assert_true(one.bandwidth_burst_gbps == 0 ||
			    one.bandwidth_burst_gbps >= one.bandwidth_base_gbps);
		assert_int_equal(instances_find(one.type, &found, NULL), 0);
		assert_memory_equal(&one, &found, sizeof(one)); /* no type is there twice */
		if (!one.nic_queues)
			continue;
		assert_int_equal(instances_facts(one.type, &facts, NULL), 0);
		assert_int_equal(facts.nic[0].nr_queue, one.nic_queues);
		assert_int_equal(facts.cpus.nr_cpu, one.vcpus);
		facts_free(&facts);
	}
	assert_int_equal(nr_rows, nr_lines - 2); /* the comment and the header */
	assert_int_equal(nr_rows, 352);
}

static void instances__date__is_that_of_the_table(void **state)
{
	char taken[64];

	(void)snprintf(taken, sizeof(taken), " taken %s from ", instances_date());
	assert_non_null(strstr(netlane_instance_types_csv, taken));
}

static void instances__a_type__has_its_limits(void **state)
{
	struct instance one;

	assert_int_equal(instances_find("ecs.g7.4xlarge", &one, NULL), 0);
	assert_int_equal(one.vcpus, 16);
	assert_int_equal(one.nic_queues, 8);
	assert_int_equal(one.pps, 3000000);
	assert_true(one.bandwidth_base_gbps == 10 && one.bandwidth_burst_gbps == 25);
}

static void instances__unknown_type__suggests_close_ones(void **state)
{
	struct err err = { "" };
	struct instance one;

	assert_int_equal(instances_find("ecs.g7.4xlage", &one, &err), -ENOENT);
	assert_non_null(strstr(err.text, "'ecs.g7.4xlage' is not in the table of 2026-11-21"));
	assert_non_null(strstr(err.text, "close to it: ecs.g7.4xlarge"));
	err.text[0] = 0;
	assert_int_equal(instances_find("something\x1b-entirely-else", &one, &err), -ENOENT);
	assert_null(strstr(err.text, "close"));
	assert_null(strchr(err.text, '\x1b'));
	err.text[0] = 0;
	assert_int_equal(instances_find("", &one, &err), -ENOENT);
}

static void instances__fresh_node__is_as_the_driver_leaves_it(void **state)
{
	struct facts facts;
	struct cpumask cpus;
	unsigned int q;

	assert_int_equal(instances_facts("ecs.g7.4xlarge", &facts, NULL), 0);
	assert_int_equal(facts.nic[0].channels.now, 8);
	for (q = 0; q < 8; q++) {
		driver_default_cpus(&facts.cpus.online, 8, q, &cpus);
		assert_int_equal(cpumask_count(&cpus), 2);
		assert_true(cpumask_equal(&facts.nic[0].queue[q].in.affinity, &cpus));
		assert_true(cpumask_equal(&facts.nic[0].queue[q].xps, &cpus));
	}
	assert_string_equal(facts.node.instance_type, "ecs.g7.4xlarge");
	facts_free(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts__saved_and_loaded__are_the_same),
		cmocka_unit_test(facts__bad_files__are_refused_with_place_and_reason),
		cmocka_unit_test(facts__unknown_keys__are_passed_over),
		cmocka_unit_test(facts__redacted__name_nobody_and_stay_coherent),
		cmocka_unit_test(facts__redacted_twice__stay_the_same),
		cmocka_unit_test(instances__every_row__is_read),
		cmocka_unit_test(instances__date__is_that_of_the_table),
		cmocka_unit_test(instances__a_type__has_its_limits),
		cmocka_unit_test(instances__unknown_type__suggests_close_ones),
		cmocka_unit_test(instances__fresh_node__is_as_the_driver_leaves_it),
	};

	return cmocka_run_group_tests_name("facts_json", tests, NULL, NULL);
}
