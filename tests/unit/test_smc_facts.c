// SPDX-License-Identifier: GPL-2.0
/* SMC's facts from the files of a node, and a socket from its message. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/smc_diag.h>

#include "facts/smc.h"
#include "observe/smc_parts.h"
#include "tests/unit/tree.h"

#define RELEASE "6.12.95-test"

static void node_read(const struct tree *tree, struct smc_node *node)
{
	struct err err = { 0 };

	assert_int_equal(smc_node_gather(tree->root, node, &err), 0);
}

/* A node whose kernel has smc as a file and does not have it loaded. */
static void node_files(const struct tree *tree)
{
	tree_file(tree, RELEASE "\n", "/proc/sys/kernel/osrelease");
	tree_file(tree, "protocol  size sockets\nTCPv6  2560  1\nTCP  2400  3\n",
		  "/proc/net/protocols");
	tree_file(tree,
		  "kernel/net/smc/smc_diag.ko.xz: kernel/net/smc/smc.ko.xz\n"
		  "kernel/net/smc/smc.ko.xz: kernel/drivers/infiniband/core/ib_core.ko.xz\n",
		  "/lib/modules/" RELEASE "/modules.dep");
	tree_file(tree, "kernel/net/xfrm/xfrm_algo.ko\n",
		  "/lib/modules/" RELEASE "/modules.builtin");
	tree_file(tree, "alias net-pf-43 smc\nalias net-pf-2-proto-256-type-1 smc\n",
		  "/lib/modules/" RELEASE "/modules.alias");
}

static void module__files__tell_there_and_loaded(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	node_files(&tree);
	node_read(&tree, &node);
	assert_int_equal(node.smc.there, IS_YES);
	assert_int_equal(node.smc.loaded, IS_NO);
	assert_int_equal(node.diag.loaded, IS_NO);
	assert_int_equal(node.inet_smc, IS_YES); /* by its alias */
	assert_int_equal(node.ipsec_known, IS_NO);
	assert_int_equal(node.hs_ctrl, IS_UNKNOWN);
	smc_node_free(&node);

	tree_file(&tree, "protocol  size sockets\nSMC6  1824  0\nSMC  1824  0\nTCP  2400  3\n",
		  "/proc/net/protocols");
	node_read(&tree, &node);
	assert_int_equal(node.smc.loaded, IS_YES);
	assert_int_equal(node.inet_smc, IS_NO); /* the list has none of that name */
	assert_int_equal(node.hs_ctrl, IS_NO);
	smc_node_free(&node);
	tree_remove(&tree);
}

/* A built-in smc would have its protocol there: a list of what is built in is not needed. */
static void module__without_a_list_of_built_in__is_known(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	tree_file(&tree, RELEASE "\n", "/proc/sys/kernel/osrelease");
	tree_file(&tree, "protocol  size\nTCP  2400\n", "/proc/net/protocols");
	tree_file(&tree, "kernel/net/x/other.ko:\n", "/lib/modules/" RELEASE "/modules.dep");
	node_read(&tree, &node);
	assert_int_equal(node.smc.there, IS_NO);
	assert_int_equal(node.ipsec_known, IS_UNKNOWN);
	smc_node_free(&node);
	tree_remove(&tree);
}

/* "needs smc" is no smc: only what stands before the colon is the module's own file. */
static void module__of_no_list__is_built_without(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	node_files(&tree);
	tree_file(&tree, "kernel/net/x/other.ko: kernel/net/smc/smc.ko\n",
		  "/lib/modules/" RELEASE "/modules.dep");
	tree_file(&tree, "CONFIG_NET=y\n# CONFIG_DIBS is not set\nCONFIG_SMCX=y\n",
		  "/boot/config-" RELEASE);
	node_read(&tree, &node);
	assert_int_equal(node.smc.there, IS_NO);
	assert_int_equal(node.config_dibs, IS_NO);
	assert_int_equal(node.config_smc, IS_NO);
	smc_node_free(&node);
	tree_remove(&tree);
}

static void module__without_lists__is_not_known(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	tree_file(&tree, RELEASE "\n", "/proc/sys/kernel/osrelease");
	tree_file(&tree, "protocol  size\nTCP  2400\n", "/proc/net/protocols");
	node_read(&tree, &node);
	assert_int_equal(node.smc.there, IS_UNKNOWN);
	smc_node_free(&node);
	tree_file(&tree, "CONFIG_SMC=m\n", "/boot/config-" RELEASE);
	node_read(&tree, &node);
	assert_int_equal(node.config_smc, IS_YES);
	assert_int_equal(node.smc.there, IS_UNKNOWN);
	smc_node_free(&node);
	tree_remove(&tree);
}

