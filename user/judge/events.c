// SPDX-License-Identifier: GPL-2.0
/* Groups of events; see events.h. */
#include "judge/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/load.h"

static void count_add(struct event_count *to, const struct event_count *from)
{
	unsigned int i;

	to->closed += from->closed;
	to->retransmits += from->retransmits;
	to->timeouts += from->timeouts;
	to->resets_sent += from->resets_sent;
	to->resets_received += from->resets_received;
	to->zero_windows += from->zero_windows;
	for (i = 0; i < EVENT_STATES; i++) {
		to->entered[i] += from->entered[i];
		to->state_ns[i] += from->state_ns[i];
	}
	for (i = 0; i < HIST_BUCKETS; i++)
		to->rtt.bucket[i] += from->rtt.bucket[i];
}

static void name_of(const struct event_row *row, enum events_by by, const struct zones *zones,
		    char *name, size_t len)
{
	char net[PREFIX_TEXT_LEN];
	struct prefix addr;
	int zone;

	switch (by) {
	case EVENTS_BY_SERVICE:
		(void)snprintf(name, len, row->served ? "served %u" : "to %u", row->port);
		break;
	case EVENTS_BY_CC:
		text_escape(name, len, row->cc[0] ? row->cc : "(not told)");
		break;
	case EVENTS_BY_NETNS:
		(void)snprintf(name, len, "netns %u", row->netns);
		break;
	case EVENTS_BY_ZONE:
		addr = row->remote;
		addr.len = prefix_full(&addr);
		zone = zones ? zones_find(zones, &addr) : -1;
		(void)snprintf(name, len, "%s", zone < 0 ? "(no zone)" : zones->zone[zone].name);
		break;
	default:
		(void)snprintf(name, len, "%s", prefix_text(&row->remote, net));
	}
}

/* Rows are few, at most 4096, and groups fewer. */
static struct event_group *group_find(struct event_groups *groups, const char *name)
{
	struct event_group *group;
	unsigned int i;

	for (i = 0; i < groups->nr_group; i++)
		if (!strcmp(groups->group[i].name, name))
			return &groups->group[i];
	group = &groups->group[groups->nr_group++];
	(void)text_copy(group->name, sizeof(group->name), name); /* of that size, too */
	return group;
}

static unsigned long trouble(const struct event_group *group)
{
	const struct event_count *c = &group->count;

	/* a timeout stops a connection for at least 200 ms, a segment sent again for one RTT */
	return 100 * c->timeouts + 100 * c->zero_windows + c->retransmits;
}

static int by_trouble(const void *a, const void *b)
{
	const struct event_group *g = a, *h = b;
	unsigned long n = trouble(g), m = trouble(h);

	if (n == m) {
		n = g->count.closed;
		m = h->count.closed;
	}
	return n == m ? strcmp(g->name, h->name) : n < m ? 1 : -1;
}

static void quantiles(struct event_group *group)
{
	/* of whatever unit the buckets have */
	group->rtt_p50_us = (unsigned int)hist_quantile_ns(&group->count.rtt, 500);
	group->rtt_p99_us = (unsigned int)hist_quantile_ns(&group->count.rtt, 990);
}

static void rows_add(const struct events *events, unsigned int netns, const struct zones *zones,
		     struct event_groups *groups)
{
	char name[sizeof(groups->group->name)];
	unsigned int i;

	for (i = 0; i < events->nr_row; i++) {
		const struct event_row *row = &events->row[i];

		if (netns && row->netns != netns)
			continue;
		name_of(row, groups->by, zones, name, sizeof(name));
		count_add(&group_find(groups, name)->count, &row->count);
		count_add(&groups->total.count, &row->count);
	}
	if (netns)
		return;
	count_add(&groups->other.count, &events->rest);
	count_add(&groups->total.count, &events->rest);
}

static void lanes_add(const struct events *events, struct event_groups *groups)
{
	char name[32];
	unsigned int i;

	for (i = 0; i < events->nr_lane; i++) {
		(void)snprintf(name, sizeof(name), "CPU %u", i);
		count_add(&group_find(groups, name)->count, &events->lane[i]);
		count_add(&groups->total.count, &events->lane[i]);
	}
}

int events_group(const struct events *events, enum events_by by, unsigned int netns,
		 const struct zones *zones, unsigned int shown, struct event_groups *groups)
{
	unsigned int i;

	memset(groups, 0, sizeof(*groups));
	groups->by = by;
	groups->group = calloc(events->nr_row + events->nr_lane + 1, sizeof(*groups->group));
	if (!groups->group)
		return -ENOMEM;
	if (by == EVENTS_BY_CPU)
		lanes_add(events, groups);
	else
		rows_add(events, netns, zones, groups);
	/* lanes stay in their order */
	if (by != EVENTS_BY_CPU)
		qsort(groups->group, groups->nr_group, sizeof(*groups->group), by_trouble);
	for (i = shown; i < groups->nr_group; i++, groups->folded++)
		count_add(&groups->other.count, &groups->group[i].count);
	groups->nr_group -= groups->folded;
	for (i = 0; i < groups->nr_group; i++)
		quantiles(&groups->group[i]);
	quantiles(&groups->total);
	quantiles(&groups->other);
	return 0;
}

void events_waits(const struct events *events, unsigned int netns, struct listeners *listeners)
{
	unsigned int i, k;

	for (i = 0; i < listeners->nr_row; i++) {
		struct listener *row = &listeners->row[i];
		/* "*" is an IPv6 socket that takes IPv4's connections as well */
		bool ipv6 = strchr(row->addr, ':') || row->addr[0] == '*';

		for (k = 0; k < events->nr_accept; k++) {
			const struct event_accept *accept = &events->accept[k];

			if (accept->netns != netns || accept->port != row->port ||
			    accept->ipv6 != ipv6)
				continue;
			row->accepted = accept->accepted;
			row->wait_p50_us = (unsigned int)hist_quantile_ns(&accept->wait, 500);
			row->wait_p99_us = (unsigned int)hist_quantile_ns(&accept->wait, 990);
		}
	}
}

void event_groups_free(struct event_groups *groups)
{
	free(groups->group);
	memset(groups, 0, sizeof(*groups));
}
