// SPDX-License-Identifier: GPL-2.0
/* Touches and knobs brought together; see culprit.h. */
#include "cmd/culprit.h"

#include <stdlib.h>
#include <string.h>

#define PAST_MAX 512 /* a rewrite of a NIC with 128 queues is 384 of them */

void culprits_add(struct culprits *c, const struct blame *blame)
{
	if (!c->past)
		c->past = calloc(PAST_MAX, sizeof(*c->past));
	if (!c->past)
		return;
	if (c->nr == PAST_MAX) {
		c->nr = PAST_MAX / 2;
		memmove(c->past, c->past + PAST_MAX - c->nr, c->nr * sizeof(*c->past));
	}
	c->past[c->nr++] = *blame;
}

void culprits_free(struct culprits *c)
{
	free(c->past);
	memset(c, 0, sizeof(*c));
}

static int irq_of(const struct step *step, const struct nic *nic)
{
	const struct queue *queue;

	if (!nic || step->knob.queue >= nic->nr_queue)
		return -1;
	queue = &nic->queue[step->knob.queue];
	return step->knob.kind == KNOB_IRQ_IN ? queue->in.number : queue->out.number;
}

static bool same_queue(const struct blame *b, const struct step *step, const struct nic *nic)
{
	return nic && b->ifindex == nic->ifindex && b->this_netns && b->queue == step->knob.queue;
}

bool culprit_is_direct(const struct blame *b, const struct step *step, const struct nic *nic)
{
	switch (step->knob.kind) {
	case KNOB_XPS:
		return b->kind == BLAMED_XPS && same_queue(b, step, nic);
	case KNOB_XPS_RXQS:
		return b->kind == BLAMED_XPS_RXQS && same_queue(b, step, nic);
	case KNOB_RPS:
		return b->kind == BLAMED_RPS && same_queue(b, step, nic);
	case KNOB_RPS_FLOW:
		return b->kind == BLAMED_RPS_FLOW && same_queue(b, step, nic);
	case KNOB_RPS_SOCK_FLOW:
		return b->kind == BLAMED_RPS_SOCK_FLOW;
	case KNOB_IRQ_IN:
	case KNOB_IRQ_OUT:
		return b->kind == BLAMED_IRQ && b->irq >= 0 && b->irq == irq_of(step, nic);
	case KNOB_CHANNELS:
	case KNOB_RSS:
		return b->kind == (step->knob.kind == KNOB_RSS ? BLAMED_RSS : BLAMED_CHANNELS) &&
		       nic && b->ifindex == nic->ifindex && b->this_netns;
	default:
		return false; /* nobody watches these */
	}
}

/* A write of the driver's own to that knob. */
static bool is_rewrite(const struct blame *b, const struct step *step, const struct nic *nic)
{
	if (step->knob.kind == KNOB_XPS)
		return b->kind == BLAMED_DRIVER_XPS && same_queue(b, step, nic);
	if (step->knob.kind == KNOB_IRQ_IN || step->knob.kind == KNOB_IRQ_OUT)
		return b->kind == BLAMED_DRIVER_IRQ && b->irq >= 0 && b->irq == irq_of(step, nic);
	return false;
}

const struct blame *culprit_find(const struct culprits *c, const struct step *step,
				 const struct nic *nic, uint64_t since_ns)
{
	unsigned int i = c->nr;

	/* the last one wins: it is his value that was found */
	while (i--) {
		const struct blame *b = &c->past[i];

		if (b->done_ns < since_ns || b->ret)
			continue;
		if (culprit_is_direct(b, step, nic))
			return b->known && !b->ours ? b : NULL;
		if (is_rewrite(b, step, nic))
			return blame_behind(b, c->past, c->nr);
	}
	return NULL;
}
