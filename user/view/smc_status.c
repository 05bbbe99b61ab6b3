// SPDX-License-Identifier: GPL-2.0
/*
 * The words of `netlane smc status`; see smc.h. The rule: a code of the kernel is
 * never shown without its words, and one without words is called unknown.
 */
#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "base/smc_reason.h"
#include "view/smc.h"
#include "view/view.h"

#define END_LEN (ADDR_LEN + 16)

static const char *const mode_words[SMC_MODE_COUNT] = { "SMC-R", "SMC-D", "TCP" };

static void bytes_text(uint64_t bytes, char *buf, size_t len)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	unsigned int i = 0;

	while (value >= 1000 && i < 5) {
		value /= 1000;
		i++;
	}
	(void)snprintf(buf, len, i ? "%.2f %s" : "%.0f %s", value, units[i]);
}

/* ------------------------------------------------------------- sums */

static void modes(struct text *out, const struct smc_view *view, unsigned int width)
{
	char line[256];

	if (view->diag != IS_YES) {
		(void)snprintf(
			line, sizeof(line), "%s",
			view->diag_there ?
				"which connections there are is not known: smc_diag is not "
				"loaded, and this command loads nothing (modprobe smc_diag)" :
				"which connections there are is not known: this kernel has no "
				"smc_diag");
	} else {
		(void)snprintf(line, sizeof(line),
			       "%u SMC-R, %u SMC-D, %u fallen back to TCP; %u %s, %u not connected",
			       view->nr_mode[SMC_MODE_R], view->nr_mode[SMC_MODE_D],
			       view->nr_mode[SMC_MODE_TCP], view->listening,
			       view_word(view->listening, "listens", "listen"), view->opening);
	}
	view_labelled(out, "now", line, width);
}

static void memory(struct text *out, const struct smc_view *view, unsigned int width)
{
	char bytes[32], line[96];

	if (!view->memory_bytes)
		return;
	bytes_text(view->memory_bytes, bytes, sizeof(bytes));
	(void)snprintf(line, sizeof(line), "%s of buffers are with these connections", bytes);
	view_labelled(out, "memory", line, width);
}

static void since(struct text *out, const struct smc_view *view, unsigned int width)
{
	char rx[32], tx[32], line[256];
	unsigned int mode;

	if (!view->stats_known) {
		view_labelled(out, "since",
			      "not counted by this kernel's SMC: it has no SMC_GEN_NETLINK", width);
		return;
	}
	for (mode = SMC_MODE_R; mode <= SMC_MODE_D; mode++) {
		const struct smc_sum *sum = &view->sum[mode];

		if (mode == SMC_MODE_D && !(sum->client | sum->server))
			continue;
		bytes_text(sum->tx_bytes, tx, sizeof(tx));
		bytes_text(sum->rx_bytes, rx, sizeof(rx));
		(void)snprintf(line, sizeof(line),
			       "SMC was loaded: %s %llu as client, %llu as server; %s sent in %llu "
			       "calls, %s received in %llu",
			       mode_words[mode], (unsigned long long)sum->client,
			       (unsigned long long)sum->server, tx,
			       (unsigned long long)sum->tx_calls, rx,
			       (unsigned long long)sum->rx_calls);
		view_labelled(out, mode == SMC_MODE_R ? "since" : "", line, width);
	}
	(void)snprintf(line, sizeof(line),
		       "fallen back %llu as client, %llu as server; handshakes that failed: %llu, "
		       "%llu",
		       (unsigned long long)view->fallback_client,
		       (unsigned long long)view->fallback_server,
		       (unsigned long long)view->failed_client,
		       (unsigned long long)view->failed_server);
	view_labelled(out, "", line, width);
}

/* How often, of what is known of it. */
static void times_text(const struct smc_why *why, bool counted, char *buf, size_t len)
{
	int at = 0;

	buf[0] = '\0';
	if (why->now || !counted)
		at = snprintf(buf, len, "%u open now", why->now);
	if (counted && (why->as_client || why->as_server))
		at += snprintf(buf + at, len - (size_t)at, "%s%llu as client, %llu as server",
			       at ? ", " : "", (unsigned long long)why->as_client,
			       (unsigned long long)why->as_server);
	if (why->peer_now)
		(void)snprintf(buf + at, len - (size_t)at, "%sthe other end said so of %u",
			       at ? "; " : "", why->peer_now);
}

static void reasons(struct text *out, const struct smc_view *view, unsigned int width)
{
	char reason[160], times[128], line[320];
	const struct smc_reason *known;
	unsigned int i;

	for (i = 0; i < view->nr_why; i++) {
		smc_reason_text(view->why[i].code, reason, sizeof(reason));
		times_text(&view->why[i], view->stats_known, times, sizeof(times));
		(void)snprintf(line, sizeof(line), "%s: %s", reason, times);
		text_add(out, "%s", i ? "        " : "\nwhy     ");
		view_wrap(out, line, 8, 10, width);
		known = smc_reason_find(view->why[i].code);
		if (known && known->todo[0]) {
			text_add(out, "%12s", "> ");
			view_wrap(out, known->todo, 12, 12, width);
		}
	}
}

