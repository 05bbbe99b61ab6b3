// SPDX-License-Identifier: GPL-2.0
/*
 * Seeing virtio-net rewrite its masks: a probe on the return of the one
 * function of the driver that does it, by name.
 *
 * The rule: the name is a private one and may be absent, inlined, or come and
 * go with the driver's module. Then there is no probe, GET says so, and SET is
 * refused; nothing else is tried. A compiler may also inline one of its calls
 * and not the others: whoever relies on it still looks for himself now and then.
 */
#include <linux/mutex.h>

#include "compat.h"
#include "keeper.h"

static DEFINE_MUTEX(probe_lock);
static bool probe_there; /* under probe_lock */
static bool probe_stopped; /* under probe_lock */

#if NETLANE_HAS_KRETPROBE
/* Kept from the call to its return: which device it is for. */
struct call {
	const void *priv;
};

static int call_enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *call = (struct call *)ri->data;

	call->priv = (const void *)regs_get_kernel_argument(regs, 0);
	return 0;
}

NOKPROBE_SYMBOL(call_enter);

/* The caller holds the hotplug lock or RTNL or both: only leave a note. */
static int call_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *call = (struct call *)ri->data;
	struct keeper_dev *kd;

	rcu_read_lock();
	kd = netlane_keeper_by_priv(call->priv);
	if (kd) {
		atomic_inc(&kd->rewrites);
		netlane_keeper_kick();
	}
	rcu_read_unlock();
	return 0;
}

NOKPROBE_SYMBOL(call_return);

static struct kretprobe probe = {
	.kp.symbol_name = "virtnet_set_affinity",
	.entry_handler = call_enter,
	.handler = call_return,
	.data_size = sizeof(struct call),
};

/* A probe whose module was unloaded stays registered, but dead. */
static bool probe_is_dead(void)
{
	return kprobe_gone(&probe.kp);
}

static int probe_register(void)
{
	int ret;

	/* What an earlier registration left there would be taken for a request. */
	probe.kp.addr = NULL;
	probe.kp.flags = 0;
	ret = register_kretprobe(&probe);
	return ret;
}

static void probe_unregister(void)
{
	unregister_kretprobe(&probe);
}

static u64 probe_missed(void)
{
	return (u64)probe.nmissed + probe.kp.nmissed;
}
#else
static bool probe_is_dead(void)
{
	return false;
}

static int probe_register(void)
{
	return -EOPNOTSUPP;
}

static void probe_unregister(void)
{
}

static u64 probe_missed(void)
{
	return 0;
}
#endif

bool netlane_probe_get(void)
{
	bool there;

	mutex_lock(&probe_lock);
	if (probe_there && probe_is_dead()) {
		probe_unregister();
		probe_there = false;
	}
	if (!probe_there && !probe_stopped)
		probe_there = !probe_register();
	there = probe_there;
	mutex_unlock(&probe_lock);
	return there;
}

u64 netlane_probe_missed(void)
{
	u64 missed;

	mutex_lock(&probe_lock);
	missed = probe_there ? probe_missed() : 0;
	mutex_unlock(&probe_lock);
	return missed;
}

void netlane_probe_stop(void)
{
	mutex_lock(&probe_lock);
	probe_stopped = true;
	if (probe_there)
		probe_unregister();
	probe_there = false;
	mutex_unlock(&probe_lock);
}
