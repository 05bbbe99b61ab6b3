/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a network namespace takes no more. The rule: one set of maps a namespace, which
 * the drain's programs and that of the bindings there both read, so that one write puts
 * it in force for both: of several sk_lookup programs, one that gives a socket beats one
 * that refuses (include/linux/filter.h, BPF_PROG_SK_LOOKUP_RUN_ARRAY).
 */
#ifndef NETLANE_BPF_DRAIN_BPF_H
#define NETLANE_BPF_DRAIN_BPF_H

#include <bpf/bpf_helpers.h>

#include "bpf/abi_lookup.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct drain_settings);
} drain_settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, DRAIN_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} drain_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct drain_count);
} drain_counts SEC(".maps");

static __always_inline bool drain_has(__u32 port)
{
	const __u32 at = (port & 0xffff) / 64;
	const __u64 *word = bpf_map_lookup_elem(&drain_ports, &at);

	return word && *word >> (port % 64) & 1;
}

static __always_inline struct drain_count *drain_count(void)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(&drain_counts, &zero);
}

static __always_inline const struct drain_settings *drain_get(void)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(&drain_settings, &zero);
}

/* Is refusing in force? Its answer is a reset, as if nobody listened. */
static __always_inline bool drain_refuses(void)
{
	const struct drain_settings *s = drain_get();

	return s && s->active && !s->drops && bpf_ktime_get_ns() >= s->refuse_from_ns;
}

#endif /* NETLANE_BPF_DRAIN_BPF_H */
