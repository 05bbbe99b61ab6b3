/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs that look sockets up share with user space: drains and bindings. The
 * rule is that of abi.h, whose part this is.
 */
#ifndef NETLANE_BPF_ABI_LOOKUP_H
#define NETLANE_BPF_ABI_LOOKUP_H

/* New connections that a network namespace takes no more: SYNs to these ports. */
#define DRAIN_WORDS 1024 /* of 64 ports each: port p is bit p % 64 of word p / 64 */

struct drain_settings {
	__u64 refuse_from_ns; /* CLOCK_MONOTONIC: dropped before, refused from then on */
	__u32 netns; /* inode of the namespace */
	__u16 active; /* 0: everything passes */
	__u16 drops; /* dropped, never refused */
};
_Static_assert(sizeof(struct drain_settings) == 16, "drain_settings is ABI");

/* SYNs, each try of a client by itself. */
struct drain_count {
	__u64 refused; /* answered by a reset, before any listener was chosen */
	__u64 dropped; /* not answered */
};
_Static_assert(sizeof(struct drain_count) == 16, "drain_count is ABI");

/* ---- bindings: prefixes and ports that one listener gets (bpf/bind.bpf.c) */

/* Bindings in force at a time; those before and after a change are both counted. */
#define BIND_MAX 256
#define BIND_COUNTS (2 * BIND_MAX)
/* Sockets of one listener that are tried in turn, the first that is open being it. */
#define BIND_WIDTH 4
/* The port's upper half chooses the page, the lower one the place in it. */
#define BIND_PAGE 256
#define BIND_TEXT 4096

/* Key of lane_bind_nets, a trie. Compared as bits from @family on: @zero must be zero. */
struct bind_net {
	__u32 bits; /* of what follows: BIND_NET_HEAD and the prefix's length */
	__u8 family; /* AF_INET or AF_INET6 */
	__u8 protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 zero[2];
	__u32 addr[4]; /* network order; IPv4 in the first */
};
#define BIND_NET_HEAD 32
_Static_assert(sizeof(struct bind_net) == 24, "bind_net is ABI");

/* What becomes of the ports of a prefix: which page of lane_bind_pages has each 256 of them. */
struct bind_set {
	__u16 page[BIND_PAGE];
};

struct bind_page {
	__u16 binding[BIND_PAGE]; /* its number and 1; 0: none */
};

struct bind_section {
	char name[32]; /* of a binding, by its number */
	__u32 count; /* where in lane_bind_counts it is counted */
	__u32 zero;
};
_Static_assert(sizeof(struct bind_section) == 40, "bind_section is ABI");

struct bind_count {
	__u64 connections; /* looked up for TCP, and given */
	__u64 datagrams; /* looked up for UDP, and given */
	__u64 missed; /* no socket was there: the kernel's own lookup decided */
	__u64 others; /* left to what a program before this one had chosen */
};
_Static_assert(sizeof(struct bind_count) == 32, "bind_count is ABI");

struct bind_text {
	char s[BIND_TEXT]; /* that all of it was made from */
};

/* Where in lane_bind_socks the sockets of a binding begin. */
#define BIND_SLOT(binding, udp, six) ((((binding)*2 + (udp)) * 2 + (six)) * BIND_WIDTH)

#endif /* NETLANE_BPF_ABI_LOOKUP_H */
