// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to TCP connections: what is sent again, what times out, resets,
 * windows that close, congestion states and the time in them, the RTT at the
 * end, the wait for accept(), the path of what was served. The rule: nothing
 * runs for a packet that arrives or leaves as it should; a connection costs one
 * look when it is accepted, one when its server closes and one when it ends, and
 * everything else is seen only when something goes wrong.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/abi.h"
#include "bpf/bucket.bpf.h"
#include "bpf/compat.bpf.h"
#include "bpf/tcp_group.bpf.h"
#include "bpf/tcp_path.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lane_info);
} tcp_info SEC(".maps");

/* Accepted connections that tcp_accepts has no room for. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} tcp_accepts_lost SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, TCP_ACCEPTS_MAX);
	__type(key, struct tcp_accept_key);
	__type(value, struct tcp_serve);
} tcp_serves SEC(".maps");

/* By the CPU that received, in the memory of the one that accepts. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TCP_RECEIVERS);
	__type(key, __u32);
	__type(value, __u64);
} tcp_received SEC(".maps");

/* The oldest make room: threads come and go. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TCP_TAKERS_MAX);
	__type(key, struct tcp_taker_key);
	__type(value, struct tcp_taker);
} tcp_takers SEC(".maps");

/* Who took last on this CPU, which most often takes again. */
struct latest_taker {
	__u64 inode;
	__u64 ns;
	__u32 tid;
	__u32 zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct latest_taker);
} latest_takers SEC(".maps");

/* Of a connection that is not in the state Open: since when, for the time in it. */
struct since {
	__u64 ns; /* CLOCK_MONOTONIC */
	__u32 state;
	__u32 zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct since);
} tcp_since SEC(".maps");

/* Set by the loader, constant for the verifier: tcp_retransmit_skb says whether it went (6.16). */
const volatile bool retransmit_says_error;
/* The kernel shows transitions (5.19). */
const volatile bool has_states;

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(tcp_retransmit, struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	const struct tcp_skb_cb *cb;

	if (!tp || !skb || (retransmit_says_error && (int)ctx[2]))
		return 0;
	/* what RetransSegs of SNMP counts: the segments of a super-packet */
	cb = (const struct tcp_skb_cb *)skb->cb;
	ADD(tp, retransmits, BPF_CORE_READ(cb, tcp_gso_segs));
	return 0;
}

SEC("fentry/tcp_enter_loss")
int BPF_PROG(tcp_timeout, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (tp)
		ADD(tp, timeouts, 1);
	return 0;
}

SEC("fentry/tcp_send_probe0")
int BPF_PROG(tcp_zero_window, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	/* what still fits into the window goes as data, and is no probe */
	if (tp && (int)(tp->snd_una + tp->snd_wnd - tp->snd_nxt) <= 0)
		ADD(tp, zero_windows, 1);
	return 0;
}

SEC("tp_btf/tcp_send_reset")
int BPF_PROG(tcp_reset_sent, struct sock *sk)
{
	struct tcp_sock *tp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;

	/* a listener's is an answer to nobody's connection */
	if (tp && sk->__sk_common.skc_state != TCP_LISTEN)
		ADD(tp, resets_sent, 1);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(tcp_reset_received, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (tp)
		ADD(tp, resets_received, 1);
	return 0;
}

/* The time in a state that ends now, of a connection that is remembered in @since. */
static __always_inline void leave_state(struct tcp_sock *tp, struct since *since, __u64 now)
{
	__u32 state = since->state & (TCP_STATES - 1);
	struct tcp_row *group, *lane;

	if (!since->ns)
		return;
	group = group_row(tp);
	lane = lane_row();
	if (group)
		__sync_fetch_and_add(&group->state_ns[state], now - since->ns);
	if (lane)
		__sync_fetch_and_add(&lane->state_ns[state], now - since->ns);
	since->ns = 0;
}

/* Told before the state changes, and also when it does not. */
SEC("tp_btf/tcp_cong_state_set")
int BPF_PROG(tcp_state, struct sock *sk, const __u8 state)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	__u32 entered = state;
	struct since *since;
	__u64 now;

	entered &= TCP_STATES - 1; /* no test: the compiler may index by what it tested not */
	if (!tp || BPF_CORE_READ_BITFIELD(&tp->inet_conn, icsk_ca_state) == entered)
		return 0;
	now = bpf_ktime_get_ns();
	since = bpf_sk_storage_get(&tcp_since, sk, NULL, entered ? BPF_SK_STORAGE_GET_F_CREATE : 0);
	if (since) {
		leave_state(tp, since, now);
		since->state = entered;
		since->ns = entered ? now : 0;
	}
	ADD(tp, entered[entered], 1);
	return 0;
}

