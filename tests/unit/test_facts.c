// SPDX-License-Identifier: GPL-2.0
/* Reading a node: trees of files that look like one, and what is made of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/nicdev.h"
#include "facts/facts.h"
#include "tests/unit/tree.h"

static const struct tree_nic eth0 = { "eth0", "02:11:22:33:44:55", 2, 0, 4, 25 };
static const struct tree_nic eth1 = { "eth1", "02:11:22:33:44:66", 3, 1, 4, 33 };

static const char *list(const struct cpumask *mask)
{
	static char buf[CPUMASK_TEXT_LEN];

	(void)cpumask_format_list(mask, buf, sizeof(buf));
	return buf;
}

static void node_make(struct tree *tree, unsigned int cpus, unsigned int online,
		      const struct tree_nic *nics, unsigned int nr)
{
	unsigned int i;

	tree_make(tree);
	tree_cpus(tree, cpus, online);
	for (i = 0; i < nr; i++)
		tree_nic(tree, &nics[i]);
	tree_interrupts(tree, online, nics, nr);
}

static void gather(const struct tree *tree, struct facts *facts)
{
	struct err err = { "" };

	assert_int_equal(facts_gather(tree->root, FACTS_ALL, facts, &err), 0);
	assert_string_equal(err.text, "");
}

static void facts__four_queues__are_read(void **state)
{
	const struct nic *nic;
	struct facts facts;
	struct tree tree;
	unsigned int q;

	node_make(&tree, 4, 4, &eth0, 1);
	gather(&tree, &facts);
	assert_int_equal(facts.nr_nic, 1);
	nic = facts_nic(&facts, "eth0");
	assert_non_null(nic);
	assert_string_equal(nic->bus, "0000:00:03.0");
	assert_string_equal(nic->mac, eth0.mac);
	assert_string_equal(nic->driver, "virtio_net");
	assert_string_equal(nic->features, "0110");
	assert_int_equal(nic->node, 0);
	assert_int_equal(nic->mtu, 1500);
	assert_true(nic->up);
	assert_int_equal(nic->vectors, VECTORS_PER_QUEUE);
	assert_int_equal(nic->nr_queue, 4);
	for (q = 0; q < 4; q++) {
		const struct queue *queue = &nic->queue[q];
		unsigned int cpu = cpumask_next(&queue->in.affinity, 0);

		assert_int_equal(queue->index, q);
		assert_int_equal(queue->in.number, 25 + 2 * q);
		assert_int_equal(queue->out.number, 26 + 2 * q);
		assert_int_equal(queue->in.count, 4 * 10 * (25 + 2 * q));
		assert_int_equal(cpu, q);
		assert_true(cpumask_equal(&queue->in.affinity, &queue->out.effective));
		assert_true(queue->has_xps && cpumask_equal(&queue->xps, &queue->in.affinity));
		assert_true(queue->has_rps && cpumask_empty(&queue->rps));
		assert_true(queue->has_xps_rxqs && cpumask_empty(&queue->xps_rxqs));
	}
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__other_root__leaves_kernel_answers_unknown(void **state)
{
	struct facts facts;
	struct tree tree;
	unsigned int i;

	node_make(&tree, 4, 4, &eth0, 1);
	tree_file(&tree, "x", "/sys/kernel/btf/vmlinux");
	gather(&tree, &facts);
	assert_int_equal(facts.nic[0].channels.known, IS_UNKNOWN);
	assert_int_equal(facts.nic[0].channels.err, ENOTSUP);
	assert_int_equal(facts.nic[0].rss.offered, IS_UNKNOWN);
	assert_int_equal(facts.nic[0].rss.err, ENOTSUP);
	assert_int_equal(facts_cap(&facts, "btf"), IS_YES);
	assert_true(facts.nr_cap > 10);
	for (i = 1; i < facts.nr_cap; i++) {
		assert_int_equal(facts.cap[i].is, IS_UNKNOWN);
		assert_int_equal(facts.cap[i].err, ENOTSUP);
	}
	assert_int_equal(facts.nr_foreign, 0);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__two_nics__keep_their_interrupts_apart(void **state)
{
	const struct tree_nic nics[] = { eth0, eth1 };
	struct facts facts;
	struct tree tree;

	node_make(&tree, 4, 4, nics, 2);
	gather(&tree, &facts);
	assert_int_equal(facts.nr_nic, 2);
	assert_int_equal(facts.nic[0].queue[3].out.number, 32);
	assert_int_equal(facts.nic[1].queue[0].in.number, 33);
	assert_string_equal(facts.nic[1].bus, "0000:00:04.0");
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__virtio10__is_not_virtio1(void **state)
{
	struct tree_nic nics[] = { eth1, eth0 };
	struct facts facts;
	struct tree tree;

	nics[1].virtio = 10;
	node_make(&tree, 4, 4, nics, 2);
	gather(&tree, &facts);
	assert_int_equal(facts_nic(&facts, "eth1")->queue[0].in.number, 33);
	assert_int_equal(facts_nic(&facts, "eth0")->queue[0].in.number, 25);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__shared_vectors__are_told(void **state)
{
	static const char *const lines[] = {
		"            CPU0       CPU1\n 25:  5  7  PCI-MSIX-0000:00:03.0  1-edge  virtio0-virtqueues\n",
		"            CPU0\n 11:  5  IO-APIC  11-fasteoi   virtio0, uhci_hcd:usb1\n",
		"            CPU0\n 11:  5  IO-APIC  11-fasteoi   ahci[0000:00:1f.2], virtio0\n",
	};
	struct facts facts;
	struct tree tree;
	unsigned int i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		node_make(&tree, 2, 2, &eth0, 1);
		tree_file(&tree, lines[i], "/proc/interrupts");
		gather(&tree, &facts);
		assert_int_equal(facts.nic[0].vectors, VECTORS_SHARED);
		assert_int_equal(facts.nic[0].queue[0].in.number, -1);
		facts_free(&facts);
		tree_remove(&tree);
	}
}

static void facts__one_queue__has_no_xps(void **state)
{
	struct tree_nic nic = eth0;
	struct facts facts;
	struct tree tree;

	nic.queues = 1;
	node_make(&tree, 4, 4, &nic, 1);
	gather(&tree, &facts);
	assert_int_equal(facts.nic[0].nr_queue, 1);
	assert_false(facts.nic[0].queue[0].has_xps);
	assert_false(facts.nic[0].queue[0].has_xps_rxqs);
	assert_true(facts.nic[0].queue[0].has_rps);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__inactive_queues__are_listed_by_their_interrupts(void **state)
{
	struct tree_nic active = eth0;
	struct facts facts;
	struct tree tree;

	active.queues = 2;
	node_make(&tree, 4, 4, &active, 1);
	tree_interrupts(&tree, 4, &eth0, 1); /* four pairs of vectors, two queues in sysfs */
	gather(&tree, &facts);
	assert_int_equal(facts.nic[0].nr_queue, 4);
	assert_true(facts.nic[0].queue[1].has_xps);
	assert_false(facts.nic[0].queue[2].has_xps);
	assert_false(facts.nic[0].queue[2].has_rps);
	assert_int_equal(facts.nic[0].queue[3].in.number, 31);
	assert_true(cpumask_empty(&facts.nic[0].queue[3].in.affinity));
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__offline_cpus__keep_their_place(void **state)
{
	struct facts facts;
	struct tree tree;

	node_make(&tree, 8, 6, &eth0, 1);
	tree_file(&tree, "4-5\n", "/sys/devices/system/cpu/isolated");
	gather(&tree, &facts);
	assert_string_equal(list(&facts.cpus.online), "0-5");
	assert_string_equal(list(&facts.cpus.possible), "0-7");
	assert_string_equal(list(&facts.cpus.isolated), "4-5");
	assert_string_equal(list(&facts.cpus.nohz_full), "");
	assert_int_equal(facts.cpus.nr_cpu, 8);
	assert_int_equal(facts.cpus.cpu[5].core, 2);
	assert_int_equal(facts.cpus.cpu[5].thread, 1);
	assert_int_equal(facts.cpus.cpu[5].node, 0);
	assert_int_equal(facts.cpus.cpu[7].core, -1);
	assert_int_equal(facts.cpus.cpu[7].node, 0);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__isolated_partitions__are_isolated(void **state)
{
	static const char top[] = "/sys/fs/cgroup";
	struct facts facts;
	struct tree tree;

	node_make(&tree, 8, 8, &eth0, 1);
	tree_file(&tree, "member\n", "%s/a/cpuset.cpus.partition", top);
	tree_file(&tree, "isolated\n", "%s/a/poll/cpuset.cpus.partition", top);
	tree_file(&tree, "6-7\n", "%s/a/poll/cpuset.cpus.effective", top);
	tree_file(&tree, "isolated invalid (CPUs not exclusive)\n", "%s/b/cpuset.cpus.partition",
		  top);
	tree_file(&tree, "0-3\n", "%s/b/cpuset.cpus.effective", top);
	gather(&tree, &facts);
	assert_string_equal(list(&facts.cpus.isolated), "6-7");
	facts_free(&facts);
	tree_file(&tree, "5\n", "%s/cpuset.cpus.isolated", top);
	gather(&tree, &facts);
	assert_string_equal(list(&facts.cpus.isolated), "5"); /* the kernel's own word */
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__no_interrupts__still_has_the_nic(void **state)
{
	struct nicdev_irqs irqs;
	struct facts facts;
	struct tree tree;

	tree_make(&tree);
	tree_cpus(&tree, 2, 2);
	tree_nic(&tree, &eth0);
	gather(&tree, &facts);
	assert_int_equal(facts.nic[0].vectors, VECTORS_UNKNOWN);
	assert_int_equal(facts.nic[0].nr_queue, 4);
	assert_int_equal(facts.nic[0].queue[0].in.number, -1);
	facts_free(&facts);
	assert_int_equal(nicdev_irqs(tree.root, "eth0", &irqs), 0);
	assert_int_equal(irqs.nr, 0);
	assert_int_equal(nicdev_irqs(tree.root, "eth7", &irqs), -ENODEV);
	tree_remove(&tree);
}

static void facts__no_cpus__is_a_failure_with_a_sentence(void **state)
{
	struct err err = { "" };
	struct facts facts;
	struct tree tree;

	tree_make(&tree);
	assert_int_equal(facts_gather(tree.root, 0, &facts, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/sys/devices/system/cpu/online"));
	tree_remove(&tree);
}

static void facts__odd_names__are_harmless(void **state)
{
	struct tree_nic nic = eth0;
	struct facts facts;
	struct tree tree;

	nic.ifname = "%s%n\x1b[31m";
	node_make(&tree, 2, 2, &nic, 1);
	tree_file(&tree, "", "/sys/class/net/bonding_masters"); /* a file, no interface */
	tree_file(&tree, "2\n", "/sys/class/net/sixteen-and-more/ifindex"); /* no name either */
	gather(&tree, &facts);
	assert_int_equal(facts.nr_nic, 1);
	assert_string_equal(facts.nic[0].ifname, nic.ifname);
	assert_int_equal(facts.nic[0].queue[3].in.number, 31);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__virtual_links__are_listed_and_lo_is_not(void **state)
{
	struct facts facts;
	struct tree tree;

	node_make(&tree, 2, 2, &eth0, 1);
	tree_file(&tree, "1\n", "/sys/class/net/lo/ifindex");
	tree_file(&tree, "5\n", "/sys/class/net/br0/ifindex");
	tree_file(&tree, "DEVTYPE=bridge\nINTERFACE=br0\n", "/sys/class/net/br0/uevent");
	tree_file(&tree, "0\n", "/sys/class/net/br0/queues/rx-0/rps_cpus");
	tree_file(&tree, "7\n", "/sys/class/net/going/address"); /* its ifindex is gone already */
	gather(&tree, &facts);
	assert_int_equal(facts.nr_nic, 2);
	assert_null(facts_nic(&facts, "lo"));
	assert_string_equal(facts.nic[0].ifname, "br0");
	assert_string_equal(facts.nic[0].bus, "");
	assert_string_equal(facts.nic[0].driver, "bridge");
	assert_int_equal(facts.nic[0].nr_queue, 1);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__sysctls__say_which_are_missing(void **state)
{
	struct facts facts;
	struct tree tree;

	node_make(&tree, 2, 2, &eth0, 1);
	tree_file(&tree, "4096\t131072\t6291456\n", "/proc/sys/net/ipv4/tcp_rmem");
	gather(&tree, &facts);
	assert_string_equal(facts_sysctl(&facts, "net.ipv4.tcp_rmem"), "4096 131072 6291456");
	assert_null(facts_sysctl(&facts, "net.ipv4.tcp_wmem"));
	assert_null(facts_sysctl(&facts, "net.ipv4.tcp_tw_recycle"));
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__command_line__switches_off(void **state)
{
	static const struct {
		const char *cmdline, *off;
	} cases[] = {
		{ "quiet netlane.off\n", "1" },	     { "netlane.off=1 quiet\n", "1" },
		{ "netlane.off=0\n", "" },	     { "quiet\n", "" },
		{ "xnetlane.off netlane.offx", "" }, { "netlane.off=1 netlane.off=0", "" },
	};
	struct facts facts;
	struct tree tree;
	unsigned int i;

	node_make(&tree, 2, 2, &eth0, 1);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tree_file(&tree, cases[i].cmdline, "/proc/cmdline");
		gather(&tree, &facts);
		assert_string_equal(facts.node.cmdline_off, cases[i].off);
		facts_free(&facts);
	}
	tree_remove(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts__four_queues__are_read),
		cmocka_unit_test(facts__other_root__leaves_kernel_answers_unknown),
		cmocka_unit_test(facts__two_nics__keep_their_interrupts_apart),
		cmocka_unit_test(facts__virtio10__is_not_virtio1),
		cmocka_unit_test(facts__shared_vectors__are_told),
		cmocka_unit_test(facts__one_queue__has_no_xps),
		cmocka_unit_test(facts__inactive_queues__are_listed_by_their_interrupts),
		cmocka_unit_test(facts__offline_cpus__keep_their_place),
		cmocka_unit_test(facts__isolated_partitions__are_isolated),
		cmocka_unit_test(facts__no_interrupts__still_has_the_nic),
		cmocka_unit_test(facts__no_cpus__is_a_failure_with_a_sentence),
		cmocka_unit_test(facts__odd_names__are_harmless),
		cmocka_unit_test(facts__virtual_links__are_listed_and_lo_is_not),
		cmocka_unit_test(facts__sysctls__say_which_are_missing),
		cmocka_unit_test(facts__command_line__switches_off),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
