// SPDX-License-Identifier: GPL-2.0
/* What the network namespace counts of accepting, and three settings of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "observe/tcp_parts.h"

#define GROUP "TcpExt:"

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	{ "ListenOverflows", offsetof(struct accept_counts, overflows) },
	{ "ListenDrops", offsetof(struct accept_counts, drops) },
	{ "TCPReqQFullDrop", offsetof(struct accept_counts, syn_drops) },
	{ "TCPReqQFullDoCookies", offsetof(struct accept_counts, syn_cookies_for_full) },
	{ "SyncookiesSent", offsetof(struct accept_counts, cookies_sent) },
	{ "SyncookiesRecv", offsetof(struct accept_counts, cookies_good) },
	{ "SyncookiesFailed", offsetof(struct accept_counts, cookies_bad) },
};

#define NR_COUNTERS (sizeof(counters) / sizeof(counters[0]))

static void count_set(struct accept_counts *counts, const char *name, const char *value)
{
	unsigned int i;

	for (i = 0; i < NR_COUNTERS; i++)
		if (!strcmp(counters[i].name, name))
			*(int64_t *)((char *)counts + counters[i].offset) = atoll(value);
}

/* Two lines of one group: names, then as many values. */
static void lines_take(char *names, char *values, struct accept_counts *counts)
{
	char *name, *value, *name_at, *value_at;

	name = strtok_r(names, " ", &name_at);
	value = strtok_r(values, " ", &value_at);
	while (name && value) {
		count_set(counts, name, value);
		name = strtok_r(NULL, " ", &name_at);
		value = strtok_r(NULL, " ", &value_at);
	}
}

static int number(const char *root, const char *name)
{
	unsigned int value;

	return file_read_uint(root, &value, "/proc/sys/net/%s", name) ? -1 : (int)value;
}

void accept_counts_read(const char *root, struct listeners *listeners)
{
	struct accept_counts *counts = &listeners->counts;
	struct text text = { 0 };
	char *line, *next, *at = NULL;
	int somaxconn;
	unsigned int i;

	for (i = 0; i < NR_COUNTERS; i++)
		*(int64_t *)((char *)counts + counters[i].offset) = -1;
	if (!file_slurp(root, &text, "/proc/net/netstat") && text.s) {
		line = strtok_r(text.s, "\n", &at);
		for (; line; line = strtok_r(NULL, "\n", &at)) {
			if (strncmp(line, GROUP, strlen(GROUP)))
				continue;
			next = strtok_r(NULL, "\n", &at);
			if (next)
				lines_take(line, next, counts);
			break;
		}
	}
	text_free(&text);
	somaxconn = number(root, "core/somaxconn");
	listeners->somaxconn = somaxconn > 0 ? (unsigned int)somaxconn : 0;
	listeners->syncookies = number(root, "ipv4/tcp_syncookies");
	listeners->abort_on_overflow = number(root, "ipv4/tcp_abort_on_overflow");
}