static void lines__of_guides__have_file_and_number(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	node_files(&tree);
	tree_file(&tree, "# net.smc.smc_enabled=1\n\n  net.smc.smc_enabled = 1\n",
		  "/etc/sysctl.d/99-smc.conf");
	tree_file(&tree, "net/smc/wmem=65536\nnet.ipv4.tcp_syncookies=1\n", "/etc/sysctl.conf");
	tree_link(&tree, "../sysctl.conf", "/etc/sysctl.d/99-sysctl.conf");
	tree_file(&tree, "net.smc.rmem = 1\n", "/etc/sysctl.d/notes.txt");
	tree_file(&tree, "#!/bin/sh\nsysctl -w net.smc.smc_rdma_enabled=1\n", "/etc/rc.local");
	tree_file(&tree, "blacklist smcx\ninstall smc /bin/false # no\n",
		  "/etc/modprobe.d/no.conf");
	tree_file(&tree, "65536\n", "/proc/sys/net/smc/wmem");
	node_read(&tree, &node);
	assert_int_equal(node.nr_sysctl, 3);
	assert_string_equal(node.sysctl[0].from, "/etc/sysctl.conf:1");
	assert_string_equal(node.sysctl[0].key, "wmem");
	assert_true(node.sysctl[0].exists);
	assert_string_equal(node.sysctl[1].from, "/etc/rc.local:2");
	assert_string_equal(node.sysctl[1].key, "smc_rdma_enabled");
	assert_string_equal(node.sysctl[2].from, "/etc/sysctl.d/99-smc.conf:3");
	assert_string_equal(node.sysctl[2].text, "net.smc.smc_enabled = 1");
	assert_false(node.sysctl[2].exists);
	assert_int_equal(node.nr_blocked, 1);
	assert_string_equal(node.blocked[0].from, "/etc/modprobe.d/no.conf:2");
	smc_node_free(&node);
	tree_remove(&tree);
}

static void device(const struct tree *tree, const char *dev, const char *type, const char *state)
{
	tree_file(tree, type, "/sys/class/infiniband/%s/node_type", dev);
	tree_file(tree, state, "/sys/class/infiniband/%s/ports/1/state", dev);
	tree_file(tree, "Ethernet\n", "/sys/class/infiniband/%s/ports/1/link_layer", dev);
	tree_file(tree, "fe80:0000:0000:0000:0200:00ff:fe00:0000\n",
		  "/sys/class/infiniband/%s/ports/1/gids/0", dev);
	tree_file(tree, "RoCE v2\n", "/sys/class/infiniband/%s/ports/1/gid_attrs/types/0", dev);
	tree_file(tree, "eth1\n", "/sys/class/infiniband/%s/ports/1/gid_attrs/ndevs/0", dev);
	/* an empty slot */
	tree_file(tree, "0000:0000:0000:0000:0000:0000:0000:0000\n",
		  "/sys/class/infiniband/%s/ports/1/gids/1", dev);
	tree_file(tree, "RoCE v2\n", "/sys/class/infiniband/%s/ports/1/gid_attrs/types/1", dev);
}

static void rdma__ports__are_read(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	node_files(&tree);
	device(&tree, "erdma_0", "4: RNIC\n", "4: ACTIVE\n");
	tree_link(&tree, "../../../../bus/pci/drivers/erdma",
		  "/sys/class/infiniband/erdma_0/device/driver");
	device(&tree, "rxe0", "1: CA\n", "1: DOWN\n");
	tree_file(&tree, "eth0\n", "/sys/class/infiniband/rxe0/parent");
	node_read(&tree, &node);
	assert_int_equal(node.nr_rdma, 2);
	assert_string_equal(node.rdma[0].driver, "erdma");
	assert_true(node.rdma[0].iwarp);
	assert_string_equal(node.rdma[0].state, "ACTIVE");
	assert_int_equal(node.rdma[0].gids_v2, 1);
	assert_int_equal(node.rdma[0].gids_v1, 0);
	assert_string_equal(node.rdma[0].netdev, "eth1");
	assert_string_equal(node.rdma[1].driver, "rxe");
	assert_false(node.rdma[1].iwarp);
	assert_string_equal(node.rdma[1].state, "DOWN");
	assert_int_equal(node.rdma[1].taken, IS_UNKNOWN);
	smc_node_free(&node);
	tree_remove(&tree);
}

static void ports__of_the_platform__are_counted(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	node_files(&tree);
	tree_file(&tree, "1024\t65507\n", "/proc/sys/net/ipv4/ip_local_port_range");
	tree_file(&tree, "8080,65500-65503\n", "/proc/sys/net/ipv4/ip_local_reserved_ports");
	tree_file(&tree,
		  "  sl  local_address rem_address   st\n"
		  "   0: 00000000:FFDF 00000000:0000 0A 00000000\n" /* 65503 listens */
		  "   1: 00000000:FFE0 0100007F:0050 01 00000000\n" /* 65504 is connected */
		  "   2: 00000000:1F90 00000000:0000 0A 00000000\n",
		  "/proc/net/tcp");
	node_read(&tree, &node);
	assert_int_equal(node.port_last, 65507);
	assert_int_equal(node.ports_open, 4); /* 65504 to 65507 */
	assert_int_equal(node.ports_listened, 1);
	smc_node_free(&node);

	tree_file(&tree, "\n", "/proc/sys/net/ipv4/ip_local_reserved_ports");
	node_read(&tree, &node);
	assert_int_equal(node.ports_open, 8);
	smc_node_free(&node);
	tree_remove(&tree);
}

