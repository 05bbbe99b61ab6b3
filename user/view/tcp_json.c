// SPDX-License-Identifier: GPL-2.0
/* `netlane tcp` as JSON; see tcp.h. The keys are those of base/tcp.h. */
#include "base/fields.h"
#include "view/tcp.h"

#define CA_NAME(id, name) name,
static const char *const ca_names[] = { TCP_CA_LIST(CA_NAME) NULL };

#define FINDING_NAME(id, name) name,
static const char *const finding_names[] = { TCP_FINDING_LIST(FINDING_NAME) NULL };

static const struct field bbr_fields[] = {
	F_BOOL(tcp_bbr, known),		F_U64(tcp_bbr, bw),
	F_UINT(tcp_bbr, min_rtt_us),	F_UINT(tcp_bbr, pacing_gain_pct),
	F_UINT(tcp_bbr, cwnd_gain_pct), F_END,
};

static const struct field flow_fields[] = {
	F_STR(tcp_flow, local),
	F_UINT(tcp_flow, local_port),
	F_STR(tcp_flow, remote),
	F_UINT(tcp_flow, remote_port),
	F_BOOL(tcp_flow, served),
	F_BOOL(tcp_flow, opening),
	F_BOOL(tcp_flow, closing),
	F_BOOL(tcp_flow, told),

	F_STR(tcp_flow, cc),
	F_ENUM(tcp_flow, ca, ca_names),
	F_UINT(tcp_flow, rtt_us),
	F_UINT(tcp_flow, min_rtt_us),
	F_UINT(tcp_flow, rto_pending),
	F_UINT(tcp_flow, backoff),
	F_UINT(tcp_flow, waiting),
	F_BOOL(tcp_flow, peer_zero_window),
	F_BOOL(tcp_flow, forgotten),
	F_BOOL(tcp_flow, own_zero_window),
	F_U64(tcp_flow, sent),
	F_U64(tcp_flow, resent),
	F_U64(tcp_flow, bytes_sent),
	F_U64(tcp_flow, bytes_resent),
	F_BOOL(tcp_flow, rtos_known),
	F_UINT(tcp_flow, rtos),
	F_U64(tcp_flow, rate),
	F_BOOL(tcp_flow, app_limited),
	F_U64(tcp_flow, busy_us),
	F_U64(tcp_flow, rwnd_us),
	F_U64(tcp_flow, sndbuf_us),
	F_BOOL(tcp_flow, rate_limited),
	F_U64(tcp_flow, pacing),
	F_UINT(tcp_flow, drops),
	F_OBJECT(tcp_flow, bbr, bbr_fields),
	F_STR(tcp_flow, by),
	F_END,
};

static const struct field group_fields[] = {
	F_STR(tcp_group, name),
	F_UINT(tcp_group, members),
	F_UINT(tcp_group, connections),
	F_UINT(tcp_group, untold),
	F_UINT(tcp_group, opening),
	F_UINT(tcp_group, unanswered),
	F_UINT(tcp_group, closing),
	F_UINT(tcp_group, rto_pending),
	F_UINT(tcp_group, backoff_max),
	F_UINT(tcp_group, peer_zero_window),
	F_UINT(tcp_group, forgotten),
	F_UINT(tcp_group, own_zero_window),
	F_UINT(tcp_group, rtt_p50_us),
	F_UINT(tcp_group, rtt_p99_us),
	F_UINT(tcp_group, min_rtt_us),
	F_U64(tcp_group, sent),
	F_U64(tcp_group, resent),
	F_UINT(tcp_group, resent_ppm),
	F_U64(tcp_group, bytes_sent),
	F_U64(tcp_group, bytes_resent),
	F_UINT(tcp_group, rtos_known),
	F_U64(tcp_group, rtos),
	F_UINT(tcp_group, free_rates),
	F_U64(tcp_group, free_rate),
	F_U64(tcp_group, free_rate_max),
	F_UINT(tcp_group, app_rates),
	F_U64(tcp_group, app_rate),
	F_U64(tcp_group, busy_us),
	F_U64(tcp_group, rwnd_us),
	F_U64(tcp_group, sndbuf_us),
	F_UINT(tcp_group, bbr),
	F_UINT(tcp_group, bbr_told),
	F_U64(tcp_group, bbr_bw),
	F_UINT(tcp_group, bbr_min_rtt_us),
	F_UINT(tcp_group, bbr_pacing_gain_min_pct),
	F_UINT(tcp_group, bbr_pacing_gain_max_pct),
	F_UINT(tcp_group, rate_limited),
	F_U64(tcp_group, drops),
	F_END,
};

static const struct field nic_fields[] = {
	F_STR(tcp_nic, ifname),
	F_BOOL(tcp_nic, fq),
	F_BOOL(tcp_nic, some_fq),
	F_END,
};

static const struct field finding_fields[] = {
	F_ENUM(tcp_finding, kind, finding_names),
	F_STR(tcp_finding, where),
	F_UINT(tcp_finding, nr),
	F_UINT(tcp_finding, of),
	F_END,
};

