/* SPDX-License-Identifier: GPL-2.0 */
/* What a node is: the first part of types.h, which includes it and alone is included. */
#ifndef NETLANE_TYPES_FACTS_H
#define NETLANE_TYPES_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpumask.h"

/*
 * Three-valued, because "could not find out" is not "no". IS_ and not TRI_,
 * which libbpf.h has taken with other values.
 */
enum tri { IS_UNKNOWN, IS_NO, IS_YES };

#define IFNAME_LEN 16 /* IFNAMSIZ */
#define BUS_LEN 64 /* "0000:00:05.0": what an interface keeps over a rename and a reboot */
#define MAC_LEN 18 /* "52:54:00:12:34:56" */

/* One logical CPU. @node, @package and @core are -1 where sysfs does not say. */
struct cpu {
	unsigned int id;
	int node; /* NUMA node */
	int package;
	int core; /* unique only together with package */
	unsigned int thread; /* rank among the threads of its core, 0 first */
};

struct cpus {
	struct cpumask possible;
	struct cpumask online;
	struct cpumask isolated; /* isolcpus= and isolated cpuset partitions */
	struct cpumask nohz_full;
	struct cpu *cpu; /* present CPUs, ascending by id; offline ones too */
	unsigned int nr_cpu;
};

/* One interrupt of a queue. @number is this boot's and never a key. */
struct irq {
	int number; /* -1: the queue has none of its own */
	struct cpumask affinity; /* config: smp_affinity */
	struct cpumask effective; /* observed: where it last was sent; lags behind affinity */
	uint64_t count; /* observed: interrupts so far, all CPUs */
};

/* One queue pair of a NIC, active or not (@index < channels.now means active). */
struct queue {
	unsigned int index;
	struct irq in; /* virtioN-input.M */
	struct irq out; /* virtioN-output.M */
	bool has_xps; /* false: the kernel has no XPS here (one queue, or inactive) */
	struct cpumask xps;
	bool has_xps_rxqs;
	struct cpumask xps_rxqs; /* numbers of receive queues; where set, it wins over xps */
	bool has_rps;
	struct cpumask rps;
	unsigned int rps_flow_cnt; /* flows */
};

/* an address, alone or "fe80::1%eth0", or a prefix with its length, IPv4 or IPv6 */
#define ADDR_LEN (39 + 1 + IFNAME_LEN)
#define NETNS_LEN 64 /* a name of ip netns, or a path */

/* An address that the kernel has on a NIC. */
struct address {
	char ip[ADDR_LEN];
	unsigned int prefix; /* bits of its network */
};

/* What the metadata service says of a NIC. Only a complete answer is knowledge. */
struct eni {
	enum tri known; /* IS_NO: the list of the instance's ENIs is whole and lacks it */
	int err; /* errno when not known; 0: nobody asked */
	char gateway[ADDR_LEN];
	char gateway6[ADDR_LEN]; /* "" where it has no IPv6 */
	char cidr[ADDR_LEN]; /* of the vSwitch */
	char cidr6[ADDR_LEN];
	char (*ip)[ADDR_LEN]; /* IPv4, then IPv6 */
	unsigned int nr_ip;
};

/* How the NIC's queues are wired to interrupts. */
enum vectors { VECTORS_UNKNOWN, VECTORS_PER_QUEUE, VECTORS_SHARED };

struct channels {
	enum tri known; /* IS_NO: the driver has no channels to set */
	int err; /* errno when not known */
	unsigned int max; /* combined, at most */
	unsigned int now; /* combined, active */
};

/* The receive hash's indirection table. */
struct rss {
	enum tri offered; /* IS_NO: EOPNOTSUPP, the device (or the VPC) keeps it */
	int err; /* errno when unknown */
	unsigned int *table; /* queue of each entry */
	unsigned int nr_table;
};

struct nic {
	char ifname[IFNAME_LEN];
	unsigned int ifindex;
	char bus[BUS_LEN]; /* "" for a device without a bus (veth, bridge) */
	char mac[MAC_LEN];
	char driver[32];
	bool up;
	unsigned int mtu; /* bytes */
	int node; /* NUMA node of the device, -1 unknown */
	char features[144]; /* virtio feature bits as sysfs shows them, "" elsewhere */
	char master[IFNAME_LEN]; /* bond, bridge or VRF that it belongs to, or "" */
	char upper[IFNAME_LEN]; /* a VLAN, bond, bridge, macvlan, ... on top of it, or "" */
	char owner[64]; /* who owns it if not the host: "cilium (eni)", "terway", or "" */
	bool default_route; /* a default route (IPv4 or IPv6) leaves here */
	bool main_default; /* so does the one of the main table that is preferred */
	bool metadata_route; /* 100.100.100.200 is reached through it */
	bool login; /* a login session's TCP connection arrives here */
	enum tri nm_managed; /* NetworkManager sets it up; unknown where it does not run */
	unsigned int lease_s; /* seconds until the first of its addresses ends; 0: none does */
	char qdisc[32]; /* kind of the root qdisc */
	unsigned int xdp_prog; /* id of an XDP program of somebody, 0 none */
	struct channels channels;
	enum vectors vectors;
	struct rss rss;
	struct queue *queue; /* index 0 .. max(channels.max, queues seen) - 1 */
	unsigned int nr_queue;
	struct address *addr; /* read for source routing only, as eni is */
	unsigned int nr_addr;
	struct eni eni;
};

