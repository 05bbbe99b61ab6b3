/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of netlane, as plain data: what a node is (facts), what its owner
 * wants (policy), what netlane would do about it (plan), and what it did
 * (entries of the journal). Every stage includes this file; it includes only
 * the facts (types_facts.h) and base/cpumask.h. A list is a pointer and its nr_;
 * facts_free(), plan_free() and policy_free() own what they point to. All-zero
 * is a valid empty noun.
 */
#ifndef NETLANE_TYPES_H
#define NETLANE_TYPES_H

#include "types_facts.h"

/* ------------------------------------------------------------- policy */

enum mode { MODE_OBSERVE, MODE_HOLD };

/* What a step may do to traffic. Ordered: a higher one needs more consent. */
enum risk { RISK_NONE, RISK_BLIP, RISK_CAN_CUT_OFF };

enum choice { CHOICE_AUTO, CHOICE_OFF };

/* Whether NetworkManager is told to leave a NIC alone. */
enum nm_choice { NM_UNSAID, NM_LEAVE, NM_UNMANAGED };

/* One [nic MATCH] section; the last section that matches and sets a key wins. */
struct nic_policy {
	char match[BUS_LEN]; /* interface name, MAC, bus path, or "*" */
	enum tri manage; /* IS_UNKNOWN: not said here */
	unsigned int channels; /* 0: not said */
	unsigned int *cpus; /* lane i runs on cpus[i]; NULL: not said */
	unsigned int nr_cpus;
	int rps; /* enum choice, -1: not said */
	int rss; /* enum choice, -1: not said */
	enum tri source_routing; /* IS_UNKNOWN: not said here */
	enum nm_choice network_manager;
	int allow_risk; /* enum risk that needs no --confirm here, -1: not said */
	char from[160]; /* "/etc/netlane/netlane.conf:12", for messages */
};

/* One [zone NAME] section: remote addresses that are shown together. */
struct zone {
	char name[32];
	char (*prefix)[ADDR_LEN]; /* "10.0.0.0/8", without bits behind the length */
	unsigned int nr_prefix;
};

/* Auto: SO_INCOMING_CPU where this kernel heeds it in a group, else a BPF program. */
enum steer_way { STEER_AUTO, STEER_INCOMING_CPU, STEER_PROGRAM };

/* One [steer NAME] section: listening sockets that are to be meant for their servers' CPUs. */
struct steer_policy {
	char name[32];
	/* inode of the network namespace in which netlane steer start asked for it; 0: it is of the
	 * configuration */
	unsigned int asked_in;
	char listen[ADDR_LEN]; /* as listen_group's; "": every group on @port */
	unsigned int port;
	char netns[NETNS_LEN]; /* a name of ip netns, or a path; "": this process' own */
	bool udp; /* else TCP */
	bool stateless; /* its owner says that any worker may get any datagram */
	enum steer_way way;
	bool pin; /* workers that float are pinned */
	bool spill_said;
	unsigned int spill; /* percent of a backlog above which the hash decides; 0: off */
};

#define STEER_SPILL 50 /* where a section does not say */
/* The name of what no section says but a netlane steer start; no section's can be this. */
#define STEER_BY_COMMAND "by command"

/* What the service does about the notice that a spot instance is taken back. */
enum on_spot { ON_SPOT_IGNORE, ON_SPOT_TELL, ON_SPOT_DRAIN };

/* How a node is taken out of service; see config_drain.h for the keys. */
struct drain_policy {
	char ports[256]; /* as portset_parse() takes them, "": none said */
	bool drops; /* SYNs are dropped, not refused */
	unsigned int grace_s; /* from the failing health answer to the first refusal */
	unsigned int deadline_s; /* from the first refusal, 0: none */
	bool then_reset; /* what is left at the deadline is reset */
	char health_file[128]; /* is there while the node is in service, "": none */
	char health_listen[ADDR_LEN]; /* where the service answers for it, "": nowhere */
	char on_start[256]; /* shell commands, "": none */
	char on_end[256];
	enum on_spot on_spot;
};

