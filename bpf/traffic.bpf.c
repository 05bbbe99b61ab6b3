// SPDX-License-Identifier: GPL-2.0
/*
 * What each lane really carries: packets and bytes by CPU and queue. Received
 * ones are seen where the driver hands them over, on the CPU that took the
 * interrupt, before GRO and RPS; sent ones where the driver gets them, on the
 * CPU that transmits. The one rule: what is always attached counts only, no
 * time stamps and no flow state, so that it costs nanoseconds a packet. What
 * costs more (softirq times, crossings, reasons of drops) is attached while
 * somebody looks.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/abi.h"
#include "bpf/bucket.bpf.h"
#include "bpf/compat.bpf.h"
#include "bpf/gso.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1); /* set by the loader */
	__type(key, __u32);
	__type(value, struct lane_count);
} lane_rx SEC(".maps"), lane_tx SEC(".maps");

/* Packets, after GRO, that a CPU processed for a queue whose interrupts another one takes. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1); /* set by the loader */
	__type(key, __u32);
	__type(value, __u64);
} lane_crossed SEC(".maps");

/* The CPU + 1 that last took packets from a queue. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set by the loader */
	__type(key, __u32);
	__type(value, __u32);
} lane_rx_cpu SEC(".maps");

/* By ifindex. Every packet of the node asks here: memory of the object, not a map to look up. */
struct lane_nic lane_nics[LANE_IFINDEX_MAX];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lane_info);
} lane_info SEC(".maps");

/*
 * The watched NIC of @dev, or NULL. Every packet of the node asks, most of them
 * in vain: what is asked first is what answers that with the fewest loads.
 */
static __always_inline struct lane_nic *nic_of(const struct net_device *dev)
{
	__u32 ifindex = dev->ifindex;
	struct lane_nic *nic;

	if (ifindex >= LANE_IFINDEX_MAX)
		return NULL;
	nic = &lane_nics[ifindex];
	barrier_var(nic); /* or the compiler works it out again at every use */
	/* the walk to the namespace is made once for each device of that number */
	if (nic->dev == (__u64)dev)
		return nic;
	if (!nic->queues || nic->netns != dev_netns(dev))
		return NULL;
	nic->dev = (__u64)dev;
	return nic;
}

static __always_inline __u32 slot_of(const struct lane_nic *nic, __u32 queue)
{
	return nic->first + (queue < nic->queues ? queue : nic->queues);
}

/* Per CPU, and neither hook nests on one CPU: no atomics needed. */
static __always_inline void count(struct lane_count *c, __u32 bytes)
{
	c->packets++;
	c->bytes += bytes;
}

/*
 * What a super-packet is above that. It has a function of its own, which looks
 * for its slot again, so that the programs have little to keep in registers:
 * each one they use is saved and restored for every packet of the node.
 */
static __noinline void count_super(void *map, __u32 slot, const struct sk_buff *skb, __u32 bytes)
{
	struct lane_count *c = bpf_map_lookup_elem(map, &slot);
	__u32 size = gso_size_of(skb);

	if (c && size)
		count_segments(c, skb, bytes, size);
}

static __noinline void remember_cpu(__u32 slot)
{
	__u32 *last = bpf_map_lookup_elem(&lane_rx_cpu, &slot);
	__u32 cpu = bpf_get_smp_processor_id() + 1;

	if (last && *last != cpu)
		*last = cpu;
}

/* The link header has been taken off a received packet, but it is still there. */
static __always_inline void count_received(const struct sk_buff *skb, bool has_queue)
{
	struct lane_nic *nic = nic_of(skb->dev);
	__u32 queue = -1, slot;
	struct lane_count *c;

	if (!nic)
		return;
	/* queue_mapping is the receive queue + 1, 0: not recorded by the driver */
	if (has_queue)
		queue = (__u32)skb->queue_mapping - 1;
	slot = slot_of(nic, queue);
	c = bpf_map_lookup_elem(&lane_rx, &slot);
	if (!c)
		return;
	count(c, skb->len + nic->link_bytes);
	if (gso_size_of(skb))
		count_super(&lane_rx, slot, skb, skb->len + nic->link_bytes);
	if (nic->crossings)
		remember_cpu(slot);
}

SEC("tp_btf/napi_gro_receive_entry")
int BPF_PROG(lane_rx_gro, const struct sk_buff *skb)
{
	count_received(skb, true);
	return 0;
}

/* The ways of drivers without GRO. Virtual ones leave the sender's queue in the packet. */
SEC("tp_btf/netif_rx_entry")
int BPF_PROG(lane_rx_backlog, const struct sk_buff *skb)
{
	count_received(skb, false);
	return 0;
}

