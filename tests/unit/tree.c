// SPDX-License-Identifier: GPL-2.0
/* Folders that look like a node; see tree.h. */
#include "tests/unit/tree.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
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

#include "base/text.h"

void tree_make(struct tree *tree)
{
	/* in memory where there is such a place: the journal's tests sync a thousand times */
	(void)snprintf(tree->root, sizeof(tree->root), "%s/netlane-tree-XXXXXX",
		       access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(tree->root));
}

static int one_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

void tree_remove(struct tree *tree)
{
	assert_int_equal(nftw(tree->root, one_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* The path below the root, with the folders above its last part made. */
static void path_make(const struct tree *tree, char *path, const char *fmt, va_list ap)
{
	int n = snprintf(path, PATH_MAX, "%s", tree->root);
	char *p;

	assert_true(vsnprintf(path + n, (size_t)(PATH_MAX - n), fmt, ap) < PATH_MAX - n);
	for (p = path + n + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		assert_true(!mkdir(path, 0755) || errno == EEXIST);
		*p = '/';
	}
}

void tree_file(const struct tree *tree, const char *text, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	FILE *f;

	va_start(ap, fmt);
	path_make(tree, path, fmt, ap);
	va_end(ap);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

void tree_link(const struct tree *tree, const char *target, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	path_make(tree, path, fmt, ap);
	va_end(ap);
	assert_int_equal(symlink(target, path), 0);
}

void tree_cpus(const struct tree *tree, unsigned int possible, unsigned int online)
{
	static const char sys[] = "/sys/devices/system/cpu";
	char list[32];
	unsigned int i;

	(void)snprintf(list, sizeof(list), "0-%u\n", possible - 1);
	tree_file(tree, list, "%s/possible", sys);
	tree_file(tree, list, "%s/present", sys);
	(void)snprintf(list, sizeof(list), "0-%u\n", online - 1);
	tree_file(tree, list, "%s/online", sys);
	tree_file(tree, "\n", "%s/isolated", sys);
	tree_file(tree, "  (null)\n", "%s/nohz_full", sys);
	tree_file(tree, "0\n", "/sys/devices/system/node/has_cpu");
	for (i = 0; i < possible; i++) {
		tree_link(tree, "../../node/node0", "%s/cpu%u/node0", sys, i);
		if (i >= online)
			continue; /* an offline CPU has no topology */
		tree_file(tree, "0\n", "%s/cpu%u/topology/physical_package_id", sys, i);
		(void)snprintf(list, sizeof(list), "%u\n", i / 2);
		tree_file(tree, list, "%s/cpu%u/topology/core_id", sys, i);
		(void)snprintf(list, sizeof(list), "%u-%u\n", i & ~1u, i | 1);
		tree_file(tree, list, "%s/cpu%u/topology/thread_siblings_list", sys, i);
	}
	/* the links above lead here */
	tree_file(tree, list, "/sys/devices/system/node/node0/cpulist");
}

static void nic_queue(const struct tree *tree, const struct tree_nic *nic, const char *dev,
		      unsigned int q)
{
	char mask[32];
	unsigned int i;

	(void)snprintf(mask, sizeof(mask), "%08x\n", 1u << q);
	for (i = 0; i < 2; i++) {
		tree_file(tree, mask, "/proc/irq/%u/smp_affinity", nic->first_irq + 2 * q + i);
		tree_file(tree, mask, "/proc/irq/%u/effective_affinity",
			  nic->first_irq + 2 * q + i);
	}
	tree_file(tree, "00000000\n", "%s/queues/rx-%u/rps_cpus", dev, q);
	tree_file(tree, "0\n", "%s/queues/rx-%u/rps_flow_cnt", dev, q);
	tree_file(tree, "0\n", "%s/queues/tx-%u/tx_timeout", dev, q);
	if (nic->queues == 1)
		return; /* there is no XPS */
	tree_file(tree, mask, "%s/queues/tx-%u/xps_cpus", dev, q);
	tree_file(tree, "0\n", "%s/queues/tx-%u/xps_rxqs", dev, q);
}

void tree_nic(const struct tree *tree, const struct tree_nic *nic)
{
	char pci[128], dev[256], link[300], text[64];
	unsigned int q;

	(void)snprintf(pci, sizeof(pci), "/sys/devices/pci0000:00/0000:00:%02x.0", 3 + nic->virtio);
	(void)snprintf(dev, sizeof(dev), "%s/virtio%u/net/%s", pci, nic->virtio, nic->ifname);
	(void)snprintf(text, sizeof(text), "%u\n", nic->ifindex);
	tree_file(tree, text, "%s/ifindex", dev);
	(void)snprintf(text, sizeof(text), "%s\n", nic->mac);
	tree_file(tree, text, "%s/address", dev);
	tree_file(tree, "1500\n", "%s/mtu", dev);
	tree_file(tree, "0x1003\n", "%s/flags", dev);
	tree_file(tree, "0\n", "%s/numa_node", pci);
	tree_file(tree, "0110\n", "%s/virtio%u/features", pci, nic->virtio);
	tree_link(tree, "../../../../bus/virtio/drivers/virtio_net", "%s/virtio%u/driver", pci,
		  nic->virtio);
	(void)snprintf(link, sizeof(link), "../../../virtio%u", nic->virtio);
	tree_link(tree, link, "%s/device", dev);
	(void)snprintf(link, sizeof(link), "../..%s", dev + strlen("/sys"));
	tree_link(tree, link, "/sys/class/net/%s", nic->ifname);
	for (q = 0; q < nic->queues; q++)
		nic_queue(tree, nic, dev, q);
}

static void line_add(struct text *text, unsigned int cpus, unsigned int irq, const char *name)
{
	unsigned int i;

	text_add(text, "%4u: ", irq);
	for (i = 0; i < cpus; i++)
		text_add(text, "%10u ", irq * 10);
	text_add(text, " PCI-MSIX-0000:00:03.0  %u-edge      %s\n", irq, name);
}

void tree_interrupts(const struct tree *tree, unsigned int cpus, const struct tree_nic *nics,
		     unsigned int nr)
{
	struct text text = { 0 };
	unsigned int i, q;
	char name[64];

	text_add(&text, "           ");
	for (i = 0; i < cpus; i++)
		text_add(&text, "CPU%-8u", i);
	text_add(&text, "\n");
	for (i = 0; i < nr; i++) {
		for (q = 0; q < 2 * nics[i].queues; q++) {
			(void)snprintf(name, sizeof(name), "virtio%u-%s.%u", nics[i].virtio,
				       q % 2 ? "output" : "input", q / 2);
			line_add(&text, cpus, nics[i].first_irq + q, name);
		}
	}
	text_add(&text, "NMI:          0          0   Non-maskable interrupts\n");
	assert_false(text.failed);
	tree_file(tree, text.s, "/proc/interrupts");
	text_free(&text);
}
