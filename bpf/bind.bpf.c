// SPDX-License-Identifier: GPL-2.0
/*
 * Which listener gets a connection, or a datagram, by its address and port.
 * The rule: nothing in these maps is changed but counts and sockets; another
 * table is another program with maps of its own, put in the place of this one
 * by one write, so that no packet meets half of it.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "bpf/abi_lookup.h"
#include "bpf/drain.bpf.h"

#define AF_INET 2
#define AF_INET6 10

char LICENSE[] SEC("license") = "GPL";

/* The sizes of most are set when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct bind_net);
	__type(value, __u32);
} lane_bind_nets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bind_set);
} lane_bind_sets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bind_page);
} lane_bind_pages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bind_section);
} lane_bind_secs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lane_bind_socks SEC(".maps");

/* Handed on to the next table. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BIND_COUNTS);
	__type(key, __u32);
	__type(value, struct bind_count);
} lane_bind_cnts SEC(".maps");

/* For who reads it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bind_text);
} lane_bind_text SEC(".maps");

/* The number of the binding that has it, and 1; 0: none. */
static __always_inline __u32 binding_find(struct bpf_sk_lookup *ctx, bool six)
{
	struct bind_net net = {
		.bits = BIND_NET_HEAD + (six ? 128 : 32),
		.family = six ? AF_INET6 : AF_INET,
		.protocol = ctx->protocol,
	};
	__u32 port = ctx->local_port, at;
	struct bind_page *page;
	struct bind_set *set;
	__u32 *found;

	if (six) {
		net.addr[0] = ctx->local_ip6[0];
		net.addr[1] = ctx->local_ip6[1];
		net.addr[2] = ctx->local_ip6[2];
		net.addr[3] = ctx->local_ip6[3];
	} else {
		net.addr[0] = ctx->local_ip4;
	}
	found = bpf_map_lookup_elem(&lane_bind_nets, &net);
	if (!found)
		return 0;
	at = *found;
	set = bpf_map_lookup_elem(&lane_bind_sets, &at);
	if (!set)
		return 0;
	at = set->page[(port >> 8) & (BIND_PAGE - 1)];
	page = bpf_map_lookup_elem(&lane_bind_pages, &at);
	return page ? page->binding[port & (BIND_PAGE - 1)] : 0;
}

enum given { GIVEN, NOBODY, DRAINED };

/* To the first of its sockets that is open and takes it; a group (SO_REUSEPORT) then chooses. */
static __always_inline enum given binding_give(struct bpf_sk_lookup *ctx, __u32 binding, bool six)
{
	bool udp = ctx->protocol == IPPROTO_UDP;
	__u32 slot = BIND_SLOT(binding, udp, six), i;

#pragma unroll
	for (i = 0; i < BIND_WIDTH; i++) {
		struct bpf_sock *sk = bpf_map_lookup_elem(&lane_bind_socks, &slot);
		bool drained;
		long ret;

		slot++;
		if (!sk)
			continue;
		drained = !udp && drain_has(sk->src_port) && drain_refuses();
		ret = drained ? 0 : bpf_sk_assign(ctx, sk, 0);
		bpf_sk_release(sk);
		if (!ret)
			return drained ? DRAINED : GIVEN;
	}
	return NOBODY;
}

SEC("sk_lookup")
int lane_bind(struct bpf_sk_lookup *ctx)
{
	bool six = ctx->family == AF_INET6;
	__u32 at = binding_find(ctx, six), where;
	struct bind_section *section;
	struct bind_count *count;
	struct drain_count *drain;

	if (!at--)
		return SK_PASS;
	asm volatile("" : : "r"(&lane_bind_text)); /* a program keeps the maps that it names */
	section = bpf_map_lookup_elem(&lane_bind_secs, &at);
	if (!section)
		return SK_PASS;
	where = section->count;
	count = bpf_map_lookup_elem(&lane_bind_cnts, &where);
	if (!count)
		return SK_PASS;
	if (ctx->sk) { /* somebody was here before, and has chosen */
		count->others++;
		return SK_PASS;
	}
	/* the drain's own program counts what goes to such a port */
	if (ctx->protocol == IPPROTO_TCP && drain_has(ctx->local_port) && drain_refuses())
		return SK_DROP;
	switch (binding_give(ctx, at, six)) {
	case DRAINED:
		drain = drain_count();
		if (drain)
			drain->refused++;
		return SK_DROP;
	case NOBODY:
		count->missed++;
		return SK_PASS;
	case GIVEN:
		if (ctx->protocol == IPPROTO_UDP)
			count->datagrams++;
		else
			count->connections++;
	}
	return SK_PASS;
}
