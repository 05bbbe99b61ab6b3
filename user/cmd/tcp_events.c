// SPDX-License-Identifier: GPL-2.0
/* netlane tcp --events: what happened to TCP connections since the counting began. */
#include "cmd/tcp_events.h"

#include <errno.h>
#include <string.h>

#include "base/netns.h"
#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "judge/events.h"
#include "observe/events.h"
#include "view/events.h"

void tcp_waits_add(struct listeners *listeners)
{
	struct events events;
	struct err err;

	if (!events_read(&events, &err))
		events_waits(&events, netns_own(), listeners);
	events_free(&events);
}

int tcp_events_show(enum events_by by, const struct zones *zones, unsigned int shown, bool json)
{
	struct event_groups groups = { 0 };
	struct text text = { 0 };
	struct err err = { 0 };
	struct events events;
	unsigned int netns = by == EVENTS_BY_NETNS ? 0 : netns_own();
	int ret, code;

	if (!netns && by != EVENTS_BY_NETNS)
		return fail("/proc/self/ns/net: %s", strerror(errno));
	ret = events_read(&events, &err);
	if (!ret && events_group(&events, by, netns, zones, shown, &groups))
		ret = err_set(&err, -ENOMEM, "out of memory");
	if (ret) {
		code = fail_err(ret, &err);
	} else if (json) {
		code = print_json(view_events_json(&events, &groups));
	} else {
		view_events(&text, &events, &groups, terminal_width());
		code = print_text(&text);
	}
	event_groups_free(&groups);
	events_free(&events);
	return code;
}
