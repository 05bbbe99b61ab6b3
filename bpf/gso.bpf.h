/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Super-packets: how many segments the link carries for one, and in how many
 * bytes. The rule: never a guess; what cannot be computed counts as it was
 * handed over. Include vmlinux.h, the libbpf headers, abi.h and compat.bpf.h first.
 */
#ifndef NETLANE_BPF_GSO_H
#define NETLANE_BPF_GSO_H

#define TCP_DOFF_OFFSET 12 /* the byte whose upper half is the header's length in words */
#define UDP_HEADER_BYTES 8

/*
 * Typed reading of memory that no BTF pointer leads to: a plain load, where
 * bpf_probe_read_kernel() is a call. Since 6.2 (a35b9af4ec2c). libbpf 1.1 has
 * no bpf_ksym_exists(), so the loader looks the name up and sets can_cast; it
 * is constant when the verifier runs, which then never sees the other branch.
 */
const volatile bool can_cast;
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
#define rdonly_cast(pointer, type) \
	((const type *)bpf_rdonly_cast((pointer), bpf_core_type_id_kernel(type)))

/* Payload bytes of a segment, 0: no super-packet. */
static __always_inline __u32 gso_size_of(const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shared(skb);

	if (can_cast)
		return rdonly_cast(shared, struct skb_shared_info)->gso_size;
	return BPF_CORE_READ(shared, gso_size);
}

/* Segments, 0: unknown. */
static __always_inline __u32 gso_segs_of(const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shared(skb);

	if (can_cast)
		return rdonly_cast(shared, struct skb_shared_info)->gso_segs;
	return BPF_CORE_READ(shared, gso_segs);
}

static __always_inline __u32 gso_type_of(const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shared(skb);

	if (can_cast)
		return rdonly_cast(shared, struct skb_shared_info)->gso_type;
	return BPF_CORE_READ(shared, gso_type);
}

static __always_inline __u32 tcp_header_bytes(const unsigned char *header)
{
	__u8 doff = 0;

	if (can_cast) {
		const struct tcphdr *tcp = rdonly_cast(header, struct tcphdr);

		return BPF_CORE_READ_BITFIELD(tcp, doff) * 4;
	}
	(void)bpf_probe_read_kernel(&doff, sizeof(doff), header + TCP_DOFF_OFFSET);
	return (doff >> 4) * 4;
}

static __always_inline void count_segments(struct lane_count *c, const struct sk_buff *skb,
					   __u32 bytes, __u32 gso_size)
{
	__u32 l4_offset = skb->transport_header, headers, payload;
	__u32 type = gso_type_of(skb), segs = gso_segs_of(skb);
	const unsigned char *head = skb->head;

	/* who leaves the segmenting to the device leaves it the checksums, too */
	if (BPF_CORE_READ_BITFIELD(skb, ip_summed) == CHECKSUM_PARTIAL)
		l4_offset = skb->csum_start;
	/* what is before skb->data is the link header of a received packet */
	headers = l4_offset - (__u32)(skb->data - head) + (bytes - skb->len);
	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		headers += tcp_header_bytes(head + l4_offset);
	else if (type & SKB_GSO_UDP_L4)
		headers += UDP_HEADER_BYTES;
	if (headers >= bytes || gso_size == GSO_BY_FRAGS) {
		c->extra_packets += segs > 1 ? segs - 1 : 0;
		return;
	}
	payload = bytes - headers;
	if (!segs || type & SKB_GSO_DODGY)
		segs = (payload + gso_size - 1) / gso_size;
	c->extra_packets += segs - 1;
	c->extra_bytes += (segs - 1) * headers;
}

#endif /* NETLANE_BPF_GSO_H */
