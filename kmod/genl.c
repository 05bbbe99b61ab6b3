// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: commands in, events out (uapi.h).
 *
 * The rule: every command is for administrators in the initial namespaces,
 * and that is refused by netlink itself before anything here runs.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "compat.h"
#include "keeper.h"

static struct genl_family netlane_family;

static const struct nla_policy netlane_policy[NETLANE_A_MAX + 1] = {
	[NETLANE_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NETLANE_A_NR_QUEUES] = NLA_POLICY_RANGE(NLA_U32, 1, NETLANE_QUEUES_MAX),
	[NETLANE_A_QUEUE] = NLA_POLICY_NESTED(netlane_queue_policy),
};

static int put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, NETLANE_A_PAD);
}

static int put_counts(struct sk_buff *msg, const struct counts *counts)
{
	return put_u64(msg, NETLANE_A_REWRITES, counts->rewrites) ||
	       put_u64(msg, NETLANE_A_PUT_BACK, counts->put_back) ||
	       put_u64(msg, NETLANE_A_LEFT_OUT, counts->left_out) ||
	       put_u64(msg, NETLANE_A_FAILURES, counts->failures);
}

static int put_kept(struct sk_buff *msg, const struct keeper_dev *kd)
{
	return nla_put_u32(msg, NETLANE_A_IFINDEX, kd->dev->ifindex) ||
	       nla_put_u32(msg, NETLANE_A_NR_QUEUES, kd->nr_queues) ||
	       nla_put_u32(msg, NETLANE_A_NR_MASKS, kd->nr_wants) || put_counts(msg, &kd->counts);
}

static u32 caps_get(void)
{
	u32 caps = 0;

	if (netlane_probe_get())
		caps |= NETLANE_CAP_REWRITE_PROBE;
	if (NETLANE_HAS_IRQ_AFFINITY)
		caps |= NETLANE_CAP_IRQ_AFFINITY;
	if (NETLANE_HAS_EVENTS)
		caps |= NETLANE_CAP_EVENTS;
	return caps;
}

static int put_totals(struct sk_buff *msg)
{
	struct counts totals;
	u32 nr_devices;

	rtnl_lock();
	netlane_keeper_totals(&totals, &nr_devices);
	rtnl_unlock();
	return nla_put_u32(msg, NETLANE_A_CAPS, caps_get()) ||
	       nla_put_u32(msg, NETLANE_A_NR_DEVICES, nr_devices) ||
	       put_u64(msg, NETLANE_A_MISSED, netlane_probe_missed()) || put_counts(msg, &totals);
}

static struct keeper_dev *find(int ifindex, struct genl_info *info)
{
	struct keeper_dev *kd = netlane_keeper_find(ifindex);

	if (!kd)
		GENL_SET_ERR_MSG(info, "nothing is kept for this interface");
	return kd;
}

static int put_one(struct sk_buff *msg, int ifindex, struct genl_info *info)
{
	struct keeper_dev *kd;
	int ret = -ENODEV;

	rtnl_lock();
	kd = find(ifindex, info);
	if (kd)
		ret = put_kept(msg, kd) ? -EMSGSIZE : 0;
	rtnl_unlock();
	return ret;
}

static int cmd_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[NETLANE_A_IFINDEX];
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;
	int ret = -EMSGSIZE;

	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &netlane_family, 0, NETLANE_CMD_GET);
	if (!header)
		goto free_msg;
	if (ifindex)
		ret = put_one(msg, nla_get_u32(ifindex), info);
	else
		ret = put_totals(msg) ? -EMSGSIZE : 0;
	if (ret)
		goto free_msg;
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);

free_msg:
	nlmsg_free(msg);
	return ret;
}

static int dump_get(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct keeper_dev *kd;
	void *header;

	rtnl_lock();
	while ((kd = netlane_keeper_nth(cb->args[0]))) {
		header = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &netlane_family, NLM_F_MULTI, NETLANE_CMD_GET);
		if (!header)
			break;
		if (put_kept(msg, kd)) {
			genlmsg_cancel(msg, header);
			break;
		}
		genlmsg_end(msg, header);
		cb->args[0]++;
	}
	rtnl_unlock();
	return msg->len;
}

/* The driver whose function the probe is on. Its queues' masks are the ones that we know of. */
static bool is_driven(const struct net_device *dev)
{
	const struct device *parent = dev->dev.parent;

	return parent && parent->driver && !strcmp(parent->driver->name, "virtio_net");
}

