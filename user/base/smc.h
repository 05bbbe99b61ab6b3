/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of SMC: what a node has for it, and the connections that use it. The
 * rule: what the kernel could not be asked is unknown or 0 with its *_known, never no.
 */
#ifndef NETLANE_BASE_SMC_H
#define NETLANE_BASE_SMC_H

#include <stdbool.h>
#include <stdint.h>

#include "types.h"

#define SMC_EID_LEN 36 /* 32 characters */
#define SMC_PNETID_LEN 20 /* 16 characters */
#define SMC_DEV_LEN 64
#define SMC_RXE "rxe" /* as the driver of a device */
#define SMC_ERDMA "erdma"
#define SMC_GID_LEN 44
#define SMC_FROM_LEN 256 /* "/etc/sysctl.d/99-smc.conf:12" */

/* ---- the node: user/facts/smc*.c */

/* A module of the kernel. */
struct smc_module {
	enum tri there; /* built in, or a file that could be loaded; IS_NO: this kernel has none */
	enum tri loaded; /* or built in */
};

/* A port of an RDMA device. */
struct smc_rdma {
	char dev[SMC_DEV_LEN];
	unsigned int port;
	char driver[32]; /* "rxe": a device in software; "" not told */
	bool iwarp; /* and no RoCE: its own kind of node */
	char link_layer[16]; /* "Ethernet", "InfiniBand" */
	char state[16]; /* "ACTIVE", "DOWN" */
	unsigned int gids_v1; /* "IB/RoCE v1" */
	unsigned int gids_v2; /* "RoCE v2" */
	char netdev[IFNAME_LEN]; /* of its first GID, "" not told */
	enum tri taken; /* SMC has it in its own list; unknown where it keeps none */
	char pnetid[SMC_PNETID_LEN]; /* by SMC itself or by the table below, "" none */
};

/* A device of SMC-D: ISM, or the loopback one. */
struct smc_ism {
	char dev[SMC_DEV_LEN];
	char pnetid[SMC_PNETID_LEN];
};

/* An entry of the table of PNETIDs that was made by hand: one of @netdev and @ibdev. */
struct smc_pnet {
	char pnetid[SMC_PNETID_LEN];
	char netdev[IFNAME_LEN];
	char ibdev[SMC_DEV_LEN];
	unsigned int port;
};

/* A line of the node's configuration that is about SMC. */
struct smc_line {
	char from[SMC_FROM_LEN];
	char text[128]; /* "net.smc.smc_enabled = 1" */
	char key[64]; /* of a sysctl: "smc_enabled" */
	bool exists; /* now, in this network namespace */
};

struct smc_task {
	unsigned int pid;
	char comm[40];
	char where[64]; /* in the kernel: "smc_wr_drain_cq" */
};

struct smc_node {
	char release[128]; /* uname -r */
	char build[160]; /* uname -v, where Debian says which stable kernel it is */
	struct smc_module smc;
	struct smc_module diag; /* smc_diag */
	enum tri config_dibs; /* CONFIG_DIBS, which CONFIG_SMC needs on some kernels */
	enum tri config_smc; /* unknown: no configuration of this kernel is here */
	struct smc_line *blocked; /* modprobe.d keeps the module out */
	unsigned int nr_blocked;

	/* ways by which a program gets such a socket without being changed */
	enum tri inet_smc; /* socket(AF_INET, SOCK_STREAM, IPPROTO_SMC) */
	enum tri fmod_ret; /* BPF at update_socket_protocol */
	int fmod_ret_err; /* errno where it is not yes */
	enum tri mptcp; /* whose code lets BPF in there */
	enum tri tcp2smc; /* net.smc.tcp2smc, Alibaba Cloud Linux */
	unsigned int tcp2smc_value;
	enum tri hs_ctrl; /* net.smc.hs_ctrl: by port or peer; unknown until SMC is loaded */
	char smc_run[64]; /* its path, "" none */

	struct smc_rdma *rdma;
	unsigned int nr_rdma;
	struct smc_ism *ism;
	unsigned int nr_ism;
	struct smc_pnet *pnet;
	unsigned int nr_pnet;
	enum tri pnet_known;

	/* what SMC_GEN_NETLINK tells */
	enum tri genl; /* IS_NO: loaded, and without it */
	enum tri smcr_v2;
	char (*ueid)[SMC_EID_LEN];
	unsigned int nr_ueid;
	char seid[SMC_EID_LEN]; /* "" off, or none */
	enum tri hs_limited; /* a busy listener answers by TCP */

