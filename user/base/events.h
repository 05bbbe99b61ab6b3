/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of what happened to TCP connections since the counting began, as
 * plain data: what bpf/tcp.bpf.c counted. observe reads, view shows.
 */
#ifndef NETLANE_BASE_EVENTS_H
#define NETLANE_BASE_EVENTS_H

#include "base/load.h"
#include "base/prefix.h"
#include "types.h"

#define EVENT_STATES 5 /* Open, Disorder, CWR, Recovery, Loss */

/* The events of connections that have something in common. */
struct event_count {
	uint64_t closed; /* connections that were established and ended */
	uint64_t retransmits; /* segments */
	uint64_t timeouts; /* RTOs */
	uint64_t resets_sent;
	uint64_t resets_received;
	uint64_t zero_windows; /* probes of a peer that takes nothing */
	uint64_t entered[EVENT_STATES]; /* transitions */
	uint64_t state_ns[EVENT_STATES]; /* by connections that left the state; not Open */
	struct hist rtt; /* us, smoothed, of connections as they ended */
};

struct event_row {
	struct prefix remote; /* a /24 or /64; family 0 in the sum of what had no room */
	unsigned int netns; /* inode */
	unsigned int port; /* the service's */
	bool served; /* others opened them */
	char cc[5]; /* how the congestion control's name begins */
	struct event_count count;
};

/* What one CPU accepted. */
struct event_serve {
	uint64_t accepted;
	uint64_t local; /* of those, received by this CPU */
};

/* One listening port. */
struct event_accept {
	unsigned int netns;
	unsigned int port;
	bool ipv6; /* an IPv6 socket, which may take IPv4's connections as well */
	uint64_t accepted;
	uint64_t local; /* of those, on the CPU that had received them */
	struct event_serve *by_cpu; /* the same by the CPU that accepted; nr_lane of them */
	struct hist wait; /* us, from the end of the handshake to accept() */
};

/* Which CPU received what each CPU accepted, on all ports of all namespaces. */
struct event_matrix {
	uint64_t *accepted; /* of receiver r by CPU c: [r * nr_cpu + c]; the last r: all above */
	unsigned int nr_receiver;
	unsigned int nr_cpu; /* possible ones */
};

/*
 * The way of connections that others opened, as their server closed: the CPU that took in the last
 * segment, the one that the server ran on, and the queue that sent last.
 */
struct event_path {
	unsigned int netns;
	unsigned int port;
	bool ipv6; /* as in event_accept */
	unsigned int ifindex; /* that sent, 0: not known */
	int queue; /* of it; -1: none was chosen, for it has only one */
	unsigned int received, served;
	uint64_t connections;
};

struct event_paths {
	struct event_path *path; /* in an order of their own, always the same */
	unsigned int nr;
	uint64_t lost; /* connections that found no room among them */
};

/* A queue of a device, and the CPUs that send by it and by no other (XPS); none: it is no lane's. */
struct txq {
	unsigned int ifindex;
	char ifname[IFNAME_LEN]; /* "": it is gone */
	int queue;
	struct cpumask cpus;
};

/* Paths that agree in all that is said here, as judge has them. */
struct path {
	int received, served; /* CPUs */
	char ifname[IFNAME_LEN];
	int queue;
	struct cpumask sent; /* CPUs that send by that queue */
	bool straight; /* the same CPU received and served, and it sends by that queue */
	uint64_t connections;
};

/* Of those that a queue was chosen for: a device with one queue leaves nothing to tell. */
struct path_share {
	uint64_t ended;
	uint64_t straight;
};

struct accept_lane {
	unsigned int cpu;
	uint64_t accepted;
	uint64_t local; /* of those, received by this CPU */
};

/*
 * Accepting on one port, as judge has it. Local alone can be had by giving everything to one worker, so
 * the busiest one's share stands beside it.
 */
struct accept_load {
	uint64_t accepted;
	uint64_t local;
	struct accept_lane *lane; /* CPUs that accepted, or that workers run on */
	unsigned int nr_lane;
	unsigned int busiest_cpu;
	unsigned int busiest_pct; /* what it accepted, of an equal share: 100 is fair; 0: nothing */
};

/* One element of a matrix that is not zero. */
struct accept_cross {
	int received; /* the CPU; -1: one above those that are told apart */
	unsigned int accepted; /* the CPU */
	uint64_t connections;
};

struct events {
	uint64_t at_ns; /* CLOCK_BOOTTIME */
	uint64_t since_ns; /* CLOCK_BOOTTIME: counted from then on */
	/* what this kernel lets us see; what it does not is 0 above */
	bool timeouts_known, zero_windows_known, states_known;
	struct event_row *row;
	unsigned int nr_row;
	struct event_count rest; /* of connections that found no row */
	struct event_count *lane; /* by the CPU that saw it, of all namespaces */
	unsigned int nr_lane; /* possible CPUs */
	struct event_accept *accept;
	unsigned int nr_accept;
	struct event_matrix matrix;
	struct event_paths paths;
	uint64_t accepts_lost; /* on ports that found no room among them */
};

/* What rows are put together by. */
#define EVENTS_BY_LIST(X)     \
	X(REMOTE, "remote")   \
	X(SERVICE, "service") \
	X(CC, "cc")           \
	X(ZONE, "zone")       \
	X(CPU, "cpu")         \
	X(NETNS, "netns")

#define EVENTS_BY_ID(id, name) EVENTS_BY_##id,
enum events_by { EVENTS_BY_LIST(EVENTS_BY_ID) EVENTS_BY_COUNT };

/* The sum of rows, and what judge makes of it. */
struct event_group {
	char name[64];
	struct event_count count;
	unsigned int rtt_p50_us, rtt_p99_us; /* 0: none was measured */
};

struct event_groups {
	enum events_by by;
	struct event_group total; /* of what was asked for */
	struct event_group *group; /* most trouble first */
	unsigned int nr_group;
	unsigned int folded; /* groups behind the last one, in @other */
	struct event_group other;
};

#endif /* NETLANE_BASE_EVENTS_H */
