/* SPDX-License-Identifier: GPL-2.0 */
/* Folders that look like a node's /sys, /proc and /etc, made and removed by a test. */
#ifndef NETLANE_TESTS_TREE_H
#define NETLANE_TESTS_TREE_H

struct tree {
	char root[64];
};

/* Each fails the test when it cannot do its work. */
void tree_make(struct tree *tree);
void tree_remove(struct tree *tree);
/* A file with @text, and the folders above it. */
void tree_file(const struct tree *tree, const char *text, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void tree_link(const struct tree *tree, const char *target, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One NIC of the trees below; its interrupts start at @first_irq. */
struct tree_nic {
	const char *ifname;
	const char *mac;
	unsigned int ifindex;
	unsigned int virtio; /* N of virtioN; it sits at 0000:00:0(3+N).0 */
	unsigned int queues;
	unsigned int first_irq;
};

/* CPUs 0 .. @possible - 1, of which "0-(@online - 1)" are online, in one node. */
void tree_cpus(const struct tree *tree, unsigned int possible, unsigned int online);
/* sysfs and /proc/irq of a virtio NIC; a queue's mask is its own CPU. */
void tree_nic(const struct tree *tree, const struct tree_nic *nic);
/* /proc/interrupts of @nr NICs over @cpus columns; interrupt n has counted 10 * n on each CPU. */
void tree_interrupts(const struct tree *tree, unsigned int cpus, const struct tree_nic *nics,
		     unsigned int nr);

#endif /* NETLANE_TESTS_TREE_H */
