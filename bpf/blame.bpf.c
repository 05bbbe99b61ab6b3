// SPDX-License-Identifier: GPL-2.0
/*
 * Who touched a knob: a look at the doors by which the kernel is asked, in the
 * context of the task that asks. What a driver rewrites is seen as well, but
 * then the task is often a kernel thread that nobody is to be blamed for. The
 * rule: a touch is remembered when it begins and told when it has ended, with
 * what came of it; whatever is not a knob is left at the first glance.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/abi.h"
#include "bpf/compat.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define RECORDS_BYTES (512 * 1024) /* about two thousand touches */
#define AT_ONCE 1024 /* tasks in a call at the same time */

#define SIOCETHTOOL 0x8946 /* include/uapi/linux/sockios.h */
#define ETHTOOL_SRINGPARAM 0x11 /* include/uapi/linux/ethtool.h */
#define ETHTOOL_SRXFHINDIR 0x39
#define ETHTOOL_SCHANNELS 0x3d
#define ETHTOOL_SRSSH 0x47
#define ETHTOOL_A_HEADER 1 /* include/uapi/linux/ethtool_netlink.h: of each request */
#define ETHTOOL_A_HEADER_DEV_INDEX 1
#define ETHTOOL_A_HEADER_DEV_NAME 2
#define ETHTOOL_A_CHANNELS_COMBINED 9
#define HEADER_ATTRS 4 /* in the header, at most */
#define NLA_TYPE 0x3fff /* without the bits that say nested and big-endian */

/* Set by the reader before it loads. */
const volatile __u32 own_tgid;
const volatile __u32 nr_args[BLAME_FACTS]; /* of the function behind a fact */
const volatile __u32 by_syscall; /* bits of facts that only system calls tell here */

__u64 lost; /* touches that there was no room for */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RECORDS_BYTES);
} blame_records SEC(".maps");

/* What each task is asking for. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, AT_ONCE);
	__type(key, __u64);
	__type(value, struct blame_record);
} blame_asking SEC(".maps");

/* Tasks, most of them kernel threads, that are in a callback of CPU hotplug. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, AT_ONCE);
	__type(key, __u64);
	__type(value, __u64);
} blame_hotplug SEC(".maps");

static const struct blame_record nothing;

/* ---- who */

/* The last part of the path in the hierarchy that tells units apart. */
static __always_inline void who_group(struct blame_record *r, struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup *group = BPF_CORE_READ(set, dfl_cgrp);

	r->cgroup = bpf_get_current_cgroup_id();
	if (!BPF_CORE_READ(group, level) &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
		__u32 pids = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
		struct cgroup_subsys_state *css = NULL;

		/* cgroup v1: systemd gives each unit the same place there */
		(void)bpf_core_read(&css, sizeof(css), &set->subsys[pids]);
		group = BPF_CORE_READ(css, cgroup);
		r->flags |= BLAME_GROUP_V1;
	}
	(void)bpf_probe_read_kernel_str(r->group, sizeof(r->group), BPF_CORE_READ(group, kn, name));
}

static __always_inline void who(struct blame_record *r)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct task_struct *parent = BPF_CORE_READ(task, real_parent, group_leader);
	__u64 id = bpf_get_current_pid_tgid();

	r->tgid = id >> 32;
	r->tid = (__u32)id;
	r->uid = (__u32)bpf_get_current_uid_gid();
	r->started_ns = BPF_CORE_READ(leader, start_boottime);
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		r->flags |= BLAME_BY_KTHREAD;
	if (BPF_CORE_READ(task, signal, tty))
		r->flags |= BLAME_BY_TTY;
	if (r->tgid == own_tgid)
		r->flags |= BLAME_BY_US;
	r->parent_tgid = BPF_CORE_READ(parent, tgid);
	(void)bpf_probe_read_kernel_str(r->comm, sizeof(r->comm), leader->comm);
	(void)bpf_probe_read_kernel_str(r->parent_comm, sizeof(r->parent_comm), parent->comm);
	who_group(r, task);
}

/* ---- beginning and end of a touch */

