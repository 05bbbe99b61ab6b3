// SPDX-License-Identifier: GPL-2.0
/*
 * Commands to netlane.ko's keeper; see keeper.h. The events are in
 * keeper_events.c, the talking in keeper_talk.c.
 */
#include "apply/keeper_talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A queue's nest: three masks, three numbers, and their headers. */
#define QUEUE_BYTES (3 * (NETLANE_MASK_BYTES_MAX + 4) + 3 * 8 + 4)
#define SET_BYTES 256 /* what is before the queues */

const char *keeper_reason(enum netlane_reason reason)
{
	switch (reason) {
	case NETLANE_REASON_NONE:
		return "none";
	case NETLANE_REASON_OFFLINE:
		return "offline";
	case NETLANE_REASON_FAILED:
		return "failed";
	case NETLANE_REASON_QUEUE_COUNT:
		return "queue-count";
	case NETLANE_REASON_UNREGISTERED:
		return "unregistered";
	}
	return "unknown";
}

static int state_attr(const struct nlattr *attr, void *data)
{
	struct keeper_state *state = data;
	uint32_t caps;

	keeper_count_attr(attr, &state->counts);
	switch (mnl_attr_get_type(attr)) {
	case NETLANE_A_CAPS:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		caps = mnl_attr_get_u32(attr);
		state->has_rewrite_probe = caps & NETLANE_CAP_REWRITE_PROBE;
		state->has_irq_affinity = caps & NETLANE_CAP_IRQ_AFFINITY;
		state->has_events = caps & NETLANE_CAP_EVENTS;
		break;
	case NETLANE_A_NR_DEVICES:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		state->nr_devices = mnl_attr_get_u32(attr);
		break;
	case NETLANE_A_MISSED:
		if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
			return MNL_CB_ERROR;
		state->missed = mnl_attr_get_u64(attr);
		break;
	}
	return MNL_CB_OK;
}

static int state_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), state_attr, data);
}

static int counts_attr(const struct nlattr *attr, void *data)
{
	keeper_count_attr(attr, data);
	return MNL_CB_OK;
}

static int counts_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), counts_attr, data);
}

bool keeper_present(void)
{
	struct keeper_talk talk;
	struct err ignored = { 0 }; /* the answer is all that is wanted */

	if (keeper_talk_open(&talk, &ignored))
		return false;
	keeper_talk_close(&talk);
	return true;
}

int keeper_get(struct keeper_state *state, struct err *err)
{
	_Alignas(struct nlmsghdr) char buf[KEEPER_REQUEST_BYTES];
	struct keeper_talk talk;
	int ret;

	memset(state, 0, sizeof(*state));
	ret = keeper_talk_open(&talk, err);
	if (ret)
		return ret;
	(void)keeper_message(buf, &talk, NETLANE_CMD_GET);
	ret = keeper_talk(&talk, buf, state_cb, state, err);
	keeper_talk_close(&talk);
	return ret;
}

int keeper_get_device(unsigned int ifindex, struct keeper_counts *counts, struct err *err)
{
	_Alignas(struct nlmsghdr) char buf[KEEPER_REQUEST_BYTES];
	struct keeper_talk talk;
	int ret;

	memset(counts, 0, sizeof(*counts));
	ret = keeper_talk_open(&talk, err);
	if (ret)
		return ret;
	mnl_attr_put_u32(keeper_message(buf, &talk, NETLANE_CMD_GET), NETLANE_A_IFINDEX, ifindex);
	ret = keeper_talk(&talk, buf, counts_cb, counts, err);
	keeper_talk_close(&talk);
	return ret;
}

size_t keeper_mask_bytes(const struct cpumask *mask, unsigned char *bytes)
{
	unsigned int cpu;
	size_t len = 0;

	memset(bytes, 0, NETLANE_MASK_BYTES_MAX);
	cpumask_for_each(cpu, mask) {
		bytes[cpu / 8] |= (unsigned char)(1u << cpu % 8);
		len = cpu / 8 + 1;
	}
	return len;
}

static void mask_put(struct nlmsghdr *nlh, uint16_t type, const struct cpumask *mask)
{
	unsigned char bytes[NETLANE_MASK_BYTES_MAX];
	size_t len = keeper_mask_bytes(mask, bytes);

	if (len)
		mnl_attr_put(nlh, type, len, bytes);
}

