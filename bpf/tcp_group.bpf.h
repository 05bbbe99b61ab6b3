/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of whom an event is: the row of a connection's group (who talks with whom, by
 * which congestion control), and that of the lane on whose CPU it was seen.
 * Include after compat.bpf.h, from tcp.bpf.c alone: it has the maps.
 */
#ifndef NETLANE_BPF_TCP_GROUP_H
#define NETLANE_BPF_TCP_GROUP_H

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

/* What the groups' table has no room for. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tcp_row);
} tcp_rest SEC(".maps");

/* What a new row begins as: too large for the stack, and never written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tcp_row);
} tcp_zero SEC(".maps");

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

#endif /* NETLANE_BPF_TCP_GROUP_H */