static __always_inline bool same_task(const struct blame_record *r)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return r->started_ns == BPF_CORE_READ(task, group_leader, start_boottime);
}

/* What this task is asking for, or NULL. */
static __always_inline struct blame_record *asking(void)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct blame_record *r = bpf_map_lookup_elem(&blame_asking, &id);

	/* one whose end was not seen, and another task has got its number since */
	return r && same_task(r) ? r : NULL;
}

/* NULL: nothing to fill in, since it is part of another touch or there is no room. */
static __always_inline struct blame_record *begin(__u32 fact, __u32 touch)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct blame_record *r = asking();

	if (r && r->fact != fact)
		return NULL;
	if (bpf_map_update_elem(&blame_asking, &id, &nothing, BPF_ANY)) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	r = bpf_map_lookup_elem(&blame_asking, &id);
	if (!r)
		return NULL;
	r->ns = bpf_ktime_get_boot_ns();
	r->fact = fact;
	r->touch = touch;
	r->number = BLAME_NONE;
	r->value = BLAME_NONE;
	who(r);
	return r;
}

static __always_inline int end(__u32 fact, long ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct blame_record *r = bpf_map_lookup_elem(&blame_asking, &id);

	if (!r || r->fact != fact)
		return 0;
	r->done_ns = bpf_ktime_get_boot_ns();
	r->ret = ret < 0 ? (__s32)ret : 0;
	if (bpf_ringbuf_output(&blame_records, r, sizeof(*r), 0))
		__sync_fetch_and_add(&lost, 1);
	(void)bpf_map_delete_elem(&blame_asking, &id);
	return 0;
}

/* ---- what: a file */

/* A name with zeros behind its end; the longest that matters is rps_sock_flow_entries. */
struct name {
	union {
		char s[24];
		__u64 word[3];
	};
};

#define IS(given, literal) same_name(&(given), &(const struct name){ .s = literal })
static __always_inline bool same_name(const struct name *a, const struct name *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2];
}

static __always_inline void name_of(struct name *name, struct dentry *dentry)
{
	__builtin_memset(name, 0, sizeof(*name));
	(void)bpf_probe_read_kernel_str(name->s, sizeof(name->s),
					BPF_CORE_READ(dentry, d_name.name));
}

/* A knob by its file in sysfs; its folder decides where names are not unique. */
static __always_inline __u32 sysfs_touch(struct dentry *dentry)
{
	struct name name, dir;

	name_of(&name, dentry);
	if (IS(name, "xps_cpus"))
		return BLAME_XPS;
	if (IS(name, "xps_rxqs"))
		return BLAME_XPS_RXQS;
	if (IS(name, "rps_cpus"))
		return BLAME_RPS;
	if (IS(name, "rps_flow_cnt"))
		return BLAME_RPS_FLOW;
	if (IS(name, "online")) {
		name_of(&dir, BPF_CORE_READ(dentry, d_parent));
		return dir.s[0] == 'c' && dir.s[1] == 'p' && dir.s[2] == 'u' ? BLAME_CPU :
									       BLAME_NOTHING;
	}
	if (!IS(name, "bind") && !IS(name, "unbind"))
		return BLAME_NOTHING;
	name_of(&dir, BPF_CORE_READ(dentry, d_parent, d_parent));
	if (!IS(dir, "drivers"))
		return BLAME_NOTHING;
	return name.s[0] == 'b' ? BLAME_BIND : BLAME_UNBIND;
}

static __always_inline __u32 proc_touch(struct dentry *dentry)
{
	struct name name, dir;

	name_of(&name, dentry);
	if (IS(name, "smp_affinity") || IS(name, "smp_affinity_list")) {
		name_of(&dir, BPF_CORE_READ(dentry, d_parent, d_parent));
		return IS(dir, "irq") ? BLAME_IRQ : BLAME_NOTHING;
	}
	return IS(name, "rps_sock_flow_entries") ? BLAME_RPS_SOCK_FLOW : BLAME_NOTHING;
}

