/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the module know of each other; uapi.h is what the world knows. */
#ifndef NETLANE_KEEPER_H
#define NETLANE_KEEPER_H

#include <linux/cpumask.h>
#include <linux/netdevice.h>
#include <net/netlink.h>

#include "uapi.h"

enum want_kind { WANT_XPS, WANT_IN, WANT_OUT };

/* One mask that is kept. */
struct want {
	u16 queue;
	u8 kind; /* enum want_kind */
	u32 irq; /* but for WANT_XPS */
};

struct counts {
	u64 rewrites;
	u64 put_back;
	u64 left_out;
	u64 failures;
};

/*
 * What is kept of one device. Linked and unlinked under RTNL; the probe reads
 * @priv and adds to @rewrites under RCU. No reference to @dev is held: the
 * notifier unlinks the entry before the device may go.
 */
struct keeper_dev {
	struct list_head list;
	struct rcu_head rcu;
	struct net_device *dev;
	const void *priv; /* netdev_priv(): how the driver's own functions name it */
	atomic_t rewrites; /* not yet answered */
	struct counts counts; /* under RTNL, like all below */
	u32 nr_queues;
	u32 nr_wants;
	struct want *want;
	u8 *masks; /* one of cpumask_size() for each want */
};

/* What one repair came to; an event's content. */
struct repair {
	u32 put_back;
	u32 left_out;
	u32 failures;
	int error;
	enum netlane_reason reason;
};

static inline struct cpumask *netlane_want_mask(const struct keeper_dev *kd, u32 i)
{
	return (struct cpumask *)(kd->masks + (size_t)i * cpumask_size());
}

/* keeper.c. All but init, stop, exit and kick are called with RTNL held. */
int netlane_keeper_init(void);
void netlane_keeper_stop(void); /* no repair and no event from here on */
void netlane_keeper_exit(void);
void netlane_keeper_kick(void); /* any context */
struct keeper_dev *netlane_keeper_alloc(u32 nr_wants);
void netlane_keeper_free(struct keeper_dev *kd); /* one that was never set */
void netlane_keeper_set(struct keeper_dev *kd);
struct keeper_dev *netlane_keeper_find(int ifindex);
struct keeper_dev *netlane_keeper_nth(u32 n);
void netlane_keeper_drop(struct keeper_dev *kd);
void netlane_keeper_drop_all(void);
void netlane_keeper_totals(struct counts *totals, u32 *nr_devices);
bool netlane_irq_is_of(unsigned int irq, const struct net_device *dev);
/* The entry that the driver's function names by @priv; under RCU. */
struct keeper_dev *netlane_keeper_by_priv(const void *priv);

/* probe.c. Does the driver's function carry our probe? Tries when it does not. */
bool netlane_probe_get(void);
u64 netlane_probe_missed(void);
void netlane_probe_stop(void); /* for good */

/* parse.c: a SET, checked, as an entry not yet set; RTNL held. */
struct keeper_dev *netlane_parse_set(struct net_device *dev, u32 nr_queues,
				     const struct nlmsghdr *nlh, struct netlink_ext_ack *extack);
extern const struct nla_policy netlane_queue_policy[NETLANE_QUEUE_A_MAX + 1];

/* genl.c */
int netlane_genl_init(void);
void netlane_genl_exit(void);
void netlane_genl_event(enum netlane_cmd cmd, int ifindex, const struct repair *repair);

#endif /* NETLANE_KEEPER_H */
