// SPDX-License-Identifier: GPL-2.0
/*
 * What each lane really carries: packets and bytes by CPU and queue. Received
 * ones are seen where NAPI hands them over, on the CPU that took the
 * interrupt, before GRO and RPS; sent ones where the driver gets them, on the
 * CPU that transmits. The one rule: count only, no time stamps and no flow
 * state, so that it costs nanoseconds a packet.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/abi.h"

char LICENSE[] SEC("license") = "GPL";

#define LINK_HEADER_BYTES 14 /* Ethernet; taken off skb->len before receive hooks */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1); /* set by the loader */
	__type(key, __u32);
	__type(value, struct lane_count);
} lane_rx SEC(".maps"), lane_tx SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LANE_IFINDEX_MAX);
	__type(key, __u32);
	__type(value, struct lane_nic);
} lane_nics SEC(".maps");

/* The watched NIC of @dev, or NULL. */
static __always_inline struct lane_nic *nic_of(const struct net_device *dev)
{
	__u32 ifindex = dev->ifindex;
	struct lane_nic *nic = bpf_map_lookup_elem(&lane_nics, &ifindex);

	return nic && nic->queues ? nic : NULL;
}

static __always_inline void count(void *map, const struct lane_nic *nic, __u32 queue, __u32 bytes)
{
	__u32 slot = nic->first + (queue < nic->queues ? queue : nic->queues);
	struct lane_count *c = bpf_map_lookup_elem(map, &slot);

	if (!c)
		return;
	/* per CPU, and neither hook nests on one CPU: no atomics needed */
	c->packets++;
	c->bytes += bytes;
}

SEC("tp_btf/napi_gro_receive_entry")
int BPF_PROG(lane_rx_gro, const struct sk_buff *skb)
{
	struct lane_nic *nic = nic_of(skb->dev);

	/* queue_mapping is the receive queue + 1, 0: not recorded by the driver */
	if (nic)
		count(&lane_rx, nic, (__u32)skb->queue_mapping - 1, skb->len + LINK_HEADER_BYTES);
	return 0;
}

SEC("tp_btf/net_dev_start_xmit")
int BPF_PROG(lane_tx_start, const struct sk_buff *skb, const struct net_device *dev)
{
	struct lane_nic *nic = nic_of(dev);

	if (nic)
		count(&lane_tx, nic, skb->queue_mapping, skb->len);
	return 0;
}