/* floor(log2(us)), at most the last bucket. */
static __always_inline __u32 bucket_of_us(__u64 us)
{
	__u32 bucket = bucket_of(us);

	return bucket < TCP_BUCKETS ? bucket : TCP_BUCKETS - 1;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_closed, struct sock *sk, const int from, const int to)
{
	struct tcp_row *group, *lane;
	struct since *since;
	struct tcp_sock *tp;
	bool measured;
	__u32 bucket;

	if (to == TCP_FIN_WAIT1 || to == TCP_LAST_ACK)
		path_ended(sk);
	if (to != TCP_CLOSE || from == TCP_SYN_SENT || from == TCP_LISTEN || from == TCP_CLOSE ||
	    from == TCP_NEW_SYN_RECV || from == TCP_SYN_RECV)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	/* none was measured, as after a SYN cookie without timestamps */
	measured = tp->srtt_us > 0;
	bucket = bucket_of_us(tp->srtt_us >> 3);
	group = group_row(tp);
	lane = lane_row();
	if (group) {
		__sync_fetch_and_add(&group->closed, 1);
		if (measured && bucket < TCP_BUCKETS)
			__sync_fetch_and_add(&group->rtt[bucket], 1);
		/* the time of its last segment, in us: it is there, a clock would have to be read */
		group->last_ns = tp->tcp_mstamp * 1000;
	}
	if (lane) {
		__sync_fetch_and_add(&lane->closed, 1);
		if (measured && bucket < TCP_BUCKETS)
			__sync_fetch_and_add(&lane->rtt[bucket], 1);
	}
	if (!has_states || !BPF_CORE_READ_BITFIELD(&tp->inet_conn, icsk_ca_state))
		return 0;
	since = bpf_sk_storage_get(&tcp_since, sk, NULL, 0);
	if (since)
		leave_state(tp, since, bpf_ktime_get_ns());
	return 0;
}

/* ---- accept() */

/*
 * Which CPU received (it made the child in its softirq) and which accepts. Two
 * tasks of a CPU may be here at once, so its own numbers want atomics, too.
 */
static __always_inline void served(const struct tcp_accept_key *key, __u32 receiver)
{
	__u32 row = receiver < TCP_RECEIVERS - 1 ? receiver : TCP_RECEIVERS - 1;
	struct tcp_serve *serve = bpf_map_lookup_elem(&tcp_serves, key);
	__u64 *received = bpf_map_lookup_elem(&tcp_received, &row);

	if (received)
		__sync_fetch_and_add(received, 1);
	if (!serve) {
		struct tcp_serve none = {};

		(void)bpf_map_update_elem(&tcp_serves, key, &none, BPF_NOEXIST);
		serve = bpf_map_lookup_elem(&tcp_serves, key);
	}
	if (!serve)
		return;
	__sync_fetch_and_add(&serve->accepted, 1);
	if (receiver == bpf_get_smp_processor_id())
		__sync_fetch_and_add(&serve->local, 1);
}

/* Which thread took from which socket. */
static __always_inline void taken(struct sock *sk, __u64 now)
{
	struct socket *socket = sk->sk_socket;
	struct file *file = socket ? socket->file : NULL;
	struct tcp_taker_key key = { .tid = (__u32)bpf_get_current_pid_tgid() };
	struct tcp_taker taker = { .last_ns = now };
	struct latest_taker *latest;
	__u32 zero = 0;

	if (!file)
		return; /* the kernel's own listener */
	key.inode = file->f_inode->i_ino;
	latest = bpf_map_lookup_elem(&latest_takers, &zero);
	if (!latest || (latest->inode == key.inode && latest->tid == key.tid &&
			now - latest->ns < TCP_TAKER_EVERY_NS))
		return;
	*latest = (struct latest_taker){ key.inode, now, key.tid, 0 };
	(void)bpf_map_update_elem(&tcp_takers, &key, &taker, BPF_ANY);
}

/*
 * When the handshake ended, the kernel began to measure how fast the reader
 * takes what comes, and it goes on with that at the first read: nothing has to
 * be remembered for each connection here.
 */
static __always_inline void accepted(struct sock *sk, struct sock *child)
{
	struct tcp_accept_key key;
	struct tcp_accept_row *row;
	struct tcp_sock *tp;
	__u64 now, began, *lost;
	__u32 bucket, zero = 0;

	tp = child ? bpf_skc_to_tcp_sock(child) : NULL;
	if (!tp)
		return;
	accept_key(sk, sk->__sk_common.skc_num, &key);
	row = bpf_map_lookup_elem(&tcp_accepts, &key);
	if (!row) {
		struct tcp_accept_row none = {};

		(void)bpf_map_update_elem(&tcp_accepts, &key, &none, BPF_NOEXIST);
		row = bpf_map_lookup_elem(&tcp_accepts, &key);
	}
	if (!row) {
		lost = bpf_map_lookup_elem(&tcp_accepts_lost, &zero);
		if (lost)
			__sync_fetch_and_add(lost, 1);
		return;
	}
	now = bpf_ktime_get_ns();
	began = tp->rcvq_space.time; /* in us of the same clock */
	bucket = bucket_of_us(now / 1000 > began ? now / 1000 - began : 0);
	served(&key, tp->inet_conn.icsk_inet.sk.__sk_common.skc_incoming_cpu);
	taken(sk, now);
	if (bucket < TCP_BUCKETS)
		__sync_fetch_and_add(&row->wait[bucket], 1);
	row->last_ns = now;
}

/* Since 6.10 (92ef0fd55ac8) what accept() is told is one structure. */
SEC("fexit/inet_csk_accept")
int BPF_PROG(tcp_accepted, struct sock *sk, void *arg, struct sock *child)
{
	accepted(sk, child);
	return 0;
}

SEC("fexit/inet_csk_accept")
int BPF_PROG(tcp_accepted_old, struct sock *sk, int flags, int *err, bool kern, struct sock *child)
{
	accepted(sk, child);
	return 0;
}
