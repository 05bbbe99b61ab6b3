// SPDX-License-Identifier: GPL-2.0
/*
 * netlane.ko: keeps the masks that a daemon made, against the driver's own
 * rewrites (uapi.h). Optional, small, acts and does not think: it has no
 * parameters, and loaded without a daemon it does nothing.
 *
 * The rule of this file: order, and nothing else. Whatever can start a repair
 * is stopped before what a repair uses goes away.
 */
#include <linux/module.h>

#include "keeper.h"

static int __init netlane_init(void)
{
	int ret;

	ret = netlane_keeper_init();
	if (ret)
		return ret;
	ret = netlane_genl_init();
	if (ret)
		goto exit_keeper;
	(void)netlane_probe_get(); /* the driver may come later: SET tries again */
	return 0;

exit_keeper:
	netlane_keeper_stop();
	netlane_keeper_exit();
	return ret;
}

static void __exit netlane_exit(void)
{
	netlane_probe_stop();
	netlane_keeper_stop();
	netlane_genl_exit();
	netlane_keeper_exit();
}

module_init(netlane_init);
module_exit(netlane_exit);

MODULE_DESCRIPTION("keeps interrupt affinity and XPS of virtio-net's queues");
MODULE_AUTHOR("netlane");
MODULE_LICENSE("GPL");
MODULE_VERSION(NETLANE_VERSION);
