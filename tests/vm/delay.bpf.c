// SPDX-License-Identifier: GPL-2.0
/*
 * Holds up a CPU between an interrupt and the softirq that it raised: a delay
 * of known size for the histogram of waits to find. For tests in a VM only.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* The verifier walks through all of them and takes 8192 jumps. */
#define SPINS_MAX 2500
#define READS 40 /* of the clock a spin: time passes without a jump */

struct delay {
	__u64 ns;
	__u64 left; /* delays still to be made */
	__u64 made;
	__u32 cpu;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct delay);
} delay SEC(".maps");

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(hold_up, int irq, struct irqaction *action, int handled)
{
	__u32 zero = 0;
	struct delay *d = bpf_map_lookup_elem(&delay, &zero);
	__u64 from;
	int i;

	if (!d || !d->left || !handled || bpf_get_smp_processor_id() != d->cpu)
		return 0;
	from = bpf_ktime_get_ns();
	for (i = 0; i < SPINS_MAX; i++) {
		__u64 now = 0;
		int j;

#pragma unroll
		for (j = 0; j < READS; j++)
			now = bpf_ktime_get_ns();
		if (now - from >= d->ns)
			break;
	}
	if (i == SPINS_MAX)
		return 0;
	d->left--;
	d->made++;
	return 0;
}
