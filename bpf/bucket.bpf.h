/* SPDX-License-Identifier: GPL-2.0 */
/* Buckets of histograms. Include vmlinux.h, the libbpf headers and abi.h first. */
#ifndef NETLANE_BPF_BUCKET_H
#define NETLANE_BPF_BUCKET_H

/* floor(log2(value)), at most the last bucket. */
static __always_inline __u32 bucket_of(__u64 value)
{
	__u32 bucket = 0, n = value >> 32 ? ~0U : (__u32)value;

	if (n >> 16) {
		bucket += 16;
		n >>= 16;
	}
	if (n >> 8) {
		bucket += 8;
		n >>= 8;
	}
	if (n >> 4) {
		bucket += 4;
		n >>= 4;
	}
	if (n >> 2) {
		bucket += 2;
		n >>= 2;
	}
	return (bucket + (n >> 1)) & (LANE_BUCKETS - 1);
}

#endif /* NETLANE_BPF_BUCKET_H */
