/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between the BPF programs and userspace: map keys, values and
 * limits. Includes nothing; whoever includes it has __u32 and __u64. A change
 * of any layout or meaning here is a new LANE_ABI, and with it a new folder
 * below /sys/fs/bpf/netlane: maps of another ABI are never read.
 */
#ifndef NETLANE_BPF_ABI_H
#define NETLANE_BPF_ABI_H

#ifndef LANE_ABI /* a test builds a version that is not there yet */
#define LANE_ABI 5
#endif

/* Interfaces are entries of lane_nics by ifindex; one above the limit is not counted. */
#define LANE_IFINDEX_MAX 4096

/*
 * Slots of lane_rx, lane_tx and lane_crossed: queue q of a NIC is its first
 * slot + q, and the slot after its last queue counts packets whose queue the
 * kernel did not tell. Per CPU: the CPU that ran the hook.
 */
#define LANE_SLOTS_MAX 8192

/* What one CPU saw of one queue, in one direction, since the maps were made. */
struct lane_count {
	__u64 packets; /* as driver and kernel hand them over: a super-packet counts one */
	__u64 bytes; /* of those packets, link header included, no FCS */
	/* what the link carries above that: nothing for a packet that is no super-packet */
	__u64 extra_packets; /* the segments of a super-packet but its first */
	__u64 extra_bytes; /* their headers */
};
_Static_assert(sizeof(struct lane_count) == 32, "lane_count is ABI");

/*
 * Histograms of nanoseconds: bucket b counts 2^b <= ns < 2^(b + 1), the first
 * one 0 as well, the last one everything above.
 */
#define LANE_BUCKETS 32

/* One CPU's NET_RX softirqs, while somebody watches them. */
struct lane_softirq {
	__u64 wait[LANE_BUCKETS]; /* from the first raise to the start of the handler */
	__u64 run[LANE_BUCKETS]; /* of the handler */
	__u64 run_ns; /* sum of the handler's times */
	__u64 raised_ns; /* CLOCK_MONOTONIC of the raise that waits, 0: none */
	__u64 entered_ns; /* of the handler that runs, 0: none */
};
_Static_assert(sizeof(struct lane_softirq) == 536, "lane_softirq is ABI");

/* Packets of watched NICs that the kernel dropped, by its reason; while somebody watches. */
#define LANE_REASONS 256 /* enum skb_drop_reason; one above the limit counts as 0 */

/* Where a watched interface has its slots; all-zero: not watched. */
struct lane_nic {
	__u32 first; /* slot of queue 0 */
	__u32 queues; /* how many have one */
	__u32 netns; /* inode of its network namespace: an ifindex is not unique */
	__u16 link_bytes; /* of the link header, which is off a received packet's length */
	__u16 crossings; /* 1: remember which CPU takes a queue, for lane_crossed */
	__u64 dev; /* the programs': its address in the kernel once the namespace was found right */
};
_Static_assert(sizeof(struct lane_nic) == 24, "lane_nic is ABI");

/* The one element of lane_info, written by loader and watchers. */
struct lane_info {
	__u32 abi; /* LANE_ABI of the loader */
	__u32 slots; /* in lane_rx, lane_tx and lane_crossed */
	__u64 loaded_ns; /* CLOCK_BOOTTIME of the first loading: counters are since then */
	__u64 build; /* fingerprint of the programs that fill the maps */
	__u64 softirq_since_ns; /* CLOCK_MONOTONIC: marks in lane_softirq before it are stale */
};
_Static_assert(sizeof(struct lane_info) == 32, "lane_info is ABI");

/* ---- TCP: what happened to connections (bpf/tcp.bpf.c), by group and by CPU. */

/* What shares a row. What found no room for one of its own is counted in tcp_rest. */
struct tcp_row_key {
	__u64 net; /* of the remote address: its /24 (IPv4, in the low half) or /64, host order */
	__u32 netns; /* inode of the network namespace */
	char cc[4]; /* the congestion control's name begins so */
	__u16 port; /* the service's: the own port of a served connection, else the remote one */
	__u8 family; /* 4 or 6; mapped addresses are IPv4's */
	__u8 served; /* 1: others opened it */
	__u32 mix; /* of the namespace: its inode is given again when it is gone */
};
_Static_assert(sizeof(struct tcp_row_key) == 24, "tcp_row_key is ABI");