static __always_inline void what_device(struct blame_record *r, struct net_device *dev)
{
	r->ifindex = BPF_CORE_READ(dev, ifindex);
	r->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	(void)bpf_probe_read_kernel_str(r->ifname, sizeof(r->ifname), dev->name);
}

/* The device of a queue, from the folder that stands for it. */
static __always_inline struct net_device *queue_device(struct dentry *dir, bool tx)
{
	void *inode_private = BPF_CORE_READ(dir, d_inode, i_private);
	void *kobj = BPF_CORE_READ((struct kernfs_node *)inode_private, priv);
	struct netdev_rx_queue *rx;
	struct netdev_queue *queue;

	if (!kobj)
		return NULL;
	if (tx) {
		queue = kobj - bpf_core_field_offset(struct netdev_queue, kobj);
		return BPF_CORE_READ(queue, dev);
	}
	rx = kobj - bpf_core_field_offset(struct netdev_rx_queue, kobj);
	return BPF_CORE_READ(rx, dev);
}

static __always_inline void what_text(struct blame_record *r, const void *text, __u64 len,
				      bool from_user)
{
	__u32 bytes = len < sizeof(r->text) ? (__u32)len : sizeof(r->text);
	long ret;

	/* all that fits, also beyond what was written: a bound that every verifier sees */
	ret = from_user ? bpf_probe_read_user(r->text, sizeof(r->text), text) :
			  bpf_probe_read_kernel(r->text, sizeof(r->text), text);
	if (ret) /* the end of a mapping, maybe */
		ret = from_user ? bpf_probe_read_user_str(r->text, sizeof(r->text), text) < 0 :
				  bpf_probe_read_kernel_str(r->text, sizeof(r->text), text) < 0;
	r->text_len = ret ? 0 : bytes;
}

static __always_inline void what_file(struct blame_record *r, struct dentry *dentry)
{
	struct dentry *dir = BPF_CORE_READ(dentry, d_parent);
	struct net_device *dev;

	(void)bpf_probe_read_kernel_str(r->dir, sizeof(r->dir), BPF_CORE_READ(dir, d_name.name));
	if (r->touch > BLAME_RPS_FLOW)
		return;
	dev = queue_device(dir, r->touch == BLAME_XPS || r->touch == BLAME_XPS_RXQS);
	if (dev)
		what_device(r, dev);
}

static __always_inline int touch_file(__u32 fact, __u32 touch, struct dentry *dentry,
				      const void *text, __u64 len, bool from_user)
{
	struct blame_record *r;

	if (!touch)
		return 0;
	r = begin(fact, touch);
	if (!r)
		return 0;
	what_file(r, dentry);
	what_text(r, text, len, from_user);
	return 0;
}

/* ---- what: a device */

static __always_inline __u32 ioctl_touch(__u32 cmd)
{
	switch (cmd) {
	case ETHTOOL_SCHANNELS:
		return BLAME_CHANNELS;
	case ETHTOOL_SRINGPARAM:
		return BLAME_RINGS;
	case ETHTOOL_SRXFHINDIR:
	case ETHTOOL_SRSSH:
		return BLAME_RSS;
	default:
		return BLAME_NOTHING;
	}
}

/* @data is the caller's struct, which begins with the command. */
static __always_inline struct blame_record *touch_ioctl(const void *data)
{
	struct ethtool_channels channels = { 0 };
	struct blame_record *r;
	__u32 cmd = 0, touch;

	if (bpf_probe_read_user(&cmd, sizeof(cmd), data))
		return NULL;
	touch = ioctl_touch(cmd);
	if (!touch)
		return NULL;
	r = begin(BLAME_FACT_IOCTL, touch);
	if (r && touch == BLAME_CHANNELS && !bpf_probe_read_user(&channels, sizeof(channels), data))
		r->value = channels.combined_count;
	return r;
}