/* A rule of policy routing that selects by source. */
struct source_rule {
	char from[ADDR_LEN];
	char value[64]; /* "lookup 20001 priority 17000" */
	unsigned int table;
	bool ours;
};

/* A route of ours. */
struct own_route {
	unsigned int table;
	char to[ADDR_LEN];
	char ifname[IFNAME_LEN]; /* "": it names no device */
	char value[64]; /* "via 10.0.0.1", "link" or "throw" */
};

/* Policy routing as it stands; read for source routing only. */
struct routing {
	enum tri known;
	int err; /* errno when not known; 0: nobody asked */
	char proto_taken[32]; /* who has netlane's number for routes (rt_protos), or "" */
	struct source_rule *rule;
	unsigned int nr_rule;
	struct own_route *route;
	unsigned int nr_route;
	unsigned int *table; /* in use by others or named in rt_tables */
	unsigned int nr_table;
	char (*local)[ADDR_LEN]; /* networks of the main table behind a bridge, tunnel, ... */
	unsigned int nr_local;
};

/* Somebody else who sets what netlane sets. */
struct owner {
	char name[32]; /* irqbalance, ecs_mq, tuned, systemd.link, NetworkManager, cilium, ... */
	enum tri active; /* running or in force now */
	char evidence[192]; /* what was seen: "pid 412", "/etc/systemd/network/10-eth.link: RxChannels=2" */
	char touches[96]; /* which knobs: "irq affinity", "channels, rps, xps" */
};

/* A file of netlane's name in NetworkManager's configuration. */
struct nm_entry {
	char mac[MAC_LEN]; /* of the NIC that it is about */
	char ifname[IFNAME_LEN]; /* of the NIC with that MAC, "": none here has it, "?": unknown */
	char value[96]; /* as the knob's: see base/nmconf.h */
};

/* One of the listening sockets of a group, and who takes connections from it. */
struct group_socket {
	uint64_t inode; /* as /proc/PID/fd shows it */
	int incoming_cpu; /* SO_INCOMING_CPU, -1: none */
	struct cpumask program_cpus; /* whose connections netlane's program gives to it */
	uint64_t given; /* connections that the program gave to it */
	unsigned int
		servers; /* threads that wait for its connections, or took some; 0: none was found */
	char server[48]; /* one of them, "nginx (pid 812)", or "" */
	unsigned int tid; /* the thread, where it is the only one; else 0 */
	uint64_t started; /* when, in ticks since boot */
	struct cpumask cpus; /* that the servers may run on */
	/* where a descriptor of it is, for who has to reach it; 0: none found */
	unsigned int pid;
	unsigned int fd;
	int reach_err; /* errno of reaching it there, 0: it can be */
};

enum chooser { CHOOSER_NONE, CHOOSER_OURS, CHOOSER_FOREIGN };

/* Listening sockets that share an address and port (SO_REUSEPORT), in the order of their inodes. */
struct listen_group {
	/* "10.0.0.1:80", "0.0.0.0:80", "[::]:80", "*:80" both families; "udp 0.0.0.0:53" */
	char listen[ADDR_LEN];
	unsigned int port;
	bool udp;
	unsigned int netns; /* inode of the network namespace they are in, 0: this process' own */
	char ifname[IFNAME_LEN]; /* that they are bound to, or "" */
	enum chooser chooser; /* a BPF program that chooses among them */
	unsigned int program; /* its id, 0: none, or one of the old kind */
	/* connections that netlane's program left to the kernel's hash */
	uint64_t hashed; /* no socket is meant for their CPU */
	uint64_t missed; /* it was closed just then */
	uint64_t spilled; /* more than @spill percent of its backlog waited in it */
	unsigned int spill; /* that the program goes by; 0: no such limit */
	struct group_socket *socket;
	unsigned int nr_socket;
};

/* A network namespace that somebody named. */
struct named_netns {
	char name[NETNS_LEN]; /* as he named it */
	unsigned int inode; /* 0: it is this process' own */
};

