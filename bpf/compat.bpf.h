/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels, one function each; and numbers of the kernel
 * that BTF does not carry. Include vmlinux.h and the libbpf headers first.
 */
#ifndef NETLANE_BPF_COMPAT_H
#define NETLANE_BPF_COMPAT_H

#define NET_RX_SOFTIRQ 3 /* include/linux/interrupt.h, since 2.6.25 */
#define CHECKSUM_PARTIAL 3 /* include/linux/skbuff.h */

/* Bits of skb_shared_info.gso_type, an anonymous enum; these since 4.18. */
#define SKB_GSO_TCPV4 (1U << 0)
#define SKB_GSO_DODGY (1U << 1) /* from a guest or a raw socket: gso_segs is not to be believed */
#define SKB_GSO_TCPV6 (1U << 4)
#define SKB_GSO_UDP_L4 (1U << 17) /* many datagrams of gso_size */
#define GSO_BY_FRAGS 0xffff /* gso_size of SCTP: each fragment says its own */

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h, since 2.6.32 */
#define AF_INET 2 /* include/linux/socket.h */
#define AF_INET6 10
#define RCV_SHUTDOWN 1 /* include/net/sock.h: the other end's FIN was taken */
#define IFF_UP 1 /* include/uapi/linux/if.h */
#define SYSFS_MAGIC 0x62656572 /* include/uapi/linux/magic.h */
#define PROC_SUPER_MAGIC 0x9fa0

/* System calls that write a file or ask a socket's device; of 64-bit programs. */
#ifdef __TARGET_ARCH_x86
#define NR_WRITE 1
#define NR_IOCTL 16
#define NR_PWRITE 18
#else
#define NR_WRITE 64
#define NR_IOCTL 29
#define NR_PWRITE 68
#endif

/* Where an skb's shared info lies: `end` is an offset on every 64-bit kernel. */
static __always_inline const struct skb_shared_info *skb_shared(const struct sk_buff *skb)
{
	return (const struct skb_shared_info *)(skb->head + skb->end);
}

/*
 * What a packet takes on the link, as __dev_queue_xmit() worked it out for the
 * qdiscs (net/core/dev.c, qdisc_pkt_len_init()): more than its length only for
 * a super-packet. Equal means that it is none, and spares a read.
 */
static __always_inline __u32 qdisc_pkt_len(const struct sk_buff *skb)
{
	return ((const struct qdisc_skb_cb *)skb->cb)->pkt_len;
}

/* The inode of an interface's network namespace, as /proc/PID/ns/net shows it. */
static __always_inline __u32 dev_netns(const struct net_device *dev)
{
	return dev->nd_net.net->ns.inum;
}

/* Two ints before 6.8, one number with the last port in its upper half since. */
struct local_ports___two {
	int range[2];
} __attribute__((preserve_access_index));

struct netns_ipv4___two {
	struct local_ports___two ip_local_ports;
} __attribute__((preserve_access_index));

struct net___two {
	struct netns_ipv4___two ipv4;
} __attribute__((preserve_access_index));

/* Is it a port that connect() chooses from by itself (net.ipv4.ip_local_port_range)? */
static __always_inline bool port_is_ephemeral(const struct net *net, __u32 port)
{
	const struct net___two *two = (const void *)net;
	__u32 range;

	if (bpf_core_field_exists(two->ipv4.ip_local_ports.range))
		return port >= (__u32)two->ipv4.ip_local_ports.range[0] &&
		       port <= (__u32)two->ipv4.ip_local_ports.range[1];
	range = net->ipv4.ip_local_ports.range;
	return port >= (range & 0xffff) && port <= range >> 16;
}

#endif /* NETLANE_BPF_COMPAT_H */