#define TCP_ROWS_MAX 4096
#define TCP_ACCEPTS_MAX 1024
#define TCP_STATES 8 /* Open, Disorder, CWR, Recovery, Loss (enum tcp_ca_state), and none */
#define TCP_BUCKETS 24 /* of microseconds: bucket b counts 2^b <= us < 2^(b + 1), ends as lane_* */

/* Since the maps were made. */
struct tcp_row {
	__u64 closed; /* connections that were established and ended */
	__u64 retransmits; /* segments sent again, TLP's included (tcp_retransmit_skb) */
	__u64 timeouts; /* RTOs: the retransmission timer fired (tcp_enter_loss) */
	__u64 resets_sent; /* of connections; those for no socket are in nobody's row */
	__u64 resets_received;
	__u64 zero_windows; /* probes of a peer that takes nothing (tcp_send_probe0) */
	__u64 entered[TCP_STATES]; /* transitions into the state; 0 where the kernel shows none */
	__u64 state_ns[TCP_STATES]; /* spent in it by connections that have left it; not Open */
	__u64 last_ns; /* CLOCK_MONOTONIC of the last change */
	__u32 rtt[TCP_BUCKETS]; /* smoothed RTT of connections as they ended */
};
_Static_assert(sizeof(struct tcp_row) == 280, "tcp_row is ABI");

struct tcp_accept_key {
	__u32 netns;
	__u32 mix; /* as in tcp_row_key */
	__u16 port;
	__u8 family; /* the listener's: 6 may take IPv4's connections as well */
	__u8 zero;
};
_Static_assert(sizeof(struct tcp_accept_key) == 12, "tcp_accept_key is ABI");

struct tcp_accept_row {
	__u64 last_ns; /* CLOCK_MONOTONIC */
	__u32 wait[TCP_BUCKETS]; /* from the end of the handshake to accept() */
};
_Static_assert(sizeof(struct tcp_accept_row) == 104, "tcp_accept_row is ABI");

/* By the same key, and by the CPU that accepted: its own memory, so that lanes do not meet. */
struct tcp_serve {
	__u64 accepted;
	__u64 local; /* of those, received by this very CPU */
};
_Static_assert(sizeof(struct tcp_serve) == 16, "tcp_serve is ABI");

/*
 * Who received what each CPU accepted: of all ports together, for a matrix a
 * listener would be CPUs x CPUs of each. CPUs above share the last row.
 */
#define TCP_RECEIVERS 256

/* Who accepts from a listening socket: what does not wait in a way that /proc shows is seen here. */
struct tcp_taker_key {
	__u64 inode; /* the socket's, as /proc/PID/fd shows it */
	__u32 tid; /* in the first PID namespace */
	__u32 zero;
};
_Static_assert(sizeof(struct tcp_taker_key) == 16, "tcp_taker_key is ABI");

#define TCP_TAKERS_MAX 4096

/* Noted so often, and when it is another one than before on that CPU. */
#define TCP_TAKER_EVERY_NS 1000000000ULL

struct tcp_taker {
	__u64 last_ns; /* CLOCK_MONOTONIC: a thread that began later is another one */
};
_Static_assert(sizeof(struct tcp_taker) == 8, "tcp_taker is ABI");

/* The way that served connections went, seen as the server closed (bpf/tcp_path.bpf.h). */
struct tcp_path_key {
	struct tcp_accept_key listener;
	__u32 ifindex; /* of the device that sent, 0: not known any more */
	__u16 queue; /* of that device, which sent last; TCP_NO_QUEUE: none was chosen */
	__u16 received; /* CPU that took in the last segment */
	__u16 served; /* CPU that closed */
	__u16 zero;
};
_Static_assert(sizeof(struct tcp_path_key) == 24, "tcp_path_key is ABI");

#define TCP_PATHS_MAX 4096
#define TCP_NO_QUEUE 0xffff /* the kernel's NO_QUEUE_MAPPING: a device with one queue notes none */

struct tcp_path {
	__u64 connections;
	__u64 last_ns; /* CLOCK_MONOTONIC */
};
_Static_assert(sizeof(struct tcp_path) == 16, "tcp_path is ABI");

/* ---- blame: who touched a knob (bpf/blame.bpf.c). Not pinned: one build writes and reads it. */

