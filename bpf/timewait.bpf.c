// SPDX-License-Identifier: GPL-2.0
/*
 * TIME_WAIT as it happens: births, deaths, reuse, overflow, and connect() that
 * found no port, by destination. No tracepoint shows a birth, so these are on
 * the kernel's own functions: inet_twsk_alloc() makes each one (or none, which
 * is overflow), inet_twsk_kill() ends each one, whatever it died of. The one
 * rule: a connection costs one look at one row when its TIME_WAIT begins and
 * one when it ends; what is rare may cost more.
 *
 * Which side opened it: connect() marks the port's bind bucket, and a bucket
 * that bind() made, as for a listener, is never so marked. What was bound first
 * is judged by who listens, and where nobody does, by ip_local_port_range.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/abi.h"
#include "bpf/compat.bpf.h"
#include "bpf/timewait_rows.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define EADDRNOTAVAIL 99
#define LEFT_FOR_NS 130000000000ULL /* FIN_WAIT2 and TIME_WAIT after a listener closed */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_LISTENED);
	__type(key, struct lane_listened_key);
	__type(value, struct lane_listened);
} lane_listened SEC(".maps");

/* The rest is userspace's alone, kept beside what it belongs to. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_TW_OUT + LANE_TW_IN);
	__type(key, struct lane_tw_key);
	__type(value, struct lane_tw_seed);
} lane_tw_seed SEC(".maps");

/* What rows had counted that were removed, by network namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_TW_NETS);
	__type(key, __u32);
	__type(value, struct lane_tw);
} lane_tw_past SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lane_info);
} lane_tw_info SEC(".maps");

static const struct lane_listened no_listener;

/* ---- which side opened it */

/* Its port was bound before: is it one that connections come in by? */
static __noinline bool is_served(struct net *net, __u32 port)
{
	struct lane_listened_key key = { .netns = net->ns.inum, .port = port };
	const struct lane_listened *l = bpf_map_lookup_elem(&lane_listened, &key);

	if (l && (l->sockets > 0 || bpf_ktime_get_ns() - l->left_ns < LEFT_FOR_NS))
		return true;
	return !port_is_ephemeral(net, port);
}

static __always_inline bool is_opened(const struct sock_common *c,
				      const struct inet_bind_bucket *tb, __u16 port)
{
	/* connect() took the port over from a TIME_WAIT: that has none any more */
	if (!tb || tb->fastreuse < 0)
		return true;
	return !is_served(c->skc_net.net, port);
}

/* ---- births and deaths */

static __always_inline void born(struct lane_tw *row, __u64 now, int state)
{
	__u32 epoch = now >> LANE_TW_SHIFT;
	struct lane_tw_slot *slot = &row->slot[epoch % LANE_TW_SLOTS];

	/* two CPUs may both begin it: then a birth counts as the epoch before's */
	if (slot->epoch != epoch) {
		slot->before = row->births;
		slot->epoch = epoch;
	}
	add(&row->births);
	if (state == TCP_FIN_WAIT2)
		add(&row->fin_wait2);
}

SEC("fexit/inet_twsk_alloc")
int BPF_PROG(lane_tw_born, struct sock *sk, const void *death_row, int state, const void *tw)
{
	const struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct lane_tw_key key;
	struct lane_tw *row;
	bool opened;
	__u64 now;

	if (!tcp)
		return 0;
	opened =
		is_opened(&sk->__sk_common, tcp->inet_conn.icsk_bind_hash, sk->__sk_common.skc_num);
	key_make(&key, &sk->__sk_common, opened, sk->__sk_common.skc_num);
	row = row_get(&key, opened, sk->__sk_common.skc_net.net);
	if (!row)
		return 0;
	row->last_ns = now = bpf_ktime_get_ns();
	if (tw)
		born(row, now, state);
	else
		add(&row->overflows);
	return 0;
}

/* No row on its side: the mark of its port changed while it lived, or none was free. */
static __noinline struct lane_tw *row_elsewhere(const struct inet_timewait_sock *tw, bool opened)
{
	struct lane_tw_key key;
	struct lane_tw *row;

	key_make(&key, &tw->__tw_common, opened, tw->__tw_common.skc_num);
	row = row_find(&key, opened);
	return row ? row : row_other(key.netns);
}

SEC("fentry/inet_twsk_kill")
int BPF_PROG(lane_tw_died, const struct inet_timewait_sock *tw)
{
	const struct sock_common *c = &tw->__tw_common;
	struct lane_tw_key key;
	struct lane_tw *row;
	bool opened;

	opened = is_opened(c, tw->tw_tb, c->skc_num);
	key_make(&key, c, opened, c->skc_num);
	row = row_find(&key, opened);
	if (!row)
		row = row_elsewhere(tw, !opened);
	if (!row)
		return 0;
	add(&row->deaths);
	if ((__s64)(tw->tw_timer.expires - bpf_jiffies64()) > 0)
		add(&row->early);
	/* only connect() takes it out of the table of connections beforehand (TcpExt TWRecycled) */
	if (!c->skc_nulls_node.pprev)
		add(&row->reused);
	return 0;
}

