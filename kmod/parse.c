// SPDX-License-Identifier: GPL-2.0
/*
 * A SET message, checked and turned into an entry.
 *
 * The rule: lengths and ranges are the policy's; here is only what a policy
 * cannot say, and each refusal has its sentence. Nothing is changed.
 */
#include <net/genetlink.h>

#include "compat.h"
#include "keeper.h"

const struct nla_policy netlane_queue_policy[NETLANE_QUEUE_A_MAX + 1] = {
	[NETLANE_QUEUE_A_INDEX] = NLA_POLICY_MAX(NLA_U32, NETLANE_QUEUES_MAX - 1),
	[NETLANE_QUEUE_A_XPS] = NLA_POLICY_RANGE(NLA_BINARY, 1, NETLANE_MASK_BYTES_MAX),
	[NETLANE_QUEUE_A_IN_IRQ] = NLA_POLICY_MIN(NLA_U32, 1),
	[NETLANE_QUEUE_A_IN_MASK] = NLA_POLICY_RANGE(NLA_BINARY, 1, NETLANE_MASK_BYTES_MAX),
	[NETLANE_QUEUE_A_OUT_IRQ] = NLA_POLICY_MIN(NLA_U32, 1),
	[NETLANE_QUEUE_A_OUT_MASK] = NLA_POLICY_RANGE(NLA_BINARY, 1, NETLANE_MASK_BYTES_MAX),
};

/* Where the three masks of a queue and the interrupts of two of them are. */
static const struct {
	u8 mask, irq;
} want_attrs[] = {
	[WANT_XPS] = { NETLANE_QUEUE_A_XPS, 0 },
	[WANT_IN] = { NETLANE_QUEUE_A_IN_MASK, NETLANE_QUEUE_A_IN_IRQ },
	[WANT_OUT] = { NETLANE_QUEUE_A_OUT_MASK, NETLANE_QUEUE_A_OUT_IRQ },
};

static int mask_parse(const struct nlattr *attr, struct cpumask *mask,
		      struct netlink_ext_ack *extack)
{
	const u8 *byte = nla_data(attr);
	int cpu, nr = nla_len(attr) * BITS_PER_BYTE;

	for (cpu = 0; cpu < nr; cpu++) {
		if (!(byte[cpu / BITS_PER_BYTE] & BIT(cpu % BITS_PER_BYTE)))
			continue;
		if (cpu >= nr_cpu_ids || !cpu_possible(cpu)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "the mask names a CPU that this machine cannot have");
			return -EINVAL;
		}
		cpumask_set_cpu(cpu, mask);
	}
	if (cpumask_empty(mask)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the mask names no CPU; leave out what is not to be kept");
		return -EINVAL;
	}
	return 0;
}

static int irq_parse(const struct net_device *dev, struct nlattr *irq, const struct nlattr *mask,
		     struct want *want, struct netlink_ext_ack *extack)
{
	if (!NETLANE_HAS_IRQ_AFFINITY) {
		NL_SET_ERR_MSG_ATTR(extack, mask,
				    "this kernel lets no module set interrupts; send XPS alone");
		return -EOPNOTSUPP;
	}
	if (!irq) {
		NL_SET_ERR_MSG_ATTR(extack, mask, "a mask of an interrupt without its number");
		return -EINVAL;
	}
	want->irq = nla_get_u32(irq);
	if (!netlane_irq_is_of(want->irq, dev)) {
		NL_SET_ERR_MSG_ATTR(extack, irq, "not an interrupt of this device");
		return -EINVAL;
	}
	return 0;
}

/* The wanted mask of @kind, if there is one, as the next of @kd's. */
static int want_parse(struct keeper_dev *kd, u32 *nr, struct nlattr **tb, u16 queue,
		      enum want_kind kind, struct netlink_ext_ack *extack)
{
	struct nlattr *mask = tb[want_attrs[kind].mask];
	struct nlattr *irq = want_attrs[kind].irq ? tb[want_attrs[kind].irq] : NULL;
	struct want *want = &kd->want[*nr];
	int ret;

	if (!mask && irq) {
		NL_SET_ERR_MSG_ATTR(extack, irq, "an interrupt without its mask");
		return -EINVAL;
	}
	if (!mask)
		return 0;
	want->queue = queue;
	want->kind = kind;
	if (kind != WANT_XPS) {
		ret = irq_parse(kd->dev, irq, mask, want, extack);
		if (ret)
			return ret;
	}
	ret = mask_parse(mask, netlane_want_mask(kd, *nr), extack);
	if (ret)
		return ret;
	(*nr)++;
	return 0;
}

static bool queue_is_known(const struct keeper_dev *kd, u32 nr, u32 queue)
{
	/* Queues come in order as a rule, so the last one tells most often. */
	while (nr--)
		if (kd->want[nr].queue == queue)
			return true;
	return false;
}

static int queue_parse(struct keeper_dev *kd, u32 *nr, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NETLANE_QUEUE_A_MAX + 1];
	enum want_kind kind;
	u32 queue;
	int ret;

	ret = nla_parse_nested(tb, NETLANE_QUEUE_A_MAX, attr, netlane_queue_policy, extack);
	if (ret)
		return ret;
	if (!tb[NETLANE_QUEUE_A_INDEX]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a queue without its number");
		return -EINVAL;
	}
	queue = nla_get_u32(tb[NETLANE_QUEUE_A_INDEX]);
	if (queue >= kd->nr_queues) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NETLANE_QUEUE_A_INDEX],
				    "a queue beyond the number of queues");
		return -ERANGE;
	}
	if (queue_is_known(kd, *nr, queue)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NETLANE_QUEUE_A_INDEX], "this queue comes twice");
		return -EINVAL;
	}
	for (kind = WANT_XPS; kind <= WANT_OUT; kind++) {
		ret = want_parse(kd, nr, tb, queue, kind, extack);
		if (ret)
			return ret;
	}
	return 0;
}

struct keeper_dev *netlane_parse_set(struct net_device *dev, u32 nr_queues,
				     const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	struct keeper_dev *kd;
	struct nlattr *attr;
	u32 nr_attrs = 0, nr = 0;
	int rem, ret;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem)
		nr_attrs += nla_type(attr) == NETLANE_A_QUEUE;
	if (!nr_attrs || nr_attrs > nr_queues) {
		NL_SET_ERR_MSG(extack, "one queue at least is wanted, and each once at most");
		return ERR_PTR(-EINVAL);
	}
	kd = netlane_keeper_alloc(nr_attrs * ARRAY_SIZE(want_attrs));
	if (!kd)
		return ERR_PTR(-ENOMEM);
	kd->dev = dev;
	kd->priv = netdev_priv(dev);
	kd->nr_queues = nr_queues;
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) != NETLANE_A_QUEUE)
			continue;
		ret = queue_parse(kd, &nr, attr, extack);
		if (ret)
			goto free;
	}
	if (!nr) {
		NL_SET_ERR_MSG(extack, "no mask to keep; CLEAR ends the keeping");
		ret = -EINVAL;
		goto free;
	}
	kd->nr_wants = nr;
	return kd;

free:
	netlane_keeper_free(kd);
	return ERR_PTR(ret);
}