/* What was touched; DRIVER_ ones are what a driver writes by itself. */
enum blame_touch {
	BLAME_NOTHING,
	BLAME_XPS,
	BLAME_XPS_RXQS,
	BLAME_RPS,
	BLAME_RPS_FLOW,
	BLAME_RPS_SOCK_FLOW,
	BLAME_IRQ,
	BLAME_CPU,
	BLAME_BIND,
	BLAME_UNBIND,
	BLAME_CHANNELS,
	BLAME_RINGS,
	BLAME_RSS,
	BLAME_LINK,
	BLAME_DRIVER_XPS,
	BLAME_DRIVER_IRQ,
	BLAME_LISTEN,
	BLAME_TOUCHES,
};

/* Facts that are hooked by themselves, and the bits of those that system calls can stand in for. */
enum blame_fact {
	BLAME_FACT_SYSFS,
	BLAME_FACT_IRQ,
	BLAME_FACT_SYSCTL,
	BLAME_FACT_IOCTL,
	BLAME_FACT_CHANNELS,
	BLAME_FACT_RINGS,
	BLAME_FACT_RSS,
	BLAME_FACT_LINK,
	BLAME_FACT_DRIVER_XPS,
	BLAME_FACT_DRIVER_IRQ,
	BLAME_FACT_LISTEN,
	BLAME_FACTS,
};

#define BLAME_BY_KTHREAD 1U /* the task is a kernel thread */
#define BLAME_BY_TTY 2U /* it has a controlling terminal */
#define BLAME_BY_US 4U /* it is of the process that loaded the programs */
#define BLAME_GROUP_V1 8U /* @group is of a cgroup v1 hierarchy, @cgroup says nothing */

#define BLAME_NONE 0xffffffffU /* a number that is not there */

struct blame_record {
	__u64 ns; /* CLOCK_BOOTTIME: the call began */
	__u64 done_ns; /* and ended */
	__u64 started_ns; /* CLOCK_BOOTTIME: the process did */
	__u64 cgroup; /* id in the cgroup2 hierarchy */
	__u32 touch; /* enum blame_touch */
	__u32 within; /* DRIVER_: what this task has asked for, enum blame_touch */
	__u32 fact; /* enum blame_fact that told */
	__u32 flags; /* BLAME_BY_ */
	__s32 ret;
	__u32 tgid;
	__u32 tid;
	__u32 uid;
	__u32 parent_tgid;
	__u32 ifindex; /* 0 unknown */
	__u32 netns; /* inode of the interface's network namespace, 0 unknown */
	__u32 number; /* queue of DRIVER_XPS, interrupt of DRIVER_IRQ, or BLAME_NONE */
	__u32 value; /* combined channels, or 1 up and 0 down, or BLAME_NONE */
	__u32 text_len; /* bytes in @text */
	char comm[16]; /* of the process' first thread */
	char parent_comm[16];
	char ifname[16];
	char dir[16]; /* of the file: "tx-3", "24", "cpu1", "virtio_net" */
	char group[64]; /* last part of the cgroup's path */
	char text[32]; /* the first bytes written */
};
_Static_assert(sizeof(struct blame_record) == 248, "blame_record has no holes");

/* ---- TIME_WAIT, as it happens (bpf/timewait.bpf.c) */

#define LANE_TW_OUT 8192 /* rows of connections that were opened here */
#define LANE_TW_IN 4096 /* and of those that came in */
#define LANE_TW_NETS 1024 /* network namespaces that have what found no row of its own */
#define LANE_LISTENED 8192 /* ports */

/*
 * Births by time: the ring has a slot for each 2^LANE_TW_SHIFT ns (4.3 s) of
 * CLOCK_MONOTONIC; together they are longer than a TIME_WAIT lasts.
 */
#define LANE_TW_SHIFT 32
#define LANE_TW_SLOTS 16

/*
 * What needs different local ports (opened here), or one local address and
 * port with whoever came (served: @remote is zero, @port the local one). A
 * mapped address is IPv4's. In lane_tw_out a row without remote address and
 * port is of bind() without a port. Hashed as bytes.
 */
struct lane_tw_key {
	__u32 netns; /* its inode */
	__u16 family; /* AF_INET or AF_INET6 */
	__u16 port; /* of the remote end, or the local one where served */
	__u32 local[4]; /* network order, IPv4 in the first */
	__u32 remote[4];
};
_Static_assert(sizeof(struct lane_tw_key) == 40, "lane_tw_key is ABI");