/* The interface that an ethtool request is for, by number or name, from its header. */
static __always_inline void what_header(struct blame_record *r, struct nlattr *header)
{
	__u32 left = BPF_CORE_READ(header, nla_len), i, len;
	char *at = (char *)header + sizeof(*header);
	struct nlattr attr;

	left = left > sizeof(attr) ? left - sizeof(attr) : 0;
	for (i = 0; i < HEADER_ATTRS; i++) {
		if (left < sizeof(attr) || bpf_probe_read_kernel(&attr, sizeof(attr), at))
			return;
		if ((attr.nla_type & NLA_TYPE) == ETHTOOL_A_HEADER_DEV_INDEX)
			(void)bpf_probe_read_kernel(&r->ifindex, sizeof(r->ifindex),
						    at + sizeof(attr));
		if ((attr.nla_type & NLA_TYPE) == ETHTOOL_A_HEADER_DEV_NAME)
			(void)bpf_probe_read_kernel_str(r->ifname, sizeof(r->ifname),
							at + sizeof(attr));
		len = (attr.nla_len + 3) & ~3U;
		if (len < sizeof(attr) || len > left)
			return;
		left -= len;
		at += len;
	}
}

static __always_inline int touch_genl(__u32 fact, __u32 touch, struct genl_info *info)
{
	struct nlattr **attrs = BPF_CORE_READ(info, attrs), *attr = NULL;
	struct blame_record *r = begin(fact, touch);

	if (!r)
		return 0;
	r->netns = BPF_CORE_READ(info, _net.net, ns.inum);
	(void)bpf_probe_read_kernel(&attr, sizeof(attr), attrs + ETHTOOL_A_HEADER);
	if (attr)
		what_header(r, attr);
	attr = NULL;
	if (touch == BLAME_CHANNELS)
		(void)bpf_probe_read_kernel(&attr, sizeof(attr),
					    attrs + ETHTOOL_A_CHANNELS_COMBINED);
	if (attr)
		(void)bpf_probe_read_kernel(&r->value, sizeof(r->value), attr + 1);
	return 0;
}

/* ---- the drivers' own writing: told at once, there is no asking */

SEC("tp_btf/cpuhp_multi_enter")
int hotplug_in(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid(), ns = bpf_ktime_get_boot_ns();

	(void)bpf_map_update_elem(&blame_hotplug, &id, &ns, BPF_ANY);
	return 0;
}

SEC("tp_btf/cpuhp_exit")
int hotplug_out(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();

	(void)bpf_map_delete_elem(&blame_hotplug, &id);
	return 0;
}

/* What makes a driver write: what its task has asked for, or somebody's change of a CPU. */
static __always_inline __u32 cause(void)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct blame_record *ask = asking();

	if (ask)
		return ask->touch;
	return bpf_map_lookup_elem(&blame_hotplug, &id) ? BLAME_CPU : BLAME_NOTHING;
}

static __always_inline struct blame_record *driver_touch(__u32 fact, __u32 touch)
{
	__u32 within = cause();
	struct blame_record *r;

	/* that is the very touch which is told when it ends */
	if (within && within <= BLAME_IRQ)
		return NULL;
	r = bpf_ringbuf_reserve(&blame_records, sizeof(*r), 0);
	if (!r) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	__builtin_memset(r, 0, sizeof(*r));
	r->ns = bpf_ktime_get_boot_ns();
	r->done_ns = r->ns;
	r->fact = fact;
	r->touch = touch;
	r->within = within;
	r->value = BLAME_NONE;
	who(r);
	return r;
}

/* ---- the doors; arguments as the function has them */

static __always_inline int at_sysfs(__u64 of_arg, __u64 buf, __u64 count, __u64 unused)
{
	struct kernfs_open_file *of = (void *)of_arg;
	struct dentry *dentry = BPF_CORE_READ(of, file, f_path.dentry);

	return touch_file(BLAME_FACT_SYSFS, sysfs_touch(dentry), dentry, (void *)buf, count, false);
}

static __always_inline int at_irq(__u64 file, __u64 buf, __u64 count, __u64 unused)
{
	struct dentry *dentry = BPF_CORE_READ((struct file *)file, f_path.dentry);

	return touch_file(BLAME_FACT_IRQ, BLAME_IRQ, dentry, (void *)buf, count, true);
}

