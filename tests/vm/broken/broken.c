// SPDX-License-Identifier: GPL-2.0
/*
 * A module that does what netlane.ko must never do, one wrong at a time, so
 * that the debug kernel can be seen to catch it (tests/vm/debug-claims.sh).
 *
 *   insmod broken.ko wrong=NAME
 *
 * The rule: only ever loaded in the debug kernel, in a VM of its own.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static char *wrong = "nothing";
module_param(wrong, charp, 0444);

static struct later {
	struct delayed_work work;
} * later;

static void later_do(struct work_struct *work)
{
}

/* An entry that is read after it was freed. */
static int wrong_use_after_free(void)
{
	char *entry = kmalloc(64, GFP_KERNEL);

	if (!entry)
		return -ENOMEM;
	kfree(entry);
	OPTIMIZER_HIDE_VAR(entry);
	return READ_ONCE(entry[8]) == 1 ? 1 : 0;
}

/* An entry that nobody points to any more. */
static int wrong_leak(void)
{
	int i;

	for (i = 0; i < 32; i++)
		if (!kmalloc(2000, GFP_KERNEL))
			return -ENOMEM;
	return 0;
}

/* netif_set_xps_queue() takes the hotplug lock itself. */
static int wrong_hotplug_lock(void)
{
	struct net_device *dev;

	rtnl_lock();
	dev = __dev_get_by_name(&init_net, "eth0");
	if (dev) {
		cpus_read_lock();
		netif_set_xps_queue(dev, cpu_online_mask, 0);
		cpus_read_unlock();
	}
	rtnl_unlock();
	return dev ? 0 : -ENODEV;
}

/* Work that is still due when its memory goes, as at an exit that forgot to cancel it. */
static int wrong_work_pending(void)
{
	later = kzalloc(sizeof(*later), GFP_KERNEL);
	if (!later)
		return -ENOMEM;
	INIT_DELAYED_WORK(&later->work, later_do);
	schedule_delayed_work(&later->work, 60 * HZ);
	kfree(later);
	return 0;
}

/* Sleeping where the probe's handler runs. */
static int wrong_sleep(void)
{
	rcu_read_lock();
	kfree(kmalloc(64, GFP_KERNEL));
	rcu_read_unlock();
	return 0;
}

static const struct {
	const char *name;
	int (*act)(void);
} wrongs[] = {
	{ "use-after-free", wrong_use_after_free },
	{ "leak", wrong_leak },
	{ "hotplug-lock", wrong_hotplug_lock },
	{ "work-pending", wrong_work_pending },
	{ "sleep", wrong_sleep },
};

static int __init broken_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(wrongs); i++)
		if (!strcmp(wrongs[i].name, wrong))
			return wrongs[i].act();
	return -EINVAL;
}

static void __exit broken_exit(void)
{
}

module_init(broken_init);
module_exit(broken_exit);

MODULE_DESCRIPTION("does wrong, to see it caught");
MODULE_LICENSE("GPL");