	/* what is in the way */
	unsigned int fastopen; /* net.ipv4.tcp_fastopen */
	enum tri ipsec_known; /* IS_NO: nothing that could have set one is loaded */
	unsigned int nr_ipsec; /* policies */
	unsigned int port_first; /* net.ipv4.ip_local_port_range, 0 not read */
	unsigned int port_last;
	unsigned int ports_open; /* of the platform's: in that range, and not reserved */
	unsigned int ports_listened; /* of the platform's: a listener has them */
	struct smc_line *sysctl; /* lines of files that set net.smc.* */
	unsigned int nr_sysctl;
	struct smc_task *stuck;
	unsigned int nr_stuck;
};

/* What Alibaba's kernels keep for eRDMA's own connections (FACTS 1.6). */
#define SMC_PLATFORM_PORT_FIRST 65500
#define SMC_PLATFORM_PORT_LAST 65515

/* ---- connections: user/observe/smc*.c */

enum smc_mode { SMC_MODE_R, SMC_MODE_D, SMC_MODE_TCP, SMC_MODE_COUNT };

struct smc_conn {
	enum smc_mode mode;
	char local[ADDR_LEN]; /* "" where smc_diag leaves it out: sockets by IPPROTO_SMC */
	char remote[ADDR_LEN];
	unsigned int local_port;
	unsigned int remote_port;
	unsigned int uid;
	unsigned long inode;
	bool closing;
	uint32_t reason; /* why it is TCP */
	uint32_t peer_reason; /* what the other end said, 0 nothing */
	char dev[SMC_DEV_LEN]; /* RDMA device, "" none */
	unsigned int port; /* of it */
	char gid[SMC_GID_LEN];
	char peer_gid[SMC_GID_LEN];
	unsigned int sndbuf_bytes;
	unsigned int rmb_bytes; /* what the other end writes to */
	char by[64]; /* "nginx (pid 812)" */
	char unit[96];
};

/* A reason with how often it was met. */
struct smc_why {
	uint32_t code;
	uint64_t as_client;
	uint64_t as_server;
	unsigned int now; /* connections that are open */
	unsigned int peer_now; /* of which the other end gave this reason */
};

struct smc_link {
	char dev[SMC_DEV_LEN];
	unsigned int port;
	char gid[SMC_GID_LEN];
	char peer_gid[SMC_GID_LEN];
	unsigned int conns;
	bool active;
};

struct smc_lgr {
	enum smc_mode mode;
	uint32_t id;
	bool server;
	unsigned int version;
	char pnetid[SMC_PNETID_LEN];
	char peer[36]; /* host name */
	char eid[SMC_EID_LEN];
	unsigned int conns;
	struct smc_link *link;
	unsigned int nr_link;
};

/* Since SMC was loaded or the namespace was made. */
struct smc_sum {
	uint64_t client; /* connections that came about */
	uint64_t server;
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint64_t rx_calls;
	uint64_t tx_calls;
};

struct smc_view {
	bool loaded;
	enum tri diag; /* IS_NO: not loaded, and asking would load it */
	bool diag_there; /* it could be loaded */
	bool stats_known; /* SMC_GEN_NETLINK */
	struct smc_conn *conn;
	unsigned int nr_conn;
	unsigned int nr_mode[SMC_MODE_COUNT];
	unsigned int listening;
	unsigned int opening; /* not connected, or the handshake is under way */
	uint64_t memory_bytes; /* buffers of the connections that are open */
	struct smc_sum sum[2]; /* by SMC_MODE_R, SMC_MODE_D */
	uint64_t failed_client; /* handshakes that ended in an error */
	uint64_t failed_server;
	uint64_t fallback_client;
	uint64_t fallback_server;
	struct smc_why *why;
	unsigned int nr_why;
	struct smc_lgr *lgr;
	unsigned int nr_lgr;
};

/* ---- what is judged of a node: user/judge/smc*.c */

enum smc_level {
	SMC_FINE, /* as it is to be */
	SMC_NOTE, /* to be known */
	SMC_FOUND, /* wrong, or a danger; SMC may work nevertheless */
	SMC_MISSING, /* without it every connection falls back */
	SMC_NEVER, /* not on this kernel */
	SMC_LEVEL_COUNT,
};

struct smc_verdict {
	enum smc_level level;
	char topic[8]; /* "module", "device" */
	char why[32]; /* in kebab-case, for scripts */
	char text[512];
	char todo[320]; /* "" nothing */
};

struct smc_judged {
	enum smc_level worst;
	struct smc_verdict *verdict;
	unsigned int nr_verdict;
	bool failed; /* no memory */
};

void smc_node_free(struct smc_node *node);
void smc_judged_free(struct smc_judged *judged);
void smc_view_free(struct smc_view *view);

#endif /* NETLANE_BASE_SMC_H */