static int set_locked(int ifindex, u32 nr_queues, struct genl_info *info)
{
	struct net_device *dev = __dev_get_by_index(genl_info_net(info), ifindex);
	struct keeper_dev *kd;

	if (!dev || dev->reg_state != NETREG_REGISTERED) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NETLANE_A_IFINDEX],
				    "no interface has this number");
		return -ENODEV;
	}
	if (!is_driven(dev)) {
		GENL_SET_ERR_MSG(info, "only virtio-net rewrites masks; this is another driver");
		return -EOPNOTSUPP;
	}
	if (nr_queues > dev->num_tx_queues) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NETLANE_A_NR_QUEUES],
				    "more queues than this interface has");
		return -ERANGE;
	}
	kd = netlane_parse_set(dev, nr_queues, info->nlhdr, info->extack);
	if (IS_ERR(kd))
		return PTR_ERR(kd);
	netlane_keeper_set(kd);
	return 0;
}

static int cmd_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[NETLANE_A_IFINDEX];
	struct nlattr *nr_queues = info->attrs[NETLANE_A_NR_QUEUES];
	int ret;

	if (!ifindex || !nr_queues) {
		GENL_SET_ERR_MSG(info, "an interface's number and a number of queues are wanted");
		return -EINVAL;
	}
	if (!netlane_probe_get()) {
		GENL_SET_ERR_MSG(info, "this kernel does not show when virtio-net rewrites masks");
		return -EOPNOTSUPP;
	}
	rtnl_lock();
	ret = set_locked(nla_get_u32(ifindex), nla_get_u32(nr_queues), info);
	rtnl_unlock();
	return ret;
}

static int cmd_clear(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[NETLANE_A_IFINDEX];
	struct keeper_dev *kd;
	int ret = 0;

	rtnl_lock();
	if (!ifindex) {
		netlane_keeper_drop_all();
	} else {
		kd = find(nla_get_u32(ifindex), info);
		if (kd)
			netlane_keeper_drop(kd);
		else
			ret = -ENODEV;
	}
	rtnl_unlock();
	return ret;
}

static int put_event(struct sk_buff *msg, int ifindex, const struct repair *repair)
{
	return nla_put_u32(msg, NETLANE_A_IFINDEX, ifindex) ||
	       nla_put_u32(msg, NETLANE_A_REASON, repair->reason) ||
	       put_u64(msg, NETLANE_A_PUT_BACK, repair->put_back) ||
	       put_u64(msg, NETLANE_A_LEFT_OUT, repair->left_out) ||
	       put_u64(msg, NETLANE_A_FAILURES, repair->failures) ||
	       (repair->error && nla_put_u32(msg, NETLANE_A_ERRNO, repair->error));
}

/* An event that is lost for want of memory is still in the counters. */
void netlane_genl_event(enum netlane_cmd cmd, int ifindex, const struct repair *repair)
{
	struct sk_buff *msg;
	void *header;

	if (!NETLANE_HAS_EVENTS)
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return;
	header = genlmsg_put(msg, 0, 0, &netlane_family, 0, cmd);
	if (!header || put_event(msg, ifindex, repair)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, header);
	/* -ESRCH: nobody listens, which is fine */
	(void)genlmsg_multicast_netns(&netlane_family, &init_net, msg, 0, 0, GFP_KERNEL);
}

static const struct genl_small_ops netlane_ops[] = {
	{
		.cmd = NETLANE_CMD_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_get,
		.dumpit = dump_get,
	},
	{
		.cmd = NETLANE_CMD_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_set,
	},
	{
		.cmd = NETLANE_CMD_CLEAR,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_clear,
	},
};

#if NETLANE_HAS_EVENTS
static const struct genl_multicast_group netlane_groups[] = {
	{ .name = NETLANE_GENL_EVENTS, .flags = NETLANE_MCAST_ADMIN },
};
#endif

static struct genl_family netlane_family __ro_after_init = {
	.name = NETLANE_GENL_NAME,
	.version = NETLANE_GENL_VERSION,
	.maxattr = NETLANE_A_MAX,
	.policy = netlane_policy,
	.netnsok = false,
	.module = THIS_MODULE,
	.small_ops = netlane_ops,
	.n_small_ops = ARRAY_SIZE(netlane_ops),
#if NETLANE_HAS_EVENTS
	.mcgrps = netlane_groups,
	.n_mcgrps = ARRAY_SIZE(netlane_groups),
#endif
#ifdef NETLANE_HAS_RESV_START_OP
	.resv_start_op = NETLANE_CMD_GET,
#endif
};

int __init netlane_genl_init(void)
{
	return genl_register_family(&netlane_family);
}

void netlane_genl_exit(void)
{
	genl_unregister_family(&netlane_family);
}
