// SPDX-License-Identifier: GPL-2.0
/*
 * Listening sockets in groups (SO_REUSEPORT): seeing them, and choosing among
 * one group's by the CPU that received. The rule: nothing is chosen that is not
 * certain; then the kernel's own hash decides.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/abi.h"
#include "bpf/compat.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* ---- choosing: one object a group, held by the group itself */

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, STEER_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} steer_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STEER_SLOTS);
	__type(key, __u32);
	__type(value, struct steer_slot);
} steer_slots SEC(".maps");

/* By CPU; as many as are possible, set when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct steer_choice);
} steer_choices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct steer_count);
} steer_counts SEC(".maps");

/*
 * Do more than @percent of its backlog wait in the socket of that slot? No helper
 * tells of a socket that is not chosen yet, and a choice cannot be taken back.
 * What the map holds is under RCU here, as it is for the helper that chooses, so
 * it is read where it stands. A register with a map has its address when the
 * program runs: through the stack it becomes a number, which may be added to. Not
 * static: so the verifier looks at it once, and not in each round of the loop.
 */
__noinline int is_full(__u32 slot, __u32 percent)
{
	void *volatile map = &steer_sockets;
	const struct sock *sk = NULL;
	unsigned long at = 0;
	__u64 waiting, room;

	if (slot >= STEER_SLOTS || bpf_probe_read_kernel(&at, sizeof(at), (const void *)&map))
		return false;
	at += bpf_core_field_offset(struct reuseport_array, ptrs) + slot * sizeof(sk);
	if (bpf_probe_read_kernel(&sk, sizeof(sk), (const void *)at) || !sk)
		return false;
	waiting = BPF_CORE_READ(sk, sk_ack_backlog);
	room = BPF_CORE_READ(sk, sk_max_ack_backlog);
	return waiting * 100 > room * percent;
}

/*
 * Runs for each SYN (and stray segment) that has no connection yet, on the CPU that the interrupt
 * or RPS chose. What is pending when a listener closes comes here as well
 * (5.14), and stays on its CPU if that has another socket. Passing without a
 * choice is the kernel's hash.
 */
SEC("sk_reuseport/migrate")
int steer_select(struct sk_reuseport_md *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id(), zero = 0, at = 0, slot = 0, nr, i;
	struct steer_count *count = bpf_map_lookup_elem(&steer_counts, &zero);
	struct steer_choice *choice = bpf_map_lookup_elem(&steer_choices, &cpu);
	struct steer_slot *given;

	if (!count)
		return SK_PASS;
	nr = choice ? choice->nr : 0;
	if (!choice || !nr) {
		count->hashed++;
		return SK_PASS;
	}
	if (nr > 1)
		at = ctx->hash % nr;
	for (i = 0; i < STEER_WIDTH && i < nr; i++) {
		slot = choice->slot[(at + i) % nr & (STEER_WIDTH - 1)];
		if (!choice->spill || !is_full(slot, choice->spill))
			break;
	}
	if (i == STEER_WIDTH || i >= nr) {
		count->spilled++;
		return SK_PASS;
	}
	if (bpf_sk_select_reuseport(ctx, &steer_sockets, &slot, 0)) {
		count->missed++;
		return SK_PASS;
	}
	given = bpf_map_lookup_elem(&steer_slots, &slot);
	if (given)
		__sync_fetch_and_add(&given->steered, 1);
	return SK_PASS;
}

/*
 * ---- seeing: which share a port, whether a program chooses among them, and for
 * which CPU each was meant; no system call tells the first two. Run by reading
 * it, attached to nothing; it sees the network namespace of who reads.
 */

static __always_inline void group_note(const struct sock *sk, struct steer_seen *seen)
{
	const struct sock_reuseport *group = BPF_CORE_READ(sk, sk_reuseport_cb);
	const struct bpf_prog *prog = group ? BPF_CORE_READ(group, prog) : NULL;

	seen->group = (__u64)group;
	if (!prog)
		return;
	seen->program = BPF_CORE_READ(prog, aux, id);
	seen->classic = !seen->program;
}

static __always_inline void address_note(const struct sock *sk, struct steer_seen *seen)
{
	seen->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	seen->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	seen->ifindex = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	seen->v6only = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only);
	if (seen->family == AF_INET6)
		BPF_CORE_READ_INTO(&seen->addr, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
	else
		BPF_CORE_READ_INTO(&seen->addr, sk, __sk_common.skc_rcv_saddr);
}

static __always_inline void socket_note(const struct sock *sk, struct steer_seen *seen)
{
	/* a struct socket is the first member of the one that has the inode (since 2.6) */
	const struct socket_alloc *file = (const void *)BPF_CORE_READ(sk, sk_socket);

	seen->inode = file ? BPF_CORE_READ(file, vfs_inode.i_ino) : 0;
	seen->incoming_cpu = BPF_CORE_READ(sk, __sk_common.skc_incoming_cpu);
	group_note(sk, seen);
	address_note(sk, seen);
}

SEC("iter/tcp")
int steer_walk(struct bpf_iter__tcp *ctx)
{
	const struct sock *sk = (const void *)ctx->sk_common;
	struct steer_seen seen = {};

	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_LISTEN)
		return 0;
	socket_note(sk, &seen);
	if (seen.group) /* else alone on its port: nothing to choose from */
		bpf_seq_write(ctx->meta->seq, &seen, sizeof(seen));
	return 0;
}

SEC("iter/udp")
int steer_walk_udp(struct bpf_iter__udp *ctx)
{
	const struct sock *sk = (const void *)ctx->udp_sk;
	struct steer_seen seen = {};

	/* one that is connected has its peer's datagrams alone, whatever the group does */
	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_dport))
		return 0;
	socket_note(sk, &seen);
	seen.udp = 1;
	if (seen.group)
		bpf_seq_write(ctx->meta->seq, &seen, sizeof(seen));
	return 0;
}
