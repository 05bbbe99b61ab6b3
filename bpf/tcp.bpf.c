// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to TCP connections: what is sent again, what times out, resets,
 * windows that close, congestion states and the time in them, the RTT at the
 * end, the wait for accept(). The rule: nothing runs for a packet that arrives
 * or leaves as it should; a connection costs one look when it is accepted and
 * one when it ends, and everything else is seen only when something goes wrong.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/abi.h"
#include "bpf/bucket.bpf.h"
#include "bpf/compat.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lane_info);
} tcp_info SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TCP_ROWS_MAX);
	__type(key, struct tcp_row_key);
	__type(value, struct tcp_row);
} tcp_rows SEC(".maps");

/* The same by CPU alone: the lane on whose CPU it was seen. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tcp_row);
} tcp_lanes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TCP_ACCEPTS_MAX);
	__type(key, struct tcp_accept_key);
	__type(value, struct tcp_accept_row);
} tcp_accepts SEC(".maps");

/* What the tables above have no room for: the groups', and how many accepted connections. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tcp_row);
} tcp_rest SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} tcp_accepts_lost SEC(".maps");

/* What a new row begins as: too large for the stack, and never written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tcp_row);
} tcp_zero SEC(".maps");

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

static __always_inline bool is_mapped(const struct sock *sk)
{
	const __u32 *to = sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32;

	return !to[0] && !to[1] && to[2] == bpf_htonl(0xffff);
}

static __always_inline void accept_key(const struct sock *sk, __u16 port,
				       struct tcp_accept_key *key)
{
	struct net *net = sk->__sk_common.skc_net.net;

	__builtin_memset(key, 0, sizeof(*key));
	key->netns = net->ns.inum;
	key->mix = net->hash_mix;
	key->port = port;
	key->family = sk->__sk_common.skc_family == AF_INET6 ? 6 : 4;
}

/*
 * Did others open it? A service may have a port that connect() would choose from,
 * too: then somebody has accepted there. A child is of its listener's family.
 */
static __always_inline bool is_served(const struct sock *sk, __u16 port)
{
	struct tcp_accept_key key;

	if (!port_is_ephemeral(sk->__sk_common.skc_net.net, port))
		return true;
	accept_key(sk, port, &key);
	return bpf_map_lookup_elem(&tcp_accepts, &key);
}

static __always_inline void group_of(const struct tcp_sock *tp, struct tcp_row_key *group)
{
	const struct inet_connection_sock *icsk = &tp->inet_conn;
	const struct sock *sk = &icsk->icsk_inet.sk;
	struct net *net = sk->__sk_common.skc_net.net;
	const struct tcp_congestion_ops *cc;
	__u16 port;

	__builtin_memset(group, 0, sizeof(*group));
	group->netns = net->ns.inum;
	group->mix = net->hash_mix;
	if (sk->__sk_common.skc_family == AF_INET6 && !is_mapped(sk)) {
		const __u32 *to = sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32;

		group->net = (__u64)bpf_ntohl(to[0]) << 32 | bpf_ntohl(to[1]);
		group->family = 6;
	} else {
		group->net = bpf_ntohl(sk->__sk_common.skc_daddr) & ~0xffU;
		group->family = 4;
	}
	/* skc_num is 0 by the time that a connection's end is told */
	port = bpf_ntohs(icsk->icsk_inet.inet_sport);
	group->served = is_served(sk, port);
	group->port = group->served ? port : bpf_ntohs(sk->__sk_common.skc_dport);
	/* the name's first bytes tell cubic, bbr, reno, dctcp and their like apart */
	cc = icsk->icsk_ca_ops;
	group->cc[0] = cc->name[0];
	group->cc[1] = cc->name[1];
	group->cc[2] = cc->name[2];
	group->cc[3] = cc->name[3];
}

/* A function of its own, for the verifier of old kernels and the size of the programs. */
static __noinline struct tcp_row *group_find(const struct tcp_row_key *group)
{
	struct tcp_row *count, *zeros;
	__u32 zero = 0;

	if (!group)
		return NULL;
	count = bpf_map_lookup_elem(&tcp_rows, group);
	if (count)
		return count;
	zeros = bpf_map_lookup_elem(&tcp_zero, &zero);
	/* there by now, from another CPU, is as good as made */
	if (zeros)
		(void)bpf_map_update_elem(&tcp_rows, group, zeros, BPF_NOEXIST);
	count = bpf_map_lookup_elem(&tcp_rows, group);
	return count ? count : bpf_map_lookup_elem(&tcp_rest, &zero);
}

static __noinline struct tcp_row *group_row(struct tcp_sock *tp)
{
	struct tcp_row_key group;

	if (!tp)
		return NULL;
	group_of(tp, &group);
	return group_find(&group);
}

static __always_inline struct tcp_row *lane_row(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&tcp_lanes, &zero);
}

/* Programs of one CPU may nest (a softirq in a system call): a lane's row wants atomics, too. */
#define ADD(tp, field, number)                                               \
	do {                                                                 \
		struct tcp_row *group_ = group_row(tp), *lane_ = lane_row(); \
		__u64 number_ = (number);                                    \
                                                                             \
		if (group_) {                                                \
			__sync_fetch_and_add(&group_->field, number_);       \
			group_->last_ns = bpf_ktime_get_ns();                \
		}                                                            \
		if (lane_)                                                   \
			__sync_fetch_and_add(&lane_->field, number_);        \
	} while (0)

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
	__sync_fetch_and_add(&row->accepted, 1);
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
