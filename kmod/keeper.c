// SPDX-License-Identifier: GPL-2.0
/*
 * What is kept, and putting it back.
 *
 *	the driver writes -> probe: a note in the entry, kick
 *	work: wait for RTNL -> each entry with a note: its masks again -> event
 *
 * The rule: entries change under RTNL, and a device cannot be unregistered nor
 * free its interrupts while it is held, so an entry that is found is valid.
 * RTNL is taken before the hotplug lock, as the driver does; never the other
 * way round, and never in the probe.
 */
#include <linux/cpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "keeper.h"

static LIST_HEAD(keeper_devs); /* RTNL to change, RCU to read */
static struct counts totals; /* RTNL */
static bool stopped; /* RTNL */
static cpumask_var_t scratch; /* RTNL */
static struct workqueue_struct *keeper_wq;

static void keeper_work(struct work_struct *work);
static DECLARE_WORK(keeper_works, keeper_work);

static void event_send(enum netlane_cmd cmd, const struct keeper_dev *kd,
		       const struct repair *repair)
{
	if (!stopped)
		netlane_genl_event(cmd, kd->dev->ifindex, repair);
}

/* Is @irq an interrupt of the device behind @dev: virtioN, or its PCI function? */
bool netlane_irq_is_of(unsigned int irq, const struct net_device *dev)
{
	struct device *owner = compat_irq_device(irq);
	struct device *parent = dev->dev.parent;

	return owner && parent && (owner == parent || owner == parent->parent);
}

/* -ENODATA: none of its CPUs is online. */
static int want_put_back(const struct keeper_dev *kd, u32 i)
{
	const struct want *want = &kd->want[i];
	int ret;

	if (want->kind == WANT_XPS) {
		/* Takes the hotplug lock itself; a CPU that goes meanwhile is dropped there. */
		if (!cpumask_and(scratch, netlane_want_mask(kd, i), cpu_online_mask))
			return -ENODATA;
		return netif_set_xps_queue(kd->dev, scratch, want->queue);
	}
	if (!netlane_irq_is_of(want->irq, kd->dev))
		return -ENXIO;
	cpus_read_lock();
	if (cpumask_and(scratch, netlane_want_mask(kd, i), cpu_online_mask))
		ret = compat_irq_set_affinity(want->irq, scratch);
	else
		ret = -ENODATA;
	cpus_read_unlock();
	return ret;
}

static void want_count(struct repair *repair, int ret)
{
	if (!ret) {
		repair->put_back++;
	} else if (ret == -ENODATA) {
		repair->left_out++;
		if (!repair->reason)
			repair->reason = NETLANE_REASON_OFFLINE;
	} else {
		repair->failures++;
		repair->reason = NETLANE_REASON_FAILED;
		if (!repair->error)
			repair->error = -ret;
	}
}

static void counts_add(struct counts *counts, u32 rewrites, const struct repair *repair)
{
	counts->rewrites += rewrites;
	counts->put_back += repair->put_back;
	counts->left_out += repair->left_out;
	counts->failures += repair->failures;
}

static void keeper_repair(struct keeper_dev *kd, u32 rewrites)
{
	enum netlane_cmd cmd = NETLANE_CMD_REWRITTEN;
	struct repair repair = {};
	u32 i;

	if (kd->dev->real_num_tx_queues != kd->nr_queues) {
		cmd = NETLANE_CMD_LEFT;
		repair.left_out = kd->nr_wants;
		repair.reason = NETLANE_REASON_QUEUE_COUNT;
	} else {
		for (i = 0; i < kd->nr_wants; i++)
			want_count(&repair, want_put_back(kd, i));
	}
	counts_add(&kd->counts, rewrites, &repair);
	counts_add(&totals, rewrites, &repair);
	event_send(cmd, kd, &repair);
}

static void keeper_work(struct work_struct *work)
{
	struct keeper_dev *kd;
	u32 rewrites;

	rtnl_lock();
	list_for_each_entry(kd, &keeper_devs, list) {
		rewrites = atomic_xchg(&kd->rewrites, 0);
		if (rewrites && !stopped)
			keeper_repair(kd, rewrites);
	}
	rtnl_unlock();
}

/* A kick while the work runs makes it run again. */
void netlane_keeper_kick(void)
{
	queue_work(keeper_wq, &keeper_works);
}

struct keeper_dev *netlane_keeper_by_priv(const void *priv)
{
	struct keeper_dev *kd;

	list_for_each_entry_rcu(kd, &keeper_devs, list)
		if (kd->priv == priv)
			return kd;
	return NULL;
}