static void irq_put(struct nlmsghdr *nlh, uint16_t irq_type, int irq, uint16_t mask_type,
		    const struct cpumask *mask)
{
	if (irq <= 0 || cpumask_empty(mask))
		return;
	mnl_attr_put_u32(nlh, irq_type, (uint32_t)irq);
	mask_put(nlh, mask_type, mask);
}

static void queue_put(struct nlmsghdr *nlh, unsigned int index, const struct keeper_queue *queue,
		      bool with_irqs)
{
	struct nlattr *nest;
	bool has_irq = with_irqs && ((queue->in_irq > 0 && !cpumask_empty(&queue->in)) ||
				     (queue->out_irq > 0 && !cpumask_empty(&queue->out)));

	if (cpumask_empty(&queue->xps) && !has_irq)
		return;
	nest = mnl_attr_nest_start(nlh, NETLANE_A_QUEUE);
	mnl_attr_put_u32(nlh, NETLANE_QUEUE_A_INDEX, index);
	mask_put(nlh, NETLANE_QUEUE_A_XPS, &queue->xps);
	if (with_irqs) {
		irq_put(nlh, NETLANE_QUEUE_A_IN_IRQ, queue->in_irq, NETLANE_QUEUE_A_IN_MASK,
			&queue->in);
		irq_put(nlh, NETLANE_QUEUE_A_OUT_IRQ, queue->out_irq, NETLANE_QUEUE_A_OUT_MASK,
			&queue->out);
	}
	mnl_attr_nest_end(nlh, nest);
}

void keeper_set_message(struct nlmsghdr *nlh, unsigned int ifindex,
			const struct keeper_queue *queue, unsigned int nr_queues, bool with_irqs)
{
	unsigned int i;

	mnl_attr_put_u32(nlh, NETLANE_A_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, NETLANE_A_NR_QUEUES, nr_queues);
	for (i = 0; i < nr_queues; i++)
		queue_put(nlh, i, &queue[i], with_irqs);
}

static int has_irqs(struct keeper_talk *talk, bool *with_irqs, struct err *err)
{
	_Alignas(struct nlmsghdr) char buf[KEEPER_REQUEST_BYTES];
	struct keeper_state state = { 0 };
	int ret;

	(void)keeper_message(buf, talk, NETLANE_CMD_GET);
	ret = keeper_talk(talk, buf, state_cb, &state, err);
	*with_irqs = state.has_irq_affinity;
	return ret;
}

int keeper_set(unsigned int ifindex, const struct keeper_queue *queue, unsigned int nr_queues,
	       struct err *err)
{
	struct keeper_talk talk;
	bool with_irqs;
	char *buf;
	int ret;

	if (!nr_queues || nr_queues > NETLANE_QUEUES_MAX)
		return err_set(err, -EINVAL, "keeper: %u queues; 1 to %d are possible", nr_queues,
			       NETLANE_QUEUES_MAX);
	ret = keeper_talk_open(&talk, err);
	if (ret)
		return ret;
	ret = has_irqs(&talk, &with_irqs, err);
	if (ret)
		goto close_talk;
	buf = calloc(1, SET_BYTES + (size_t)nr_queues * QUEUE_BYTES);
	if (!buf) {
		ret = err_set(err, -ENOMEM, "keeper: out of memory");
		goto close_talk;
	}
	keeper_set_message(keeper_message(buf, &talk, NETLANE_CMD_SET), ifindex, queue, nr_queues,
			   with_irqs);
	ret = keeper_talk(&talk, buf, NULL, NULL, err);
	free(buf);
close_talk:
	keeper_talk_close(&talk);
	return ret;
}

int keeper_clear(unsigned int ifindex, struct err *err)
{
	_Alignas(struct nlmsghdr) char buf[KEEPER_REQUEST_BYTES];
	struct err unkept = { 0 };
	struct keeper_talk talk;
	struct nlmsghdr *nlh;
	int ret;

	ret = keeper_talk_open(&talk, err);
	if (ret)
		return ret;
	nlh = keeper_message(buf, &talk, NETLANE_CMD_CLEAR);
	if (ifindex)
		mnl_attr_put_u32(nlh, NETLANE_A_IFINDEX, ifindex);
	ret = keeper_talk(&talk, buf, NULL, NULL, &unkept);
	keeper_talk_close(&talk);
	if (ret == -ENODEV)
		return 0;
	return ret ? err_set(err, ret, "%s", unkept.text) : 0;
}