struct lane_tw_slot {
	__u32 epoch; /* CLOCK_MONOTONIC >> LANE_TW_SHIFT of the first birth in it */
	__u32 before; /* births before that one, the lower half of the number */
};

/*
 * All counters are of all CPUs, and since the row was made. An inode is given to
 * another namespace soon: then the row goes on as that one's, and only @births and
 * @deaths, whose difference counts, stay.
 */
struct lane_tw {
	__u64 births; /* TIME_WAITs, and FIN_WAIT2s that the kernel keeps as such */
	__u64 fin_wait2; /* those of @births */
	__u64 deaths;
	__u64 early; /* of @deaths: before its time was up */
	__u64 reused; /* of @deaths: connect() took the port again */
	__u64 overflows; /* found no room (tcp_max_tw_buckets, memory): closed at once, no birth */
	__u64 refused; /* connect() or bind() found no port: EADDRNOTAVAIL, EADDRINUSE */
	__u64 refused_ns; /* CLOCK_MONOTONIC of the last one */
	__u64 last_ns; /* CLOCK_MONOTONIC of the last birth, or of what found no room */
	struct lane_tw_slot slot[LANE_TW_SLOTS]; /* epoch e is in slot e % LANE_TW_SLOTS */
	__u32 mix; /* what tells namespaces of one inode apart, 0: not known yet */
	__u32 zero;
};
_Static_assert(sizeof(struct lane_tw) == 208, "lane_tw is ABI");

/* A port that sockets listen on, so that it is served and not chosen by connect(). */
struct lane_listened_key {
	__u32 netns;
	__u32 port;
};

struct lane_listened {
	__s32 sockets;
	__u32 zero;
	__u64 left_ns; /* CLOCK_MONOTONIC when the last one closed: its connections live on */
};
_Static_assert(sizeof(struct lane_listened) == 16, "lane_listened is ABI");

/* Userspace alone: what was alive before the programs were attached, by row. */
struct lane_tw_seed {
	__s64 alive; /* to be added to births - deaths */
};

/* A TCP socket that listens, or one of UDP, as steer_walk_* write it; nothing of it is kept in a map. */
struct steer_seen {
	__u64 group; /* the same number for those that share a port (SO_REUSEPORT) */
	__u64 inode; /* as /proc/PID/fd shows it, 0: nobody has it open */
	__u8 addr[16]; /* as on the wire; IPv4 the first four */
	__u32 ifindex; /* that it is bound to, 0 none */
	__s32 incoming_cpu; /* SO_INCOMING_CPU, -1: none */
	__u16 port; /* host order */
	__u8 family;
	__u8 v6only;
	__u8 udp;
	__u8 pad[3];
	__u32 program; /* id of the BPF program that chooses among the group; 0: none */
	__u32 classic; /* it has one of the old kind, which has no id */
};
_Static_assert(sizeof(struct steer_seen) == 56, "steer_seen is ABI");

#define STEER_SLOTS 1024 /* sockets of a group that a program of ours can choose from */
#define STEER_WIDTH 16 /* of one CPU, a power of two; above that the first ones share */

/* What a CPU's connections are given to: one of these, by their hash. */
struct steer_choice {
	__u32 nr; /* 0: the kernel's own hash decides */
	__u32 spill; /* percent of its backlog above which a socket gets no more; 0: no such limit */
	__u32 slot[STEER_WIDTH];
};
_Static_assert(sizeof(struct steer_choice) == 72, "steer_choice is ABI");

/* Who is in a slot, for who reads it, and how many connections were given to him. */
struct steer_slot {
	__u64 inode; /* 0: free */
	__u64 steered;
	__u32 cpu; /* that it is meant for, or the first of them */
	__u32 pad;
};
_Static_assert(sizeof(struct steer_slot) == 24, "steer_slot is ABI");

/* Connections that each CPU received and gave to nobody: the kernel's hash decided. */
struct steer_count {
	__u64 hashed; /* no socket is meant for this CPU */
	__u64 missed; /* it was closed just then */
	__u64 spilled; /* it had too many waiting already */
};
_Static_assert(sizeof(struct steer_count) == 24, "steer_count is ABI");

#endif /* NETLANE_BPF_ABI_H */
