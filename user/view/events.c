// SPDX-License-Identifier: GPL-2.0
/*
 * The text and JSON of `netlane tcp --events`; see events.h. The rule: what this
 * kernel does not let us count is "-" and null, never 0.
 */
#include "view/events.h"

#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "view/columns.h"
#include "view/tcp.h"
#include "view/view.h"

#define STATE_LOSS 4
#define STATE_RECOVERY 3

#define EVENTS_BY_NAME(id, name) name,
const char *const events_by_names[] = { EVENTS_BY_LIST(EVENTS_BY_NAME) NULL };

static const char *const states[EVENT_STATES] = { "open", "disorder", "cwr", "recovery", "loss" };

static void number_text(uint64_t value, bool known, char *buf, size_t len)
{
	static const struct column plain = { "", "", "", NULL };

	if (known && value < 100000)
		(void)snprintf(buf, len, "%llu", (unsigned long long)value);
	else if (known)
		column_format(&plain, (double)value, buf, len);
	else
		(void)snprintf(buf, len, "-");
}

/* Of many connections together it may be days. */
static void time_text(uint64_t ns, char *buf, size_t len)
{
	if (ns < 60000000000ULL)
		tcp_time_text((unsigned int)(ns / 1000), buf, len);
	else
		view_duration(buf, len, ns / 1000000000);
}

static void line(struct text *out, const struct events *events, int wide, const char *name,
		 const struct event_group *group)
{
	char closed[16], resent[16], rto[16], sent[16], got[16], zero[16], recovery[16], loss[16];
	char in_loss[32] = "-", p50[32], p99[32];
	const struct event_count *c = &group->count;

	number_text(c->closed, true, closed, sizeof(closed));
	number_text(c->retransmits, true, resent, sizeof(resent));
	number_text(c->timeouts, events->timeouts_known, rto, sizeof(rto));
	number_text(c->resets_sent, true, sent, sizeof(sent));
	number_text(c->resets_received, true, got, sizeof(got));
	number_text(c->zero_windows, events->zero_windows_known, zero, sizeof(zero));
	number_text(c->entered[STATE_RECOVERY], events->states_known, recovery, sizeof(recovery));
	number_text(c->entered[STATE_LOSS], events->states_known, loss, sizeof(loss));
	if (events->states_known)
		time_text(c->state_ns[STATE_LOSS], in_loss, sizeof(in_loss));
	tcp_time_text(group->rtt_p50_us, p50, sizeof(p50));
	tcp_time_text(group->rtt_p99_us, p99, sizeof(p99));
	text_add(out, "%-*s %7s %7s %6s %8s %6s %8s %8s %7s %6s %6s %6s\n", wide, name, closed, p50,
		 p99, resent, rto, recovery, loss, in_loss, zero, sent, got);
}

static void absent_say(struct text *out, const struct events *events, unsigned int width)
{
	if (!events->states_known)
		view_wrap(out,
			  "congestion states: this kernel shows no transitions (5.19 and later "
			  "do); netlane tcp shows how many are in which one now",
			  0, 2, width);
	if (!events->timeouts_known || !events->zero_windows_known)
		view_wrap(out,
			  "timeouts and closed windows: this kernel takes no programs at functions "
			  "(fentry)",
			  0, 2, width);
}

static bool has_events(const struct event_count *c)
{
	return c->closed || c->retransmits || c->timeouts || c->resets_sent || c->resets_received ||
	       c->zero_windows;
}

/* What nobody can tell the namespace of any more is not kept quiet. */
static void no_room_say(struct text *out, const struct events *events,
			const struct event_groups *groups, unsigned int width)
{
	const struct event_count *c = &events->rest;
	char words[240];

	if (groups->by != EVENTS_BY_CPU && groups->by != EVENTS_BY_NETNS && has_events(c)) {
		(void)snprintf(
			words, sizeof(words),
			"not in these rows: %llu connections that ended and %llu segments "
			"sent again, of all network namespaces together, for which the table "
			"had no room",
			(unsigned long long)c->closed, (unsigned long long)c->retransmits);
		view_wrap(out, words, 0, 2, width);
	}
	if (events->accepts_lost)
		text_add(out, "%llu connections were accepted on ports that found no room\n",
			 (unsigned long long)events->accepts_lost);
}