static __always_inline int at_sysctl(__u64 table, __u64 write, __u64 buf, __u64 lenp)
{
	struct blame_record *r;
	__u64 len = 0;

	if (!(__u32)write)
		return 0;
	r = begin(BLAME_FACT_SYSCTL, BLAME_RPS_SOCK_FLOW);
	if (!r)
		return 0;
	(void)bpf_probe_read_kernel(&len, sizeof(len), (void *)lenp);
	what_text(r, (void *)buf, len, false);
	return 0;
}

static __always_inline int at_ioctl(__u64 net, __u64 ifr_arg, __u64 useraddr, __u64 unused)
{
	struct ifreq *ifr = (void *)ifr_arg;
	struct blame_record *r;

	/* before 5.15 the caller's struct is named in @ifr alone */
	if (nr_args[BLAME_FACT_IOCTL] < 3)
		useraddr = (__u64)BPF_CORE_READ(ifr, ifr_ifru.ifru_data);
	r = touch_ioctl((void *)useraddr);
	if (!r)
		return 0;
	r->netns = BPF_CORE_READ((struct net *)net, ns.inum);
	(void)bpf_probe_read_kernel_str(r->ifname, sizeof(r->ifname), ifr->ifr_ifrn.ifrn_name);
	return 0;
}

static __always_inline int at_channels(__u64 unused, __u64 info, __u64 unused2, __u64 unused3)
{
	return touch_genl(BLAME_FACT_CHANNELS, BLAME_CHANNELS, (void *)info);
}

static __always_inline int at_rings(__u64 unused, __u64 info, __u64 unused2, __u64 unused3)
{
	return touch_genl(BLAME_FACT_RINGS, BLAME_RINGS, (void *)info);
}

static __always_inline int at_rss(__u64 unused, __u64 info, __u64 unused2, __u64 unused3)
{
	return touch_genl(BLAME_FACT_RSS, BLAME_RSS, (void *)info);
}

static __always_inline int at_link(__u64 dev_arg, __u64 flags, __u64 unused, __u64 unused2)
{
	struct net_device *dev = (void *)dev_arg;
	struct blame_record *r;

	if (!(((__u32)flags ^ BPF_CORE_READ(dev, flags)) & IFF_UP))
		return 0;
	r = begin(BLAME_FACT_LINK, BLAME_LINK);
	if (!r)
		return 0;
	what_device(r, dev);
	r->value = flags & IFF_UP;
	return 0;
}

static __always_inline int at_driver_xps(__u64 dev, __u64 mask, __u64 index, __u64 unused)
{
	struct blame_record *r = driver_touch(BLAME_FACT_DRIVER_XPS, BLAME_DRIVER_XPS);

	if (!r)
		return 0;
	what_device(r, (void *)dev);
	r->number = (__u16)index;
	bpf_ringbuf_submit(r, 0);
	return 0;
}

static __always_inline int at_driver_irq(__u64 data, __u64 unused, __u64 unused2, __u64 unused3)
{
	struct blame_record *r = driver_touch(BLAME_FACT_DRIVER_IRQ, BLAME_DRIVER_IRQ);

	if (!r)
		return 0;
	r->number = BPF_CORE_READ((struct irq_data *)data, irq);
	bpf_ringbuf_submit(r, 0);
	return 0;
}

/* ---- each door twice: by trampoline, and by breakpoint where there is none */

/* Read, not dereferenced: no kernel's idea of an argument's type is in the way. */
static __always_inline __u64 arg(const void *ctx, __u32 n)
{
	__u64 value = 0;

	(void)bpf_probe_read_kernel(&value, sizeof(value), ctx + n * sizeof(value));
	return value;
}

