// SPDX-License-Identifier: GPL-2.0
/* The interrupts that irqbalance is asked to leave alone; see ban.h. */
#include "plan/ban.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/text.h"

struct numbers {
	unsigned int *v;
	unsigned int nr;
};

/* The numbers of "24 25"; @room is at least their count. False: it is no such list. */
static bool numbers_parse(const char *s, struct numbers *n)
{
	unsigned long value;
	char *end;

	for (;;) {
		while (isspace((unsigned char)*s))
			s++;
		if (!*s)
			return true;
		if (!isdigit((unsigned char)*s))
			return false;
		errno = 0;
		value = strtoul(s, &end, 10);
		if (errno || value > INT_MAX || (*end && !isspace((unsigned char)*end)))
			return false;
		if (n->v)
			n->v[n->nr] = (unsigned int)value;
		n->nr++;
		s = end;
	}
}

static int compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

/* Ascending, each once, by one blank. */
static char *numbers_text(struct numbers *n)
{
	struct text t = { 0 };
	unsigned int i;

	if (n->nr)
		qsort(n->v, n->nr, sizeof(*n->v), compare);
	for (i = 0; i < n->nr; i++)
		if (!i || n->v[i] != n->v[i - 1])
			text_add(&t, i ? " %u" : "%u", n->v[i]);
	return text_take(&t);
}

/* The interrupts of all driven lanes; counts only while @n has no room. */
static void lanes_irqs(const struct work *w, struct numbers *n)
{
	unsigned int i, j, k;

	for (i = 0; i < w->nr_nic; i++) {
		for (j = 0; w->nic[i].driven && j < w->nic[i].out->nr_lane; j++) {
			const struct queue *queue = &w->nic[i].nic->queue[j];
			int irq[] = { queue->in.number, queue->out.number };

			for (k = 0; k < 2; k++) {
				if (irq[k] < 0)
					continue;
				if (n->v)
					n->v[n->nr] = (unsigned int)irq[k];
				n->nr++;
			}
		}
	}
}

enum ban ban_state(const struct work *w)
{
	struct numbers irqs = { 0 }, banned = { 0 };

	lanes_irqs(w, &irqs);
	if (!work_owned(w, "irqbalance") || !irqs.nr)
		return BAN_NONE;
	if (!w->policy->irqbalance)
		return BAN_REFUSED;
	if (!w->facts->irqbalance_banned || !numbers_parse(w->facts->irqbalance_banned, &banned))
		return BAN_UNKNOWN;
	return BAN_WANTED;
}

int ban_lists(const struct work *w, char **before, char **after)
{
	struct numbers n = { 0 };

	lanes_irqs(w, &n);
	(void)numbers_parse(w->facts->irqbalance_banned,
			    &n); /* ban_state() has seen that it is one */
	n.v = calloc(n.nr + 1, sizeof(*n.v));
	if (!n.v)
		return -ENOMEM;
	n.nr = 0;
	(void)numbers_parse(w->facts->irqbalance_banned, &n);
	*before = numbers_text(&n);
	lanes_irqs(w, &n);
	*after = numbers_text(&n);
	free(n.v);
	return *before && *after ? 0 : -ENOMEM;
}
