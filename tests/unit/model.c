/* The node as the tests believe it; see model.h. */
#include "tests/unit/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/driver.h"

static struct nic *nic_find(const struct facts *facts, const struct knob *knob)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nic; i++)
		if (!strcmp(facts->nic[i].bus, knob->bus) && !strcmp(facts->nic[i].mac, knob->mac))
			return &facts->nic[i];
	abort();
}

static char *mask_text(bool there, const struct cpumask *mask)
{
	char buf[CPUMASK_TEXT_LEN] = KNOB_ABSENT;

	if (there)
		(void)cpumask_format_hex(mask, buf, sizeof(buf));
	return strdup(buf);
}

static char *number_text(bool there, unsigned int number)
{
	char buf[16] = KNOB_ABSENT;

	if (there)
		(void)snprintf(buf, sizeof(buf), "%u", number);
	return strdup(buf);
}

static char *rss_show(const struct rss *rss)
{
	char *s = NULL;
	size_t len;
	FILE *out;
	unsigned int n, i;

	for (n = 1; n <= rss->nr_table; n++) {
		for (i = 0; i < rss->nr_table && rss->table[i] == i % n; i++)
			;
		if (i == rss->nr_table)
			break;
	}
	out = open_memstream(&s, &len);
	if (n <= rss->nr_table)
		(void)fprintf(out, "equal %u", n);
	else
		for (i = 0; i < rss->nr_table; i++)
			(void)fprintf(out, "%s%u", i ? " " : "", rss->table[i]);
	(void)fclose(out);
	return s;
}

char *model_read(const struct facts *facts, const struct knob *knob)
{
	const struct nic *nic;
	const struct queue *q;

	if (knob->kind == KNOB_IRQBALANCE)
		return strdup(facts->irqbalance_banned);
	if (knob->kind == KNOB_RPS_SOCK_FLOW)
		return strdup(facts->sysctl[0].value);
	nic = nic_find(facts, knob);
	q = &nic->queue[knob->queue];
	switch (knob->kind) {
	case KNOB_CHANNELS:
		return number_text(true, nic->channels.now);
	case KNOB_RSS:
		return rss_show(&nic->rss);
	case KNOB_IRQ_IN:
		return mask_text(q->in.number >= 0, &q->in.affinity);
	case KNOB_IRQ_OUT:
		return mask_text(q->out.number >= 0, &q->out.affinity);
	case KNOB_XPS_RXQS:
		return mask_text(q->has_xps_rxqs, &q->xps_rxqs);
	case KNOB_XPS:
		return mask_text(q->has_xps, &q->xps);
	case KNOB_RPS:
		return mask_text(q->has_rps, &q->rps);
	default:
		return number_text(q->has_rps, q->rps_flow_cnt);
	}
}

static bool rss_is_equal(const struct rss *rss, unsigned int queues)
{
	unsigned int i;

	for (i = 0; i < rss->nr_table; i++)
		if (rss->table[i] != i % queues)
			return false;
	return true;
}

/*
 * The driver spreads its own table over the new queues; one that a person made
 * stays, and where it is in the way, apply gives it to the driver first. Older
 * drivers (here: node.kernel is set) leave the table of their probe as it is.
 */
static void rss_reset(const struct facts *facts, struct nic *nic, unsigned int channels)
{
	struct rss *rss = &nic->rss;
	bool in_the_way = false;
	unsigned int i;

	if (facts->node.kernel[0] && rss_is_equal(rss, nic->channels.max))
		return;
	for (i = 0; i < rss->nr_table; i++)
		in_the_way |= rss->table[i] >= channels;
	if (!in_the_way && !rss_is_equal(rss, nic->channels.now))
		return;
	for (i = 0; i < rss->nr_table; i++)
		rss->table[i] = i % channels;
}

/* virtnet_set_channels(): queues come and go, affinity and XPS are the driver's again. */
static void channels_set(const struct facts *facts, struct nic *nic, unsigned int channels)
{
	bool xps = nic->queue[0].has_xps, rps = nic->queue[0].has_rps;
	bool rxqs = nic->queue[0].has_xps_rxqs;
	unsigned int i;

	for (i = 0; i < nic->channels.max; i++) {
		struct queue *q = &nic->queue[i];
		bool active = i < channels, was = i < nic->channels.now;
		struct cpumask own;

		driver_default_cpus(&facts->cpus.online, channels, i, &own);
		if (active && q->in.number >= 0)
			q->in.affinity = own;
		if (active && q->out.number >= 0)
			q->out.affinity = own;
		q->has_xps = active && xps;
		q->has_xps_rxqs = active && rxqs;
		q->has_rps = active && rps;
		cpumask_clear(&q->xps);
		if (q->has_xps)
			q->xps = own;
		if (active && was)
			continue;
		cpumask_clear(&q->xps_rxqs);
		cpumask_clear(&q->rps);
		q->rps_flow_cnt = 0;
	}
	rss_reset(facts, nic, channels);
	nic->channels.now = channels;
}

