/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between the BPF programs and userspace: map keys, values and
 * limits. Includes nothing; whoever includes it has __u32 and __u64. A change
 * of any layout or meaning here is a new LANE_ABI.
 */
#ifndef NETLANE_BPF_ABI_H
#define NETLANE_BPF_ABI_H

#define LANE_ABI 1

/* Interfaces are looked up by ifindex; one above the limit is not counted. */
#define LANE_IFINDEX_MAX 4096

/*
 * Slots of lane_rx and lane_tx: queue q of a NIC is its first slot + q, and
 * the slot after its last queue counts packets whose queue the kernel did not
 * tell. Per CPU: the CPU that ran the hook.
 */
#define LANE_SLOTS_MAX 8192

/* What one CPU saw of one queue, since the program was loaded. */
struct lane_count {
	__u64 packets; /* as the kernel handles them: a GSO super-packet counts one */
	__u64 bytes; /* of those packets, link header included */
};
_Static_assert(sizeof(struct lane_count) == 16, "lane_count is ABI");

/* Where a watched interface has its slots; all-zero: not watched. */
struct lane_nic {
	__u32 first; /* slot of queue 0 */
	__u32 queues; /* how many have one */
};
_Static_assert(sizeof(struct lane_nic) == 8, "lane_nic is ABI");

#endif /* NETLANE_BPF_ABI_H */