/* The entry, its wants and their masks are one block, so that it goes in one piece. */
struct keeper_dev *netlane_keeper_alloc(u32 nr_wants)
{
	size_t wants = ALIGN(sizeof(struct keeper_dev), sizeof(long));
	size_t masks = ALIGN(wants + nr_wants * sizeof(struct want), sizeof(long));
	struct keeper_dev *kd;

	kd = kvzalloc(masks + nr_wants * (size_t)cpumask_size(), GFP_KERNEL);
	if (!kd)
		return NULL;
	kd->nr_wants = nr_wants;
	kd->want = (struct want *)((u8 *)kd + wants);
	kd->masks = (u8 *)kd + masks;
	return kd;
}

void netlane_keeper_free(struct keeper_dev *kd)
{
	kvfree(kd);
}

/* Takes the place of what was set for its device; an unanswered note goes over. */
void netlane_keeper_set(struct keeper_dev *kd)
{
	struct keeper_dev *old = netlane_keeper_find(kd->dev->ifindex);

	ASSERT_RTNL();
	if (!old) {
		list_add_tail_rcu(&kd->list, &keeper_devs);
		return;
	}
	kd->counts = old->counts;
	list_replace_rcu(&old->list, &kd->list);
	/* A note that the probe leaves in @old only now is of a call that is over soon. */
	synchronize_rcu();
	if (atomic_read(&old->rewrites)) {
		atomic_add(atomic_read(&old->rewrites), &kd->rewrites);
		netlane_keeper_kick();
	}
	kvfree(old);
}

struct keeper_dev *netlane_keeper_find(int ifindex)
{
	struct keeper_dev *kd;

	ASSERT_RTNL();
	list_for_each_entry(kd, &keeper_devs, list)
		if (kd->dev->ifindex == ifindex)
			return kd;
	return NULL;
}

struct keeper_dev *netlane_keeper_nth(u32 n)
{
	struct keeper_dev *kd;

	ASSERT_RTNL();
	list_for_each_entry(kd, &keeper_devs, list)
		if (!n--)
			return kd;
	return NULL;
}

void netlane_keeper_drop(struct keeper_dev *kd)
{
	ASSERT_RTNL();
	list_del_rcu(&kd->list);
	kvfree_rcu(kd, rcu);
}

void netlane_keeper_drop_all(void)
{
	struct keeper_dev *kd, *next;

	list_for_each_entry_safe(kd, next, &keeper_devs, list)
		netlane_keeper_drop(kd);
}

void netlane_keeper_totals(struct counts *out, u32 *nr_devices)
{
	struct keeper_dev *kd;

	ASSERT_RTNL();
	*out = totals;
	*nr_devices = 0;
	list_for_each_entry(kd, &keeper_devs, list)
		(*nr_devices)++;
}

/* Removed, unbound, or on its way to another namespace. */
static int keeper_netdev_event(struct notifier_block *nb, unsigned long event, void *info)
{
	static const struct repair gone = { .reason = NETLANE_REASON_UNREGISTERED };
	const struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct keeper_dev *kd, *next;

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	list_for_each_entry_safe(kd, next, &keeper_devs, list) {
		if (kd->dev != dev)
			continue;
		event_send(NETLANE_CMD_LEFT, kd, &gone);
		netlane_keeper_drop(kd);
	}
	return NOTIFY_DONE;
}

static struct notifier_block keeper_notifier = {
	.notifier_call = keeper_netdev_event,
};

int netlane_keeper_init(void)
{
	int ret = -ENOMEM;

	if (!zalloc_cpumask_var(&scratch, GFP_KERNEL))
		return ret;
	/*
	 * Of its own: a repair may wait long for a hotplug, and others are not to
	 * wait for it. Freezable: in a suspend the driver frees its interrupts
	 * without RTNL.
	 */
	keeper_wq = alloc_workqueue("netlane", WQ_UNBOUND | WQ_FREEZABLE, 1);
	if (!keeper_wq)
		goto free_scratch;
	ret = register_netdevice_notifier(&keeper_notifier);
	if (ret)
		goto destroy_wq;
	return 0;

destroy_wq:
	destroy_workqueue(keeper_wq);
free_scratch:
	free_cpumask_var(scratch);
	return ret;
}

/* The probe is off already, so nothing is queued after the wait. */
void netlane_keeper_stop(void)
{
	rtnl_lock();
	stopped = true;
	rtnl_unlock();
	cancel_work_sync(&keeper_works);
}

/* Commands are off already, so nothing is set after the drop. */
void netlane_keeper_exit(void)
{
	unregister_netdevice_notifier(&keeper_notifier);
	rtnl_lock();
	netlane_keeper_drop_all();
	rtnl_unlock();
	destroy_workqueue(keeper_wq);
	free_cpumask_var(scratch);
}