static void rss_set(struct rss *rss, const char *value)
{
	unsigned int n = 0, i;
	char *end;

	if (sscanf(value, "equal %u", &n) != 1)
		n = 0;
	for (i = 0; i < rss->nr_table; i++) {
		rss->table[i] = n ? i % n : (unsigned int)strtoul(value, &end, 10);
		value = n ? value : end;
	}
}

static void mask_set(struct cpumask *mask, const char *value)
{
	if (cpumask_parse_hex(value, mask))
		abort();
}

static void nic_set(const struct facts *facts, const struct knob *knob, const char *value)
{
	struct nic *nic = nic_find(facts, knob);
	struct queue *q = &nic->queue[knob->queue];

	switch (knob->kind) {
	case KNOB_CHANNELS:
		channels_set(facts, nic, (unsigned int)atoi(value));
		break;
	case KNOB_RSS:
		rss_set(&nic->rss, value);
		break;
	case KNOB_IRQ_IN:
		mask_set(&q->in.affinity, value);
		break;
	case KNOB_IRQ_OUT:
		mask_set(&q->out.affinity, value);
		break;
	case KNOB_XPS_RXQS:
		mask_set(&q->xps_rxqs, value);
		break;
	case KNOB_XPS:
		mask_set(&q->xps, value);
		break;
	case KNOB_RPS:
		mask_set(&q->rps, value);
		break;
	default:
		q->rps_flow_cnt = (unsigned int)atoi(value);
		break;
	}
}

static void set(struct facts *facts, const struct knob *knob, const char *value)
{
	if (!strcmp(value, KNOB_ABSENT))
		return;
	if (knob->kind == KNOB_RPS_SOCK_FLOW) {
		(void)snprintf(facts->sysctl[0].value, sizeof(facts->sysctl[0].value), "%s", value);
	} else if (knob->kind == KNOB_IRQBALANCE) {
		free(facts->irqbalance_banned);
		facts->irqbalance_banned = strdup(value);
	} else {
		nic_set(facts, knob, value);
	}
}

void model_apply(struct facts *facts, const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		set(facts, &plan->step[i].knob, plan->step[i].after);
}

void model_undo(struct facts *facts, const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		set(facts, &plan->step[i].knob, plan->step[i].before);
}

static void *copy(const void *src, size_t size)
{
	void *dst = malloc(size + 1);

	if (!dst)
		abort();
	return size ? memcpy(dst, src, size) : dst;
}

void model_copy(struct facts *dst, const struct facts *src)
{
	unsigned int i;

	*dst = *src;
	dst->cap = NULL;
	dst->foreign = NULL;
	dst->nr_cap = dst->nr_foreign = 0;
	dst->cpus.cpu = copy(src->cpus.cpu, src->cpus.nr_cpu * sizeof(*src->cpus.cpu));
	dst->owner = copy(src->owner, src->nr_owner * sizeof(*src->owner));
	dst->sysctl = copy(src->sysctl, src->nr_sysctl * sizeof(*src->sysctl));
	dst->nic = copy(src->nic, src->nr_nic * sizeof(*src->nic));
	dst->irqbalance_banned = src->irqbalance_banned ? strdup(src->irqbalance_banned) : NULL;
	for (i = 0; i < src->nr_nic; i++) {
		const struct nic *nic = &src->nic[i];

		dst->nic[i].queue = copy(nic->queue, nic->nr_queue * sizeof(*nic->queue));
		dst->nic[i].rss.table =
			copy(nic->rss.table, nic->rss.nr_table * sizeof(*nic->rss.table));
	}
}

/* Field by field, since padding may differ. */
static const char *queue_differs(const struct queue *a, const struct queue *b)
{
	if (!cpumask_equal(&a->in.affinity, &b->in.affinity))
		return "irq-in";
	if (!cpumask_equal(&a->out.affinity, &b->out.affinity))
		return "irq-out";
	if (a->has_xps != b->has_xps || !cpumask_equal(&a->xps, &b->xps))
		return "xps";
	if (a->has_xps_rxqs != b->has_xps_rxqs || !cpumask_equal(&a->xps_rxqs, &b->xps_rxqs))
		return "xps-rxqs";
	if (a->has_rps != b->has_rps || !cpumask_equal(&a->rps, &b->rps))
		return "rps";
	return a->rps_flow_cnt == b->rps_flow_cnt ? NULL : "rps-flow-cnt";
}

const char *model_differs(const struct facts *a, const struct facts *b)
{
	const char *what = NULL;
	unsigned int i, j;

	if (a->nr_sysctl && strcmp(a->sysctl[0].value, b->sysctl[0].value))
		return "rps-sock-flow-entries";
	if (a->irqbalance_banned && strcmp(a->irqbalance_banned, b->irqbalance_banned))
		return "irqbalance-ban";
	for (i = 0; i < a->nr_nic && !what; i++) {
		const struct nic *x = &a->nic[i], *y = &b->nic[i];

		if (x->channels.now != y->channels.now)
			return "channels";
		if (x->rss.nr_table &&
		    memcmp(x->rss.table, y->rss.table, x->rss.nr_table * sizeof(*x->rss.table)))
			return "rss";
		for (j = 0; j < x->nr_queue && !what; j++)
			what = queue_differs(&x->queue[j], &y->queue[j]);
	}
	return what;
}
