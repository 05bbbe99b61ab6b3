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
#include "bpf/blame_touch.bpf.h"
#include "bpf/blame_what.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define SIOCETHTOOL 0x8946 /* include/uapi/linux/sockios.h */

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

/* A socket is about to listen: it may be one to be steered, or that a binding leads to. */
static __always_inline int at_listen(__u64 sk_arg, __u64 unused, __u64 unused2, __u64 unused3)
{
	struct sock *sk = (void *)sk_arg;
	struct blame_record *r = begin(BLAME_FACT_LISTEN, BLAME_LISTEN);

	if (!r)
		return 0;
	r->value = BPF_CORE_READ(sk, __sk_common.skc_num);
	r->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
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
DOOR(inet_csk_listen_start, at_listen, BLAME_FACT_LISTEN)
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