void view_events(struct text *out, const struct events *events, const struct event_groups *groups,
		 unsigned int width)
{
	char ago[32], other[64];
	unsigned int i;
	int wide = 14;

	view_duration(ago, sizeof(ago), (events->at_ns - events->since_ns) / 1000000000);
	text_add(out, "counted since %s ago%s\n", ago,
		 groups->by == EVENTS_BY_CPU ? ", in all network namespaces" : "");
	absent_say(out, events, width);
	for (i = 0; i < groups->nr_group; i++)
		if ((int)strlen(groups->group[i].name) > wide)
			wide = (int)strlen(groups->group[i].name);
	text_add(out, "%-*s %7s %7s %6s %8s %6s %8s %8s %7s %6s %6s %6s\n", wide,
		 events_by_names[groups->by], "closed", "rtt p50", "p99", "resent", "rto",
		 "recovery", "loss", "in loss", "win 0", "rst to", "rst by");
	for (i = 0; i < groups->nr_group; i++)
		line(out, events, wide, groups->group[i].name, &groups->group[i]);
	(void)snprintf(other, sizeof(other), groups->folded ? "other (%u)" : "other",
		       groups->folded);
	if (groups->folded || (groups->by == EVENTS_BY_NETNS && has_events(&events->rest)))
		line(out, events, wide, other, &groups->other);
	if (groups->nr_group > 1)
		line(out, events, wide, "all", &groups->total);
	no_room_say(out, events, groups, width);
}

/* ---- JSON */

static bool add(struct json_object *to, const char *name, struct json_object *value)
{
	return !json_object_object_add(to, name, value);
}

static struct json_object *number(uint64_t value, bool known)
{
	return known ? json_object_new_uint64(value) : NULL;
}

static struct json_object *states_json(const uint64_t *value, bool known)
{
	struct json_object *json = known ? json_object_new_object() : NULL;
	unsigned int i;

	for (i = 0; i < EVENT_STATES && json; i++)
		(void)add(json, states[i], json_object_new_uint64(value[i]));
	return json;
}

static struct json_object *hist_json(const struct hist *hist)
{
	struct json_object *json = json_object_new_array();
	unsigned int i, last = 0;

	for (i = 0; i < HIST_BUCKETS; i++)
		if (hist->bucket[i])
			last = i + 1;
	for (i = 0; i < last && json; i++)
		(void)json_object_array_add(json, json_object_new_uint64(hist->bucket[i]));
	return json;
}

static struct json_object *group_json(const struct events *events, const struct event_group *group)
{
	struct json_object *json = json_object_new_object();
	const struct event_count *c = &group->count;

	if (!json)
		return NULL;
	(void)add(json, "name", json_object_new_string(group->name));
	(void)add(json, "closed", number(c->closed, true));
	(void)add(json, "rtt_p50_us", number(group->rtt_p50_us, group->rtt_p50_us > 0));
	(void)add(json, "rtt_p99_us", number(group->rtt_p99_us, group->rtt_p99_us > 0));
	(void)add(json, "rtt_us_log2", hist_json(&c->rtt));
	(void)add(json, "retransmitted_segments", number(c->retransmits, true));
	(void)add(json, "timeouts", number(c->timeouts, events->timeouts_known));
	(void)add(json, "resets_sent", number(c->resets_sent, true));
	(void)add(json, "resets_received", number(c->resets_received, true));
	(void)add(json, "zero_window_probes", number(c->zero_windows, events->zero_windows_known));
	(void)add(json, "entered", states_json(c->entered, events->states_known));
	(void)add(json, "state_ns", states_json(c->state_ns, events->states_known));
	return json;
}

struct json_object *view_events_json(const struct events *events, const struct event_groups *groups)
{
	struct json_object *json = json_object_new_object(), *list = json_object_new_array();
	const struct event_group no_room = { .name = "no room", .count = events->rest };
	unsigned int i;

	if (!json || !list) {
		json_object_put(json);
		json_object_put(list);
		return NULL;
	}
	(void)add(json, "by", json_object_new_string(events_by_names[groups->by]));
	(void)add(json, "counted_s",
		  json_object_new_double((double)(events->at_ns - events->since_ns) / 1e9));
	(void)add(json, "total", group_json(events, &groups->total));
	for (i = 0; i < groups->nr_group; i++)
		(void)json_object_array_add(list, group_json(events, &groups->group[i]));
	(void)add(json, "group", list);
	(void)add(json, "folded", json_object_new_int((int)groups->folded));
	(void)add(json, "other", group_json(events, &groups->other));
	(void)add(json, "no_room", group_json(events, &no_room));
	(void)add(json, "accepts_no_room", json_object_new_uint64(events->accepts_lost));
	return json;
}
