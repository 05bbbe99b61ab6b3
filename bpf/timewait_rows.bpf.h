/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The row that a connection is counted in: made where there is none, begun anew
 * where its network namespace is gone, and another one where there is no room.
 * Include after compat.bpf.h, from timewait.bpf.c alone: it has the maps.
 */
#ifndef NETLANE_BPF_TIMEWAIT_ROWS_H
#define NETLANE_BPF_TIMEWAIT_ROWS_H

#define MAPPED bpf_htonl(0xffff) /* the third word of a mapped address */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_TW_OUT);
	__type(key, struct lane_tw_key);
	__type(value, struct lane_tw);
} lane_tw_out SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_TW_IN);
	__type(key, struct lane_tw_key);
	__type(value, struct lane_tw);
} lane_tw_in SEC(".maps");

/* What found no row, by network namespace; 0: of namespaces that found none here. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_TW_NETS);
	__type(key, __u32);
	__type(value, struct lane_tw);
} lane_tw_other SEC(".maps");

static const struct lane_tw no_row;

static __always_inline struct lane_tw *row_find(const struct lane_tw_key *key, bool opened)
{
	return opened ? bpf_map_lookup_elem(&lane_tw_out, key) :
			bpf_map_lookup_elem(&lane_tw_in, key);
}

static __noinline struct lane_tw *row_other(__u32 netns)
{
	struct lane_tw *row = bpf_map_lookup_elem(&lane_tw_other, &netns);

	if (row)
		return row;
	/* two CPUs may both make it: the second one finds the first one's */
	bpf_map_update_elem(&lane_tw_other, &netns, &no_row, BPF_NOEXIST);
	row = bpf_map_lookup_elem(&lane_tw_other, &netns);
	if (row)
		return row;
	netns = 0;
	bpf_map_update_elem(&lane_tw_other, &netns, &no_row, BPF_NOEXIST);
	return bpf_map_lookup_elem(&lane_tw_other, &netns);
}

static __noinline struct lane_tw *row_new(const struct lane_tw_key *key, bool opened)
{
	struct lane_tw *row;

	if (opened)
		bpf_map_update_elem(&lane_tw_out, key, &no_row, BPF_NOEXIST);
	else
		bpf_map_update_elem(&lane_tw_in, key, &no_row, BPF_NOEXIST);
	row = row_find(key, opened);
	return row ? row : row_other(key->netns);
}

/* The row is of a namespace that is gone. What it counted is not the new one's. */
static __noinline int row_renew(struct lane_tw *row, __u32 mix)
{
	if (!row)
		return 0;
	if (row->mix) {
		row->fin_wait2 = 0;
		row->early = 0;
		row->reused = 0;
		row->overflows = 0;
		row->refused = 0;
		row->refused_ns = 0;
		__builtin_memset(row->slot, 0, sizeof(row->slot));
	}
	row->mix = mix;
	return 0;
}

/* The row to count a birth in, or what prevented one. */
static __always_inline struct lane_tw *row_get(const struct lane_tw_key *key, bool opened,
					       const struct net *net)
{
	struct lane_tw *row = row_find(key, opened);
	__u32 mix = net->hash_mix;

	if (!row)
		row = row_new(key, opened);
	if (row && row->mix != mix)
		row_renew(row, mix);
	return row;
}

static __always_inline void add(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

/* @c has both ends; of a served one the key keeps the local end alone. */
static __always_inline void key_make(struct lane_tw_key *key, const struct sock_common *c,
				     bool opened, __u16 port)
{
	const __u32 *local = c->skc_v6_rcv_saddr.in6_u.u6_addr32;
	const __u32 *remote = c->skc_v6_daddr.in6_u.u6_addr32;

	__builtin_memset(key, 0, sizeof(*key));
	key->netns = c->skc_net.net->ns.inum;
	key->port = opened ? bpf_ntohs(c->skc_dport) : port;
	if (c->skc_family == AF_INET || (!local[0] && !local[1] && local[2] == MAPPED)) {
		key->family = AF_INET;
		key->local[0] = c->skc_rcv_saddr;
		if (opened)
			key->remote[0] = c->skc_daddr;
		return;
	}
	key->family = AF_INET6;
	key->local[0] = local[0];
	key->local[1] = local[1];
	key->local[2] = local[2];
	key->local[3] = local[3];
	if (opened) {
		key->remote[0] = remote[0];
		key->remote[1] = remote[1];
		key->remote[2] = remote[2];
		key->remote[3] = remote[3];
	}
}

#endif /* NETLANE_BPF_TIMEWAIT_ROWS_H */
