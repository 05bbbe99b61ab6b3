/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who touched a knob that netlane holds, from bpf/blame.bpf.c: who asked the
 * kernel, seen where he asked. The rule: never a wrong name. What cannot be
 * told is unknown, and a kernel thread that does a driver's work is nobody.
 */
#ifndef NETLANE_OBSERVE_BLAME_H
#define NETLANE_OBSERVE_BLAME_H

#include "base/err.h"
#include "base/text.h"
#include "types.h"

/*
 * What was touched. X(id, name). DRIVER_ ones are what drivers (and the kernel)
 * write by themselves; the others are what somebody asked for.
 */
#define BLAME_LIST(X)                                                        \
	X(XPS, "xps_cpus")                                                   \
	X(XPS_RXQS, "xps_rxqs")                                              \
	X(RPS, "rps_cpus")                                                   \
	X(RPS_FLOW, "rps_flow_cnt")                                          \
	X(RPS_SOCK_FLOW, "rps_sock_flow_entries")                            \
	X(IRQ, "smp_affinity")                                               \
	X(CPU, "cpu online") /* .queue: the CPU; .text: "0", "1" */          \
	X(BIND, "driver bind") /* .text: the device on its bus */            \
	X(UNBIND, "driver unbind")                                           \
	X(CHANNELS, "channels") /* .value: combined, where it was told */    \
	X(RINGS, "rings")                                                    \
	X(RSS, "rss")                                                        \
	X(LINK, "link") /* .value: 1 up, 0 down */                           \
	X(DRIVER_XPS, "xps by the driver") /* .within: what made it do so */ \
	X(DRIVER_IRQ, "irq by the driver")                                   \
	X(LISTEN, "listen") /* .value: the port; in a group only */

#define BLAME_ID(id, name) BLAMED_##id,
enum blame_kind { BLAMED_NOTHING, BLAME_LIST(BLAME_ID) BLAMED_COUNT };

#define BLAME_UNKNOWN 0xffffffffU /* a number that the kernel did not tell */

/* One touch. All names are as the kernel has them: not safe to print, see blame_who(). */
struct blame {
	/* what */
	enum blame_kind kind;
	enum blame_kind within; /* DRIVER_*: what its task had asked for; CPU: hotplug; or NOTHING */
	char ifname[IFNAME_LEN]; /* "" where there is none */
	char bus[BUS_LEN]; /* of that interface, "" unknown or none */
	unsigned int ifindex; /* 0 unknown or none */
	unsigned int queue; /* XPS, RPS: the queue; CPU: the CPU; else BLAME_UNKNOWN */
	int irq; /* IRQ, DRIVER_IRQ; else -1 */
	uint32_t value; /* see the list, or BLAME_UNKNOWN */
	char text[32]; /* the first bytes written, without the newline, or "" */
	/* when: CLOCK_BOOTTIME */
	uint64_t ns; /* the call began */
	uint64_t done_ns; /* and ended */
	int ret; /* 0 or -errno: a touch that failed changed nothing */
	/* who */
	bool ours; /* by this process */
	bool known; /* false: by the kernel or a driver of itself; nobody to be named */
	bool kthread; /* a kernel thread did it */
	bool tty; /* has a controlling terminal: a person, or what he started */
	bool this_netns; /* the interface is in our network namespace (true where there is none) */
	unsigned int pid; /* process (tgid) */
	unsigned int tid;
	unsigned int uid;
	unsigned int ppid;
	char comm[16];
	char parent[16]; /* comm of the parent */
	uint64_t cgroup; /* id, cgroup2 */
	char unit[96]; /* systemd unit, or the last part of the cgroup's path, or "" unknown */
	char cgroup_path[256]; /* below the cgroup mount, cut if longer, or "" unknown */
};

/* By what each fact is seen, or that it is not. */
struct blame_way {
	const char *fact; /* "sysfs", "irq", "sysctl", "ethtool ioctl", ... */
	const char *way; /* "fexit", "kprobe", "syscalls", or NULL: not seen here */
	int err; /* errno of the last thing tried when not seen; ENOENT: this kernel has none */
};

struct blame_reader;
typedef void (*blame_cb)(const struct blame *blame, void *data);

/*
 * Loads and attaches until blame_close(); nothing is pinned. @syscalls allows
 * the last means where functions cannot be hooked: looking at each write(2)
 * and ioctl(2) of the node, which costs every system call some nanoseconds.
 * 0 when at least one fact is seen; -EOPNOTSUPP when none is, -EPERM without
 * root, each with a sentence. A reader is given only with 0.
 */
int blame_open(bool syscalls, struct blame_reader **reader, struct err *err);
void blame_close(struct blame_reader *reader);
/* By what each fact is seen; @nr of them. Lives as long as the reader. */
const struct blame_way *blame_ways(const struct blame_reader *reader, unsigned int *nr);
/* Readable (EPOLLIN) when there is something to read. */
int blame_fd(const struct blame_reader *reader);
/* Calls @cb for each touch that waits, oldest end first; never blocks. Their number or -errno. */
int blame_read(struct blame_reader *reader, blame_cb cb, void *data);
/* Touches that nobody will read because there was no room, since blame_open(). */
uint64_t blame_lost(const struct blame_reader *reader);

/*
 * Who is behind @rewrite (DRIVER_*)? Among @past, @nr touches read so far, the
 * one that was under way at that time and made it: by the same task, or by
 * who changes a CPU where a kernel thread does hotplug's work. A rewrite is
 * told at once, what was asked for when it has ended: ask again after the next
 * read. NULL when there is none, and when there is more than one.
 */
const struct blame *blame_behind(const struct blame *rewrite, const struct blame *past,
				 unsigned int nr);

/* "echo (pid 812, unit ecs_mq.service, by bash)": safe to print. "unknown" for nobody. */
void blame_who(const struct blame *blame, struct text *t);
/* "eth0 xps_cpus tx-3 = f": safe to print. */
void blame_what(const struct blame *blame, struct text *t);

#endif /* NETLANE_OBSERVE_BLAME_H */