SEC("tp_btf/netif_receive_skb_entry")
int BPF_PROG(lane_rx_direct, const struct sk_buff *skb)
{
	count_received(skb, true);
	return 0;
}

SEC("tp_btf/net_dev_start_xmit")
int BPF_PROG(lane_tx_start, const struct sk_buff *skb, const struct net_device *dev)
{
	struct lane_nic *nic = nic_of(dev);
	struct lane_count *c;
	__u32 slot, len;

	if (!nic)
		return 0;
	slot = slot_of(nic, skb->queue_mapping);
	c = bpf_map_lookup_elem(&lane_tx, &slot);
	if (!c)
		return 0;
	len = skb->len;
	count(c, len);
	if (qdisc_pkt_len(skb) != len)
		count_super(&lane_tx, slot, skb, len);
	return 0;
}

/* After GRO and RPS, on the CPU that runs the protocols. */
SEC("tp_btf/netif_receive_skb")
int BPF_PROG(lane_cross, const struct sk_buff *skb)
{
	struct lane_nic *nic = nic_of(skb->dev);
	__u32 slot, *last;
	__u64 *crossed;

	if (!nic || !skb->queue_mapping)
		return 0;
	slot = slot_of(nic, (__u32)skb->queue_mapping - 1);
	last = bpf_map_lookup_elem(&lane_rx_cpu, &slot);
	if (!last || !*last || *last == bpf_get_smp_processor_id() + 1)
		return 0;
	crossed = bpf_map_lookup_elem(&lane_crossed, &slot);
	if (crossed)
		*crossed += 1;
	return 0;
}

/* ---- softirq times: NET_RX from the raise to the handler, and the handler's own */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lane_softirq);
} lane_softirq SEC(".maps");

static __always_inline struct lane_softirq *softirq_here(unsigned int vec)
{
	__u32 zero = 0;

	return vec == NET_RX_SOFTIRQ ? bpf_map_lookup_elem(&lane_softirq, &zero) : NULL;
}

SEC("tp_btf/softirq_raise")
int BPF_PROG(lane_softirq_raise, unsigned int vec)
{
	struct lane_softirq *s = softirq_here(vec);

	/* raised again while it waits: the first one counts */
	if (s && !s->raised_ns)
		s->raised_ns = bpf_ktime_get_ns();
	return 0;
}

/*
 * A mark may be left from an earlier watch, or be made a second time by another
 * watcher on the same kernel hook: each mark counts once and not if it is old.
 */
SEC("tp_btf/softirq_entry")
int BPF_PROG(lane_softirq_enter, unsigned int vec)
{
	struct lane_softirq *s = softirq_here(vec);
	struct lane_info *info;
	__u64 now, raised;
	__u32 zero = 0;

	if (!s)
		return 0;
	now = bpf_ktime_get_ns();
	raised = s->raised_ns;
	s->raised_ns = 0;
	info = bpf_map_lookup_elem(&lane_info, &zero);
	if (info && raised && raised >= info->softirq_since_ns)
		s->wait[bucket_of(now - raised)]++;
	if (raised || !s->entered_ns)
		s->entered_ns = now;
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(lane_softirq_leave, unsigned int vec)
{
	struct lane_softirq *s = softirq_here(vec);
	struct lane_info *info;
	__u64 ns, entered;
	__u32 zero = 0;

	if (!s)
		return 0;
	entered = s->entered_ns;
	s->entered_ns = 0;
	info = bpf_map_lookup_elem(&lane_info, &zero);
	if (!info || !entered || entered < info->softirq_since_ns)
		return 0;
	ns = bpf_ktime_get_ns() - entered;
	s->run[bucket_of(ns)]++;
	s->run_ns += ns;
	return 0;
}

/* ---- drops by reason, where the kernel says one (5.17 and later) */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LANE_REASONS);
	__type(key, __u32);
	__type(value, __u64);
} lane_drops SEC(".maps");

SEC("tp_btf/kfree_skb")
int BPF_PROG(lane_drop, const struct sk_buff *skb, const void *location, unsigned int reason)
{
	__u32 key = reason < LANE_REASONS ? reason : 0;
	__u64 *drops;

	/* skb->dev shares its place with a socket's data: whether it is one, skb_iif tells */
	if (!skb->dev || (skb->skb_iif && skb->skb_iif != skb->dev->ifindex) || !nic_of(skb->dev))
		return 0;
	drops = bpf_map_lookup_elem(&lane_drops, &key);
	if (drops)
		*drops += 1;
	return 0;
}