/* A thread that waits and cannot be killed, where its stack is in SMC; no other is. */
static void stuck__tasks__are_found_by_their_stack(void **state)
{
	struct smc_node node;
	struct tree tree;

	tree_make(&tree);
	node_files(&tree);
	tree_file(&tree, "protocol  size\nSMC  1824\n", "/proc/net/protocols");
	tree_file(&tree, "py) thon\n", "/proc/77/comm");
	tree_file(&tree, "77 (py) thon) S 1 77", "/proc/77/task/77/stat");
	tree_file(&tree, "78 (py) thon) D 1 77", "/proc/77/task/78/stat");
	tree_file(&tree,
		  "[<0>] smc_wr_drain_cq+0x7a/0xa0 [smc]\n[<0>] smc_conn_free+0x1/0x2 [smc]\n",
		  "/proc/77/task/78/stack");
	tree_file(&tree, "90 (dd) D 1 90", "/proc/90/task/90/stat");
	tree_file(&tree, "[<0>] io_schedule+0x7a/0xa0\n", "/proc/90/task/90/stack");
	node_read(&tree, &node);
	assert_int_equal(node.nr_stuck, 1);
	assert_int_equal(node.stuck[0].pid, 77);
	assert_string_equal(node.stuck[0].comm, "py) thon");
	assert_string_equal(node.stuck[0].where, "smc_wr_drain_cq");
	smc_node_free(&node);
	tree_remove(&tree);
}

/* ------------------------------------------------------------- sockets */

/* As the kernel sends it: of that state and mode, between two ports. */
static void socket_give(struct smc_view *view, unsigned int state, unsigned int mode, uint32_t src,
			uint32_t reason)
{
	const struct smc_diag_fallback fallback = { .reason = reason };
	const struct smc_diag_conninfo info = { .sndbuf_size = 65536, .rmbe_size = 131072 };
	_Alignas(struct nlmsghdr) char buf[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct smc_diag_msg *msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));

	msg->diag_state = (uint8_t)state;
	msg->diag_mode = (uint8_t)mode;
	msg->id.idiag_sport = htons(7001);
	msg->id.idiag_dport = htons(41000);
	msg->id.idiag_src[0] = src;
	msg->id.idiag_dst[0] = src;
	mnl_attr_put(nlh, SMC_DIAG_FALLBACK, sizeof(fallback), &fallback);
	if (mode != SMC_DIAG_MODE_FALLBACK_TCP)
		mnl_attr_put(nlh, SMC_DIAG_CONNINFO, sizeof(info), &info);
	assert_true(smc_socket_take(nlh, view) >= 0);
}

static void sockets__modes__are_of_connections_alone(void **state)
{
	const uint32_t addr = inet_addr("10.8.0.1");
	struct smc_view view = { 0 };

	socket_give(&view, 10, SMC_DIAG_MODE_SMCR, 0, 0); /* a listener has mode 0, too */
	socket_give(&view, 2, SMC_DIAG_MODE_SMCR, 0, 0);
	socket_give(&view, 7, SMC_DIAG_MODE_SMCR, 0, 0);
	socket_give(&view, 1, SMC_DIAG_MODE_SMCR, addr, 0);
	socket_give(&view, 20, SMC_DIAG_MODE_SMCD, addr, 0);
	socket_give(&view, 1, SMC_DIAG_MODE_FALLBACK_TCP, 0, 0x03010000);
	assert_int_equal(view.listening, 1);
	assert_int_equal(view.opening, 1);
	assert_int_equal(view.nr_conn, 3);
	assert_int_equal(view.nr_mode[SMC_MODE_R], 1);
	assert_int_equal(view.nr_mode[SMC_MODE_D], 1);
	assert_int_equal(view.nr_mode[SMC_MODE_TCP], 1);
	assert_int_equal(view.memory_bytes, 2 * (65536 + 131072));
	assert_string_equal(view.conn[0].local, "10.8.0.1");
	assert_int_equal(view.conn[0].local_port, 7001);
	assert_int_equal(view.conn[0].remote_port, 41000);
	assert_true(view.conn[1].closing);
	assert_string_equal(view.conn[2].remote, ""); /* by IPPROTO_SMC: not told */
	assert_int_equal(view.conn[2].reason, 0x03010000);
	smc_view_free(&view);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(module__files__tell_there_and_loaded),
		cmocka_unit_test(module__without_a_list_of_built_in__is_known),
		cmocka_unit_test(module__of_no_list__is_built_without),
		cmocka_unit_test(module__without_lists__is_not_known),
		cmocka_unit_test(lines__of_guides__have_file_and_number),
		cmocka_unit_test(rdma__ports__are_read),
		cmocka_unit_test(ports__of_the_platform__are_counted),
		cmocka_unit_test(stuck__tasks__are_found_by_their_stack),
		cmocka_unit_test(sockets__modes__are_of_connections_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
