/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A touch from its beginning to its end, and who makes it. Include after
 * compat.bpf.h, from blame.bpf.c alone: it has the maps.
 */
#ifndef NETLANE_BPF_BLAME_TOUCH_H
#define NETLANE_BPF_BLAME_TOUCH_H

#define RECORDS_BYTES (512 * 1024) /* about two thousand touches */
#define AT_ONCE 1024 /* tasks in a call at the same time */

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
		if (BPF_CORE_READ(css, cgroup) != group)
			r->flags |= BLAME_GROUP_V1;
		group = BPF_CORE_READ(css, cgroup);
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

#endif /* NETLANE_BPF_BLAME_TOUCH_H */