static const struct field view_fields[] = {
	F_U64(tcp_view, at_ns),
	F_ENUM(tcp_view, by, tcp_by_names),
	F_ENUM(tcp_view, order, tcp_order_names),
	F_BOOL(tcp_view, cut),
	F_BOOL(tcp_view, nics_known),
	F_LIST(tcp_view, nic, nr_nic, nic_fields),
	F_LIST(tcp_view, worst, nr_worst, flow_fields),
	F_LIST(tcp_view, finding, nr_finding, finding_fields),
	F_END,
};

static const struct field listener_fields[] = {
	F_STR(listener, addr),
	F_UINT(listener, port),
	F_STR(listener, ifname),
	F_UINT(listener, sockets),
	F_UINT(listener, queue),
	F_UINT(listener, queue_min),
	F_UINT(listener, queue_max),
	F_UINT(listener, backlog_min),
	F_UINT(listener, backlog_max),
	F_UINT(listener, full),
	F_UINT(listener, capped),
	F_UINT(listener, half_open),
	F_U64(listener, drops),
	F_U64(listener, drops_max),
	F_U64(listener, accepted),
	F_UINT(listener, wait_p50_us),
	F_UINT(listener, wait_p99_us),
	F_STR(listener, by),
	F_END,
};

static const struct field listeners_fields[] = {
	F_U64(listeners, at_ns),
	F_UINT(listeners, somaxconn),
	F_INT(listeners, syncookies),
	F_INT(listeners, abort_on_overflow),
	F_UINT(listeners, stray_half_open),
	F_UINT(listeners, more_rows),
	F_LIST(listeners, row, nr_row, listener_fields),
	F_LIST(listeners, finding, nr_finding, finding_fields),
	F_END,
};

/* Puts @value in @to; the object that is given up is freed with it. */
static bool put(struct json_object *to, const char *key, struct json_object *value)
{
	if (value && !json_object_object_add(to, key, value))
		return true;
	json_object_put(value);
	return false;
}

/* Bucket b: connections with an RTT of 2^b us and more, below 2^(b + 1). */
static struct json_object *rtt_json(const struct hist *hist)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	for (i = 0; array && i < HIST_BUCKETS; i++)
		(void)json_object_array_add(array, json_object_new_uint64(hist->bucket[i]));
	return array;
}

static struct json_object *ca_json(const struct tcp_group *group)
{
	struct json_object *object = json_object_new_object();
	unsigned int i;

	for (i = 0; object && i < TCP_CA_COUNT; i++)
		(void)put(object, ca_names[i], json_object_new_int64(group->ca[i]));
	return object;
}

static struct json_object *group_json(const struct tcp_group *group)
{
	struct json_object *object = fields_to_json(group_fields, group);

	if (object && put(object, "states", ca_json(group)) &&
	    put(object, "rtt_us_log2", rtt_json(&group->rtt)))
		return object;
	json_object_put(object);
	return NULL;
}

static struct json_object *groups_json(const struct tcp_group *group, unsigned int nr)
{
	struct json_object *array = json_object_new_array(), *item;
	unsigned int i;

	for (i = 0; array && i < nr; i++) {
		item = group_json(&group[i]);
		if (item && !json_object_array_add(array, item))
			continue;
		json_object_put(item);
		json_object_put(array);
		return NULL;
	}
	return array;
}

struct json_object *view_tcp_json(const struct tcp_view *view)
{
	struct json_object *object = fields_to_json(view_fields, view);

	if (object && put(object, "total", group_json(&view->total)) &&
	    put(object, "group", groups_json(view->group, view->nr_group)) &&
	    put(object, "other", group_json(&view->other)) &&
	    put(object, "control", groups_json(view->cc, view->nr_cc)))
		return object;
	json_object_put(object);
	return NULL;
}

/* null: this kernel has no such counter. */
static struct json_object *counts_json(const struct accept_counts *counts)
{
	const struct {
		const char *key;
		int64_t value;
	} all[] = {
		{ "overflows", counts->overflows },
		{ "drops", counts->drops },
		{ "syn_drops", counts->syn_drops },
		{ "syn_cookies_for_full", counts->syn_cookies_for_full },
		{ "cookies_sent", counts->cookies_sent },
		{ "cookies_good", counts->cookies_good },
		{ "cookies_bad", counts->cookies_bad },
	};
	struct json_object *object = json_object_new_object();
	unsigned int i;

	for (i = 0; object && i < sizeof(all) / sizeof(all[0]); i++)
		(void)json_object_object_add(
			object, all[i].key,
			all[i].value < 0 ? NULL : json_object_new_int64(all[i].value));
	return object;
}

struct json_object *view_listeners_json(const struct listeners *listeners)
{
	struct json_object *object = fields_to_json(listeners_fields, listeners);

	if (object && put(object, "counts", counts_json(&listeners->counts)))
		return object;
	json_object_put(object);
	return NULL;
}