struct policy {
	enum mode mode;
	struct cpumask allowed; /* CPUs that lanes may use; empty: all */
	bool irqbalance; /* take our IRQs from a running irqbalance (default yes) */
	bool module; /* the service loads netlane.ko (default no) */
	bool counters; /* the programs that count are loaded (default yes) */
	unsigned int sweep_s; /* the service looks at everything every so often, 0: never */
	/*
	 * Set by the service alone: what stands as planned is a step as well
	 * (carried), so that the journal knows it before somebody changes it; and a
	 * NIC whose named CPU is offline waits for it, which is no error.
	 */
	bool keeping;
	/* Set by an up with a time: what would outlive a reboot, and so the time, must not. */
	bool until_boot;
	struct nic_policy *nic;
	unsigned int nr_nic;
	struct zone *zone;
	unsigned int nr_zone;
	struct steer_policy *steer;
	unsigned int nr_steer;
	struct drain_policy drain;
	struct binding *bind; /* by name */
	unsigned int nr_bind;
};

/* ------------------------------------------------------------- plan */

/*
 * What netlane can set. The order is the order of application, and of undo:
 * channels come first because the driver rewrites the rest when they change.
 * X(id, name, unit of the value)
 */
#define KNOB_LIST(X)                                                                              \
	X(IRQBALANCE, "irqbalance-ban", "irq numbers, ascending")                                 \
	X(CHANNELS, "channels", "combined queue pairs")                                           \
	X(RSS, "rss", "'equal N', or the queue of each table entry")                              \
	X(IRQ_IN, "irq-in", "hex CPU mask")                                                       \
	X(IRQ_OUT, "irq-out", "hex CPU mask")                                                     \
	X(XPS_RXQS, "xps-rxqs", "hex queue mask")                                                 \
	X(XPS, "xps", "hex CPU mask")                                                             \
	X(RPS_SOCK_FLOW, "rps-sock-flow-entries", "flows, node-wide")                             \
	X(RPS, "rps", "hex CPU mask")                                                             \
	X(RPS_FLOW, "rps-flow-cnt", "flows")                                                      \
	X(ROUTE, "route", "'via ADDRESS', 'link' or 'throw'")                                     \
	X(RULE, "rule", "'lookup TABLE priority PRIORITY'")                                       \
	X(NM, "network-manager", "'unmanaged', or 'unmanaged until boot'")                        \
	X(PIN, "pin", "list of CPUs")                                                             \
	X(STEER, "steer", "'hash', or 'cpu' or 'program' and CPUs for each socket, '-' for none") \
	X(DRAIN, "drain", "'open', or 'refuse' or 'drop' and ports")                              \
	X(BIND, "bind", "each binding: 'NAME PROTOCOL PREFIXES PORTS to LISTENER'")

#define KNOB_ID(id, name, unit) KNOB_##id,
enum knob_kind { KNOB_LIST(KNOB_ID) KNOB_COUNT };

/*
 * Which knob: kind, NIC by bus path and MAC (both "" for one of the whole
 * node), queue (0 where the NIC has only one). Never by interface name or IRQ
 * number, which change. A route that leaves by a NIC is that NIC's; a rule, and
 * a route without a device, are of the whole node: the kernel keeps them when
 * the NIC goes. So is NetworkManager's file about a NIC, which has its MAC alone.
 */
struct knob {
	enum knob_kind kind;
	char bus[BUS_LEN];
	char mac[MAC_LEN];
	unsigned int queue;
	unsigned int table; /* of a route, else 0 */
	/* where a route leads, a rule's source, what is listened on, inode of a network namespace */
	char addr[ADDR_LEN];
	/* of what is listened on in another network namespace: its inode, and what it was called */
	unsigned int netns;
	char netns_name[NETNS_LEN];
};

/* The value of a knob that is not there (a queue that is not active, no such route). */
#define KNOB_ABSENT "-"

/*
 * One change. Values are the canonical text of the knob: what apply reads
 * back from the kernel, so that they compare as strings.
 */
struct step {
	struct knob knob;
	char ifname[IFNAME_LEN]; /* for people */
	char *before;
	char *after;
	bool before_is_default; /* before is what the driver itself would set */
	bool carried; /* no change of its own: kept because a channel change resets it */
	enum risk risk;
	bool needs_confirm; /* risky here, and the policy does not allow it unattended */
	char why[200];
};