/* ------------------------------------------------------------- connections */

static void end_text(const char *addr, unsigned int port, char *buf, size_t len)
{
	(void)snprintf(buf, len, strchr(addr, ':') ? "[%s]:%u" : "%s:%u", addr[0] ? addr : "*",
		       port);
}

static void how_text(const struct smc_conn *conn, char *buf, size_t len)
{
	if (conn->mode == SMC_MODE_TCP)
		(void)snprintf(buf, len, "%s", smc_reason_word(conn->reason));
	else if (conn->dev[0])
		(void)snprintf(buf, len, "%.32s/%u", conn->dev, conn->port);
	else
		(void)snprintf(buf, len, "-");
}

static void conn_row(struct text *out, const struct smc_conn *conn, int to, int from)
{
	char local[END_LEN], remote[END_LEN], how[48], holder[176];

	end_text(conn->local, conn->local_port, local, sizeof(local));
	end_text(conn->remote, conn->remote_port, remote, sizeof(remote));
	how_text(conn, how, sizeof(how));
	(void)snprintf(holder, sizeof(holder), "%s%s%s", conn->by[0] ? conn->by : "-",
		       conn->unit[0] ? ", " : "", conn->unit);
	text_add(out, "%-6s %-*s  %-*s  %-16s  %s\n", mode_words[conn->mode], from, local, to,
		 remote, how, holder);
}

static void conns(struct text *out, const struct smc_view *view, unsigned int nr,
		  unsigned int width)
{
	int to = 6, from = 5, n;
	char end[END_LEN];
	unsigned int i;

	nr = nr < view->nr_conn ? nr : view->nr_conn;
	for (i = 0; i < nr; i++) {
		end_text(view->conn[i].local, view->conn[i].local_port, end, sizeof(end));
		n = (int)strlen(end);
		from = n > from ? n : from;
		end_text(view->conn[i].remote, view->conn[i].remote_port, end, sizeof(end));
		n = (int)strlen(end);
		to = n > to ? n : to;
	}
	if (nr)
		text_add(out, "\n%-6s %-*s  %-*s  %-16s  %s\n", "mode", from, "local", to, "remote",
			 "by, or why not", "whose");
	for (i = 0; i < nr; i++)
		conn_row(out, &view->conn[i], to, from);
	if (nr < view->nr_conn)
		text_add(out, "%u more; --all shows %s\n", view->nr_conn - nr,
			 view_word(view->nr_conn - nr, "it", "them"));
}

static void groups(struct text *out, const struct smc_view *view, unsigned int width)
{
	char line[320];
	unsigned int i, j;

	for (i = 0; i < view->nr_lgr; i++) {
		const struct smc_lgr *lgr = &view->lgr[i];

		(void)snprintf(line, sizeof(line), "%08x: %s version %u, %s%u %s%s%s%s%s%s%s",
			       lgr->id, mode_words[lgr->mode], lgr->version,
			       lgr->mode == SMC_MODE_D ? "" :
			       lgr->server	       ? "server, " :
							 "client, ",
			       lgr->conns, view_word(lgr->conns, "connection", "connections"),
			       lgr->peer[0] ? " with " : "", lgr->peer, lgr->eid[0] ? ", EID " : "",
			       lgr->eid, lgr->pnetid[0] ? ", PNETID " : "", lgr->pnetid);
		text_add(out, "%s", i ? "        " : "\ngroup   ");
		view_wrap(out, line, 8, 10, width);
		for (j = 0; j < lgr->nr_link; j++) {
			const struct smc_link *link = &lgr->link[j];

			(void)snprintf(line, sizeof(line), "link %.32s/%u %s: %u %s, %s to %s",
				       link->dev, link->port,
				       link->active ? "up" : "being made or ended", link->conns,
				       view_word(link->conns, "connection", "connections"),
				       link->gid, link->peer_gid);
			text_add(out, "%10s", "");
			view_wrap(out, line, 10, 12, width);
		}
	}
}

void view_smc_status(struct text *out, const struct smc_view *view, unsigned int nr,
		     unsigned int width)
{
	if (!view->loaded) {
		view_labelled(out, "now", "smc is not loaded: there is no socket of SMC", width);
		return;
	}
	modes(out, view, width);
	memory(out, view, width);
	since(out, view, width);
	reasons(out, view, width);
	conns(out, view, nr, width);
	groups(out, view, width);
}

/* ------------------------------------------------------------- JSON */

static const char *const mode_names[] = { "smc-r", "smc-d", "tcp", NULL };

