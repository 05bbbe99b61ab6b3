/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path of a served connection: the CPU that received, the CPU that served, the queue that
 * sent. The rule: it is looked at once, where the server closes or shuts down, for there alone all
 * three are known without remembering anything or running for a packet: that is the server's own
 * thread on its own CPU, the socket still has the CPU that its last segment came in by, and the
 * queue that the kernel chose when it sent the last time (of the answer, for the FIN follows). A
 * queue is no CPU: whose it is, is up to XPS, which is left to who reads. What ends otherwise (a
 * reset, a process' death with unread data) has sent no answer to its end, and is not looked at.
 * Include after tcp_group.bpf.h, from tcp.bpf.c alone.
 */
#ifndef NETLANE_BPF_TCP_PATH_H
#define NETLANE_BPF_TCP_PATH_H

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TCP_PATHS_MAX);
	__type(key, struct tcp_path_key);
	__type(value, struct tcp_path);
} tcp_paths SEC(".maps");

/* Connections whose path tcp_paths has no room for. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} tcp_paths_lost SEC(".maps");

static __always_inline void path_count(const struct tcp_path_key *key, __u64 now)
{
	struct tcp_path *path = bpf_map_lookup_elem(&tcp_paths, key);
	__u32 zero = 0;
	__u64 *lost;

	if (!path) {
		struct tcp_path none = {};

		(void)bpf_map_update_elem(&tcp_paths, key, &none, BPF_NOEXIST);
		path = bpf_map_lookup_elem(&tcp_paths, key);
	}
	if (path) {
		__sync_fetch_and_add(&path->connections, 1);
		path->last_ns = now;
		return;
	}
	lost = bpf_map_lookup_elem(&tcp_paths_lost, &zero);
	if (lost)
		__sync_fetch_and_add(lost, 1);
}

static __always_inline void path_ended(struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	const struct dst_entry *dst;
	struct tcp_path_key key = {};
	__u16 port;

	if (!tp)
		return;
	port = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	if (!is_served(sk, port))
		return;
	accept_key(sk, port, &key.listener);
	dst = sk->sk_dst_cache;
	if (dst)
		key.ifindex = dst->dev->ifindex;
	key.queue = sk->__sk_common.skc_tx_queue_mapping;
	key.received = sk->__sk_common.skc_incoming_cpu;
	key.served = bpf_get_smp_processor_id();
	/* the time of its last segment, in us, as for the rows of groups */
	path_count(&key, tp->tcp_mstamp * 1000);
}

#endif /* NETLANE_BPF_TCP_PATH_H */