struct lane {
	unsigned int index; /* queue pair */
	unsigned int cpu;
	struct cpumask helpers; /* housekeeping CPUs without a pair of their own */
	struct cpumask xps; /* CPUs that transmit by this lane's queue */
};

enum nic_verdict {
	NIC_STRAIGHT, /* the plan is what stands there */
	NIC_CHANGES, /* steps follow */
	NIC_LEFT, /* not ours, not driven or not possible: see reason */
};

struct nic_plan {
	char ifname[IFNAME_LEN];
	char bus[BUS_LEN];
	char mac[MAC_LEN];
	enum nic_verdict verdict;
	char reason[200]; /* why left, or what is worth saying, or "" */
	unsigned int queues_max;
	struct lane *lane;
	unsigned int nr_lane;
	unsigned int straight; /* lanes whose knobs all stand as planned */
};

/* What becomes of a group that a section [steer NAME] names, or of a section that names none. */
struct steer_plan {
	char name[32];
	char listen[ADDR_LEN]; /* the group's, as listen_group's; "": the section names none here */
	char ifname[IFNAME_LEN]; /* that its sockets are bound to, or "" */
	unsigned int netns; /* the group's, as listen_group's */
	char netns_name[NETNS_LEN]; /* as the section has it, "": it says none */
	char left[200]; /* why it is not as the section wants it, "": it is, or a step makes it so */
	char aside[200]; /* what goes by the kernel's hash all the same, or "" */
};

struct plan {
	struct nic_plan *nic;
	unsigned int nr_nic;
	struct step *step;
	unsigned int nr_step;
	char (*note)[200]; /* what the owner should know: co-owners, fixed RSS, ... */
	unsigned int nr_note;
	struct steer_plan *steer;
	unsigned int nr_steer;
};

/* ------------------------------------------------------------- journal */

/* What became of an entry. */
#define OUTCOME_LIST(X)                                                   \
	X(RESTORED, "restored") /* was ours, given back */                \
	X(UNTOUCHED, "untouched") /* already as before */                 \
	X(DRIVER, "driver-default") /* the driver's own rewrite stands */ \
	X(FOREIGN, "foreign") /* somebody set it since: left and named */ \
	X(GONE, "gone") /* the NIC or queue is not there any more */      \
	X(VOID, "void") /* from another boot: the reboot undid it */      \
	X(FAILED, "failed") /* the kernel refused; still open */

#define OUTCOME_ID(id, name) OUTCOME_##id,
enum outcome { OUTCOME_LIST(OUTCOME_ID) OUTCOME_COUNT };

/* One journaled change: a step and what is known of it since. */
struct entry {
	struct step step;
	char *earlier; /* what an earlier up of ours wrote here, or NULL: ours as well */
	bool done; /* a later record says it was written and read back */
	/*
	 * What the last up found ours: the entry returns to it when that up fails
	 * and takes itself back. NULL: the last up was the first here.
	 */
	char *prior_after;
	char *prior_earlier;
	bool prior_done;
	bool prior_yielded;
	char *found; /* somebody's value that an undo is about to carry over a channel change */
	bool yielded; /* left to somebody until the next up; who is in @note, his value in @now */
	bool undone; /* given back or let go: no longer ours */
	enum outcome outcome;
	char now[96]; /* the value found at undo when it was foreign, shortened */
	char note[160]; /* what else the undo has to say of it, or "" */
};

struct journal_state {
	char boot_id[40];
	char machine_id[40];
	char instance_id[40];
	char opened[32]; /* RFC 3339 UTC */
	struct entry *entry;
	unsigned int nr_entry;
	bool open; /* changes stand; a down is due */
	bool complete; /* the up that wrote it came to its end */
	uint64_t deadline_boot_ms; /* CLOCK_BOOTTIME ms when it is to be undone, 0 none */
	bool confirm; /* the deadline is an up --confirm, which a second up lifts */
};

#endif /* NETLANE_TYPES_H */