#define DOOR_IN(function, at)                                                         \
	SEC("fentry/" #function)                                                      \
	int f_in_##function(void *ctx)                                                \
	{                                                                             \
		return at(arg(ctx, 0), arg(ctx, 1), arg(ctx, 2), arg(ctx, 3));        \
	}                                                                             \
	SEC("kprobe/" #function)                                                      \
	int k_in_##function(struct pt_regs *ctx)                                      \
	{                                                                             \
		return at(PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx), \
			  PT_REGS_PARM4(ctx));                                        \
	}
#define DOOR_OUT(function, fact)                                \
	SEC("fexit/" #function)                                 \
	int f_out_##function(void *ctx)                         \
	{                                                       \
		return end(fact, (int)arg(ctx, nr_args[fact])); \
	}                                                       \
	SEC("kretprobe/" #function)                             \
	int k_out_##function(struct pt_regs *ctx)               \
	{                                                       \
		return end(fact, (int)PT_REGS_RC(ctx));         \
	}
#define DOOR(function, at, fact) \
	DOOR_IN(function, at)    \
	DOOR_OUT(function, fact)

DOOR(sysfs_kf_write, at_sysfs, BLAME_FACT_SYSFS)
DOOR(irq_affinity_proc_write, at_irq, BLAME_FACT_IRQ)
DOOR(irq_affinity_list_proc_write, at_irq, BLAME_FACT_IRQ)
DOOR(rps_sock_flow_sysctl, at_sysctl, BLAME_FACT_SYSCTL)
DOOR(dev_ethtool, at_ioctl, BLAME_FACT_IOCTL)
DOOR(ethnl_set_channels, at_channels, BLAME_FACT_CHANNELS)
DOOR(ethnl_set_rings, at_rings, BLAME_FACT_RINGS)
DOOR(ethnl_rss_set, at_rss, BLAME_FACT_RSS)
DOOR(__dev_change_flags, at_link, BLAME_FACT_LINK)
DOOR_IN(__netif_set_xps_queue, at_driver_xps)
DOOR_IN(irq_set_affinity_locked, at_driver_irq)

/* ---- the last means: system calls, where no function can be hooked */

static __always_inline int call_write(struct pt_regs *regs)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	__u32 fd = (__u32)PT_REGS_PARM1_CORE_SYSCALL(regs), touch = BLAME_NOTHING, fact = 0;
	struct file *file = NULL, **files;
	struct dentry *dentry;
	unsigned long magic;

	if (fd >= BPF_CORE_READ(fdt, max_fds))
		return 0;
	files = BPF_CORE_READ(fdt, fd);
	if (bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return 0;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	magic = BPF_CORE_READ(dentry, d_sb, s_magic);
	if (magic == SYSFS_MAGIC) {
		touch = sysfs_touch(dentry);
		fact = BLAME_FACT_SYSFS;
	} else if (magic == PROC_SUPER_MAGIC) {
		touch = proc_touch(dentry);
		fact = touch == BLAME_IRQ ? BLAME_FACT_IRQ : BLAME_FACT_SYSCTL;
	}
	if (!touch || !(by_syscall & 1U << fact))
		return 0;
	return touch_file(fact, touch, dentry, (void *)PT_REGS_PARM2_CORE_SYSCALL(regs),
			  PT_REGS_PARM3_CORE_SYSCALL(regs), true);
}

static __always_inline int call_ioctl(struct pt_regs *regs)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct ifreq ifr = { 0 };
	struct blame_record *r;

	if ((__u32)PT_REGS_PARM2_CORE_SYSCALL(regs) != SIOCETHTOOL ||
	    !(by_syscall & 1U << BLAME_FACT_IOCTL) ||
	    bpf_probe_read_user(&ifr, sizeof(ifr), (void *)PT_REGS_PARM3_CORE_SYSCALL(regs)))
		return 0;
	r = touch_ioctl(ifr.ifr_ifru.ifru_data);
	if (!r)
		return 0;
	/* that of the socket, which is as good as always the task's */
	r->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	__builtin_memcpy(r->ifname, ifr.ifr_ifrn.ifrn_name, sizeof(r->ifname));
	r->ifname[sizeof(r->ifname) - 1] = '\0';
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(call_in, struct pt_regs *regs, long id)
{
	if (id == NR_WRITE || id == NR_PWRITE)
		return call_write(regs);
	if (id == NR_IOCTL)
		return call_ioctl(regs);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_out, struct pt_regs *regs, long ret)
{
	struct blame_record *r = asking();

	return r && by_syscall & 1U << (r->fact & 31) ? end(r->fact, ret) : 0;
}