/* Ports @from to @to, both included. */
struct port_range {
	unsigned int from;
	unsigned int to;
};

enum bind_protocol { BIND_TCP, BIND_UDP, BIND_BOTH };

/* Addresses and ports whose connections, or datagrams, one listener gets. */
struct binding {
	char name[32];
	char (*prefix)[ADDR_LEN]; /* "10.0.0.0/8", without bits behind the length; ascending */
	unsigned int nr_prefix;
	struct port_range *ports; /* as they were asked for, ascending: 80 alone is none of 80-81 */
	unsigned int nr_ports;
	enum bind_protocol protocol;
	char to[ADDR_LEN]; /* "80", or as struct endpoint's */
};

/* A binding in force. */
struct binding_state {
	struct binding binding;
	unsigned int sockets; /* that its program has of the listener, 0: nobody is there */
	bool stale; /* the listener has others that it has not and could have */
	int reach_err; /* errno of why it could not, 0: nothing is in the way */
	uint64_t connections; /* given */
	uint64_t datagrams; /* given */
	uint64_t missed; /* nobody was there: the kernel's own lookup decided */
	uint64_t others; /* left to what somebody's program before it had chosen */
};

/* What listens on an address and port: TCP, or UDP that is not connected. */
struct endpoint {
	char listen[ADDR_LEN]; /* as listen_group's */
	unsigned int port;
	bool udp;
	bool six; /* an IPv6 socket */
	bool dual; /* which takes IPv4 as well */
	unsigned int sockets;
};

/* What this kernel can do, found out by doing it. */
struct cap {
	char name[40]; /* kebab-case, stable: "btf", "prog-sk-lookup", "tp-btf-napi-gro-receive-entry" */
	enum tri is;
	int err; /* errno behind "no" or "unknown", 0 none */
	char note[96];
};

/* Somebody's BPF program on a network hook. */
#define FOREIGN_SK_LOOKUP "sk_lookup"
#define FOREIGN_HERE "this network namespace"
struct foreign {
	char hook[32]; /* "xdp", "sk_lookup", "tcx-ingress", "cgroup", ... */
	char where[64]; /* interface, FOREIGN_HERE, cgroup..., as far as the kernel tells */
	unsigned int prog; /* id */
	char name[32];
};

struct sysctl {
	char name[64]; /* net.core.rps_sock_flow_entries */
	char value[256]; /* as read, tabs as blanks */
	int err; /* errno when it could not be read; ENOENT: this kernel has none */
};

struct node {
	char taken[32]; /* when, RFC 3339 UTC */
	char hostname[72];
	char kernel[72]; /* uname -r, shown only: features are probed */
	char arch[16];
	char boot_id[40];
	char machine_id[40];
	char product[64]; /* DMI product name */
	char instance_type[40]; /* "ecs.g7.4xlarge", or "" */
	char instance_type_from[24]; /* metadata, cloud-init, option, or "" */
	char instance_id[40];
	char cmdline_off[8]; /* "1" when netlane.off is on the kernel command line */
	uint64_t mem_bytes;
};

struct facts {
	struct node node;
	struct cpus cpus;
	struct nic *nic;
	unsigned int nr_nic;
	struct owner *owner;
	unsigned int nr_owner;
	struct cap *cap;
	unsigned int nr_cap;
	struct foreign *foreign;
	unsigned int nr_foreign;
	struct routing routing;
	struct sysctl *sysctl;
	unsigned int nr_sysctl;
	enum tri nm_folder; /* NetworkManager's conf.d in /etc is there */
	struct nm_entry *nm_entry;
	unsigned int nr_nm_entry;
	enum tri groups_known; /* read for steering only */
	int groups_err; /* errno when not known; 0: nobody asked */
	enum tri groups_heed_cpu; /* SO_INCOMING_CPU decides in a group (6.2, some stable kernels) */
	enum tri groups_heed_cpu_udp; /* the same for UDP */
	struct listen_group *group;
	unsigned int nr_group;
	struct named_netns *netns; /* those in which a policy steers, as far as they are there */
	unsigned int nr_netns;
	enum tri binds_known; /* what stands of netlane's own; what listens, where a policy has some */
	int binds_err; /* errno when not known; 0: nobody asked */
	char *bind_value; /* what stands, as the knob's value; NULL: not known */
	struct binding_state *bound;
	unsigned int nr_bound;
	struct endpoint *endpoint;
	unsigned int nr_endpoint;
	char *irqbalance_banned; /* irqs that a running irqbalance leaves alone, "24 25", NULL unknown */
};

#endif /* NETLANE_TYPES_FACTS_H */