static const struct field conn_fields[] = {
	F_ENUM(smc_conn, mode, mode_names),
	F_STR(smc_conn, local),
	F_UINT(smc_conn, local_port),
	F_STR(smc_conn, remote),
	F_UINT(smc_conn, remote_port),
	F_UINT(smc_conn, uid),
	F_BOOL(smc_conn, closing),
	F_UINT(smc_conn, reason),
	F_UINT(smc_conn, peer_reason),
	F_STR(smc_conn, dev),
	F_UINT(smc_conn, port),
	F_STR(smc_conn, gid),
	F_STR(smc_conn, peer_gid),
	F_UINT(smc_conn, sndbuf_bytes),
	F_UINT(smc_conn, rmb_bytes),
	F_STR(smc_conn, by),
	F_STR(smc_conn, unit),
	F_END,
};

static const struct field why_fields[] = {
	F_UINT(smc_why, code), F_U64(smc_why, as_client), F_U64(smc_why, as_server),
	F_UINT(smc_why, now),  F_UINT(smc_why, peer_now), F_END,
};

static const struct field link_fields[] = {
	F_STR(smc_link, dev),
	F_UINT(smc_link, port),
	F_STR(smc_link, gid),
	F_STR(smc_link, peer_gid),
	F_UINT(smc_link, conns),
	F_BOOL(smc_link, active),
	F_END,
};

static const struct field lgr_fields[] = {
	F_ENUM(smc_lgr, mode, mode_names),
	F_UINT(smc_lgr, id),
	F_BOOL(smc_lgr, server),
	F_UINT(smc_lgr, version),
	F_STR(smc_lgr, pnetid),
	F_STR(smc_lgr, peer),
	F_STR(smc_lgr, eid),
	F_UINT(smc_lgr, conns),
	F_LIST(smc_lgr, link, nr_link, link_fields),
	F_END,
};

static const struct field sum_fields[] = {
	F_U64(smc_sum, client),
	F_U64(smc_sum, server),
	F_U64(smc_sum, rx_bytes),
	F_U64(smc_sum, tx_bytes),
	F_U64(smc_sum, rx_calls),
	F_U64(smc_sum, tx_calls),
	F_END,
};

static const struct field view_fields[] = {
	F_BOOL(smc_view, loaded),
	F_ENUM(smc_view, diag, tri_names),
	F_BOOL(smc_view, stats_known),
	F_UINT(smc_view, listening),
	F_UINT(smc_view, opening),
	F_U64(smc_view, memory_bytes),
	F_U64(smc_view, failed_client),
	F_U64(smc_view, failed_server),
	F_U64(smc_view, fallback_client),
	F_U64(smc_view, fallback_server),
	F_LIST(smc_view, why, nr_why, why_fields),
	F_LIST(smc_view, lgr, nr_lgr, lgr_fields),
	F_LIST(smc_view, conn, nr_conn, conn_fields),
	F_END,
};

/* What an enum and an array of one struct hold, by the names of modes. */
static int modes_add(struct json_object *json, const struct smc_view *view)
{
	struct json_object *nr = json_object_new_object(), *sums = json_object_new_object(), *one;
	unsigned int i;

	if (!nr || !sums || json_object_object_add(json, "connections", nr) ||
	    json_object_object_add(json, "since_loaded", sums))
		return -1;
	for (i = 0; i < SMC_MODE_COUNT; i++) {
		one = json_object_new_int64(view->nr_mode[i]);
		if (!one || json_object_object_add(nr, mode_names[i], one))
			return -1;
	}
	for (i = SMC_MODE_R; i <= SMC_MODE_D; i++) {
		one = fields_to_json(sum_fields, &view->sum[i]);
		if (!one || json_object_object_add(sums, mode_names[i], one))
			return -1;
	}
	return 0;
}

/* A code's word and its words, beside the number. */
static int why_add(struct json_object *list, const char *from)
{
	struct json_object *row, *code, *word, *words;
	char text[160];
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		row = json_object_array_get_idx(list, i);
		if (!json_object_object_get_ex(row, from, &code) || !json_object_get_int64(code))
			continue;
		smc_reason_text((uint32_t)json_object_get_int64(code), text, sizeof(text));
		word = json_object_new_string(
			smc_reason_word((uint32_t)json_object_get_int64(code)));
		words = json_object_new_string(text);
		if (!word || !words || json_object_object_add(row, "why", word) ||
		    json_object_object_add(row, "text", words))
			return -1;
	}
	return 0;
}

struct json_object *view_smc_status_json(const struct smc_view *view)
{
	struct json_object *json = fields_to_json(view_fields, view), *why, *conn;

	if (!json)
		return NULL;
	if (modes_add(json, view) || !json_object_object_get_ex(json, "why", &why) ||
	    !json_object_object_get_ex(json, "conn", &conn) || why_add(why, "code") ||
	    why_add(conn, "reason")) {
		json_object_put(json);
		return NULL;
	}
	return json;
}
