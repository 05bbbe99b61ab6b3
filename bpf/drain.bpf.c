// SPDX-License-Identifier: GPL-2.0
/*
 * New connections that are taken no more: a SYN to a drained port is refused
 * before a listener is looked for, or dropped before its listener sees it.
 *
 * The rule: only what would begin a connection is touched. What is established,
 * accepted, queued or half open goes on; and no sk_lookup program of somebody can
 * give to a listener what is refused here, since the listener's own filter drops it.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi_lookup.h"
#include "bpf/compat.bpf.h"
#include "bpf/drain.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define ETH_P_IP 0x0800 /* include/uapi/linux/if_ether.h */
#define ETH_P_IPV6 0x86dd
#define NEXT_HOPOPTS 0 /* include/net/ipv6.h: headers before that of TCP */
#define NEXT_ROUTING 43
#define NEXT_DEST 60
#define HEADERS_MAX 4
#define TCP_DEST_AT 2
#define TCP_FLAGS_AT 13
#define TCP_FLAG_SYN_BIT 0x02
#define TCP_FLAG_ACK_BIT 0x10
#define PASS 1
#define DROP 0

SEC("sk_lookup")
int drain_refuse(struct bpf_sk_lookup *ctx)
{
	struct drain_count *c;

	if (ctx->protocol != IPPROTO_TCP || !drain_has(ctx->local_port) || !drain_refuses())
		return SK_PASS;
	c = drain_count();
	if (c)
		c->refused++;
	return SK_DROP;
}

/* Where TCP's header begins; 0: it is not to be seen, or this is not TCP. */
static __always_inline __u32 tcp_at(struct __sk_buff *skb)
{
	__u8 head[2], next = 0;
	__u32 at = sizeof(struct ipv6hdr), i;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, 0, head, 1) || bpf_skb_load_bytes(skb, 9, &next, 1))
			return 0;
		return next == IPPROTO_TCP ? (head[0] & 0xf) * 4 : 0;
	}
	if (skb->protocol != bpf_htons(ETH_P_IPV6) || bpf_skb_load_bytes(skb, 6, &next, 1))
		return 0;
#pragma unroll
	for (i = 0; i < HEADERS_MAX; i++) {
		if (next == IPPROTO_TCP)
			return at;
		if ((next != NEXT_HOPOPTS && next != NEXT_ROUTING && next != NEXT_DEST) ||
		    bpf_skb_load_bytes(skb, at, head, 2))
			return 0;
		next = head[0];
		at += (head[1] + 1) * 8;
	}
	return next == IPPROTO_TCP ? at : 0;
}

/*
 * A connection's first packet, and not the last one of a handshake by a cookie, to a
 * drained port: that of the listener, or another one which a program has given to it.
 */
static __always_inline bool is_drained_syn(struct __sk_buff *skb, __u32 listener)
{
	const __u32 at = tcp_at(skb);
	__be16 dest;
	__u8 flags;

	return at && !bpf_skb_load_bytes(skb, at + TCP_FLAGS_AT, &flags, 1) &&
	       (flags & (TCP_FLAG_SYN_BIT | TCP_FLAG_ACK_BIT)) == TCP_FLAG_SYN_BIT &&
	       !bpf_skb_load_bytes(skb, at + TCP_DEST_AT, &dest, 2) &&
	       (drain_has(listener) || drain_has(bpf_ntohs(dest)));
}

static __always_inline bool is_here(const struct bpf_sock *sk, const struct drain_settings *s)
{
	const struct bpf_sock *on_stack = sk;
	const struct sock *address;

	/* no arithmetic is allowed on a verified pointer: read back, it is a number to probe at */
	if (bpf_probe_read_kernel(&address, sizeof(address), &on_stack))
		return false;
	return BPF_CORE_READ(address, __sk_common.skc_net.net, ns.inum) == s->netns;
}

SEC("cgroup_skb/ingress")
int drain_drop(struct __sk_buff *skb)
{
	const struct drain_settings *s = drain_get();
	struct bpf_sock *sk = skb->sk;
	struct drain_count *c;

	if (!s || !s->active || !sk)
		return PASS;
	sk = bpf_sk_fullsock(sk);
	if (!sk || sk->state != BPF_TCP_LISTEN || !is_here(sk, s) ||
	    !is_drained_syn(skb, sk->src_port))
		return PASS;
	c = drain_count();
	if (c)
		c->dropped++;
	return DROP;
}
