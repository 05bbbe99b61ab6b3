// SPDX-License-Identifier: GPL-2.0
/* From what the maps of bpf/tcp.bpf.c hold to plain data; see events_take.h. */
#include "observe/events_take.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void hist_take(struct hist *hist, const __u32 *bucket)
{
	unsigned int i;

	for (i = 0; i < TCP_BUCKETS; i++)
		hist->bucket[i] += bucket[i];
}

void events_count_take(struct event_count *count, const struct tcp_row *row)
{
	unsigned int i;

	count->closed += row->closed;
	count->retransmits += row->retransmits;
	count->timeouts += row->timeouts;
	count->resets_sent += row->resets_sent;
	count->resets_received += row->resets_received;
	count->zero_windows += row->zero_windows;
	for (i = 0; i < EVENT_STATES; i++) {
		count->entered[i] += row->entered[i];
		count->state_ns[i] += row->state_ns[i];
	}
	hist_take(&count->rtt, row->rtt);
}

static void row_take(struct event_row *to, const struct tcp_row_key *key, const struct tcp_row *row)
{
	const uint32_t high = htonl((uint32_t)(key->net >> 32)), low = htonl((uint32_t)key->net);

	to->remote.family = key->family == 6 ? AF_INET6 : AF_INET;
	to->remote.len = key->family == 6 ? 64 : 24;
	if (key->family == 6) {
		memcpy(to->remote.addr, &high, sizeof(high));
		memcpy(to->remote.addr + sizeof(high), &low, sizeof(low));
	} else {
		memcpy(to->remote.addr, &low, sizeof(low));
	}
	to->netns = key->netns;
	to->port = key->port;
	to->served = key->served;
	memcpy(to->cc, key->cc, sizeof(key->cc));
	events_count_take(&to->count, row);
}

int events_rows_take(const struct rows *rows, struct events *events)
{
	const struct tcp_row_key *key = rows->keys;
	const struct tcp_row *row = rows->values;

	events->row = calloc(rows->nr + 1, sizeof(*events->row));
	if (!events->row)
		return -ENOMEM;
	for (; events->nr_row < rows->nr; events->nr_row++)
		row_take(&events->row[events->nr_row], &key[events->nr_row], &row[events->nr_row]);
	return 0;
}

int events_accepts_take(const struct rows *rows, struct events *events)
{
	const struct tcp_accept_key *key = rows->keys;
	const struct tcp_accept_row *row = rows->values;
	unsigned int i;

	events->accept = calloc(rows->nr + 1, sizeof(*events->accept));
	if (!events->accept)
		return -ENOMEM;
	for (i = 0; i < rows->nr; i++) {
		struct event_accept *to = &events->accept[events->nr_accept++];

		to->netns = key[i].netns;
		to->port = key[i].port;
		to->ipv6 = key[i].family == 6;
		hist_take(&to->wait, row[i].wait);
	}
	return 0;
}