/* ---- no port found */

static __always_inline void refused(const struct sock_common *c)
{
	struct lane_tw_key key;
	struct lane_tw *row;

	key_make(&key, c, true, 0);
	row = row_get(&key, true, c->skc_net.net);
	if (!row)
		return;
	add(&row->refused);
	row->refused_ns = bpf_ktime_get_ns();
}

/* With a port of its own (bind) it is not that there was none to choose. */
static __always_inline void connected(const struct sock *sk, int ret)
{
	if (ret == -EADDRNOTAVAIL && !sk->__sk_common.skc_num)
		refused(&sk->__sk_common);
}

SEC("fexit/inet_hash_connect")
int BPF_PROG(lane_tw_connect, const void *death_row, struct sock *sk, int ret)
{
	connected(sk, ret);
	return 0;
}

SEC("fexit/inet6_hash_connect")
int BPF_PROG(lane_tw_conn6, const void *death_row, struct sock *sk, int ret)
{
	connected(sk, ret);
	return 0;
}

SEC("fexit/inet_csk_get_port")
int BPF_PROG(lane_tw_bind, struct sock *sk, unsigned short snum, int ret)
{
	if (ret && !snum)
		refused(&sk->__sk_common);
	return 0;
}

/* ---- who listens */

static __always_inline void listens(const struct sock *sk, int n)
{
	struct lane_listened_key key = {
		.netns = sk->__sk_common.skc_net.net->ns.inum,
		/* a port that the kernel had chosen is given back before listening ends */
		.port = bpf_ntohs(BPF_CORE_READ((const struct inet_sock *)sk, inet_sport)),
	};
	struct lane_listened *l = bpf_map_lookup_elem(&lane_listened, &key);

	if (!l && n > 0) {
		bpf_map_update_elem(&lane_listened, &key, &no_listener, BPF_NOEXIST);
		l = bpf_map_lookup_elem(&lane_listened, &key);
	}
	if (!l)
		return;
	if (n < 0) {
		l->left_ns = bpf_ktime_get_ns();
		if (l->sockets <= 0)
			return; /* it was there before the counting, and not known */
	}
	__sync_fetch_and_add(&l->sockets, n);
}

SEC("fexit/inet_csk_listen_start")
int BPF_PROG(lane_tw_listen, struct sock *sk, int ret)
{
	if (!ret)
		listens(sk, 1);
	return 0;
}

/* The same before 5.17, when it had the backlog as an argument. */
SEC("fexit/inet_csk_listen_start")
int BPF_PROG(lane_tw_listen2, struct sock *sk, int backlog, int ret)
{
	if (!ret)
		listens(sk, 1);
	return 0;
}

SEC("fentry/inet_csk_listen_stop")
int BPF_PROG(lane_tw_deaf, struct sock *sk)
{
	listens(sk, -1);
	return 0;
}

/* ---- where functions of the kernel cannot be hooked: what changes of state let guess */

static __always_inline bool looks_like_birth(const struct sock *sk, int oldstate)
{
	/* a reset leaves an error; FIN_WAIT1 becomes FIN_WAIT2 first */
	return (oldstate == TCP_FIN_WAIT2 || oldstate == TCP_CLOSING) && !sk->sk_err;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(lane_tw_guess, const struct sock *sk, int oldstate, int newstate)
{
	struct lane_tw_key key;
	struct lane_tw *row;
	bool opened;
	__u16 port;
	__u64 now;

	if (newstate == TCP_LISTEN || oldstate == TCP_LISTEN)
		listens(sk, newstate == TCP_LISTEN ? 1 : -1);
	if (newstate != TCP_CLOSE || sk->sk_protocol != IPPROTO_TCP)
		return 0;
	/* the port is given back by now, but not forgotten */
	port = bpf_ntohs(BPF_CORE_READ((const struct inet_sock *)sk, inet_sport));
	if (oldstate == TCP_SYN_SENT && !port && !sk->sk_err)
		refused(&sk->__sk_common);
	if (!looks_like_birth(sk, oldstate))
		return 0;
	opened = !is_served(sk->__sk_common.skc_net.net, port);
	key_make(&key, &sk->__sk_common, opened, port);
	row = row_get(&key, opened, sk->__sk_common.skc_net.net);
	if (!row)
		return 0;
	row->last_ns = now = bpf_ktime_get_ns();
	/* without the other end's FIN it is a FIN_WAIT2 that is kept as one */
	born(row, now, sk->sk_shutdown & RCV_SHUTDOWN ? TCP_TIME_WAIT : TCP_FIN_WAIT2);
	return 0;
}
