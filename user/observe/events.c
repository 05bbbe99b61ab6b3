// SPDX-License-Identifier: GPL-2.0
/* The maps of bpf/tcp.bpf.c; see events.h. */
#include "observe/events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "observe/accepts.h"
#include "observe/events_take.h"
#include "observe/paths.h"
#include "observe/rows_latest.h"
#include "skel/tcp.skel.h"

/* X(id, name of the pin and libbpf's, key, value, entries) */
#define EVENT_MAP_LIST(X)                                                                      \
	X(INFO, tcp_info, __u32, struct lane_info, 1)                                          \
	X(ROWS, tcp_rows, struct tcp_row_key, struct tcp_row, TCP_ROWS_MAX)                    \
	X(REST, tcp_rest, __u32, struct tcp_row, 1)                                            \
	X(LANES, tcp_lanes, __u32, struct tcp_row, 1)                                          \
	X(ACCEPTS, tcp_accepts, struct tcp_accept_key, struct tcp_accept_row, TCP_ACCEPTS_MAX) \
	X(LOST, tcp_accepts_lost, __u32, __u64, 1)                                             \
	X(SERVES, tcp_serves, struct tcp_accept_key, struct tcp_serve, TCP_ACCEPTS_MAX)        \
	X(RECEIVED, tcp_received, __u32, __u64, TCP_RECEIVERS)                                 \
	X(PATHS, tcp_paths, struct tcp_path_key, struct tcp_path, TCP_PATHS_MAX)               \
	X(PATHS_LOST, tcp_paths_lost, __u32, __u64, 1)                                         \
	X(TAKERS, tcp_takers, struct tcp_taker_key, struct tcp_taker, TCP_TAKERS_MAX)

#define EVENT_PROG_LIST(X)                    \
	X(RETRANSMIT, tcp_retransmit)         \
	X(TIMEOUT, tcp_timeout)               \
	X(ZERO_WINDOW, tcp_zero_window)       \
	X(RESET_SENT, tcp_reset_sent)         \
	X(RESET_RECEIVED, tcp_reset_received) \
	X(STATE, tcp_state)                   \
	X(CLOSED, tcp_closed)                 \
	X(ACCEPTED, tcp_accepted)             \
	X(ACCEPTED_OLD, tcp_accepted_old)

#define MAP_ID(id, name, key, value, entries) MAP_##id,
enum { EVENT_MAP_LIST(MAP_ID) MAP_COUNT };
#define MAP_ROW(id, name, key, value, entries) \
	{ #name, #name, sizeof(key), sizeof(value), entries },
static const struct object_map maps[] = { EVENT_MAP_LIST(MAP_ROW) };
#define PROG_ID(id, name) PROG_##id,
enum { EVENT_PROG_LIST(PROG_ID) PROG_COUNT };
#define PROG_NAME(id, name) #name,
static const char *const progs[] = { EVENT_PROG_LIST(PROG_NAME) };

_Static_assert(MAP_COUNT <= OBJECT_MAPS_MAX, "");
_Static_assert(PROG_COUNT <= OBJECT_PROGS_MAX, "");
_Static_assert(EVENT_STATES <= TCP_STATES, "");
_Static_assert(HIST_BUCKETS >= TCP_BUCKETS, "");

/* ---- the object */

static int events_suit(void *arg, const struct btf *btf)
{
	struct tcp_bpf *skel = arg;
	unsigned int accept = object_arguments(btf, "inet_csk_accept", BTF_KIND_FUNC);
	int ret = 0;

	/* a tracepoint's first argument is hidden */
	skel->rodata->retransmit_says_error =
		object_arguments(btf, "btf_trace_tcp_retransmit_skb", BTF_KIND_TYPEDEF) >= 4;
	skel->rodata->has_states =
		object_arguments(btf, "btf_trace_tcp_cong_state_set", BTF_KIND_TYPEDEF) >= 3;
	if (!skel->rodata->has_states)
		ret = bpf_program__set_autoload(skel->progs.tcp_state, false);
	if (!ret && accept != 2)
		ret = bpf_program__set_autoload(skel->progs.tcp_accepted, false);
	if (!ret && accept != 4)
		ret = bpf_program__set_autoload(skel->progs.tcp_accepted_old, false);
	return ret;
}

static struct bpf_object *events_object(void **skel)
{
	struct tcp_bpf *tcp = tcp_bpf__open();

	*skel = tcp;
	return tcp ? tcp->obj : NULL;
}

static void events_destroy(void *skel)
{
	tcp_bpf__destroy(skel);
}

static const struct object_kind events_kind = {
	.missing = "what happens to TCP connections is not counted",
	.map = maps,
	.nr_map = MAP_COUNT,
	.prog = progs,
	.nr_prog = PROG_COUNT,
	.open = events_object,
	.close = events_destroy,
	.bytes = tcp_bpf__elf_bytes,
	.suit = events_suit,
};

struct keeping events_keeping(void)
{
	return (struct keeping){ .kind = &events_kind };
}

/* ---- reading */

/* A table and how it is laid out. */
struct table {
	unsigned int map;
	struct rows_layout layout;
};

static const struct table rows_table = {
	.map = MAP_ROWS,
	.layout = { .key_size = sizeof(struct tcp_row_key),
		    .value_size = sizeof(struct tcp_row),
		    .netns_at = offsetof(struct tcp_row_key, netns),
		    .mix_at = offsetof(struct tcp_row_key, mix),
		    .last_ns_at = offsetof(struct tcp_row, last_ns) },
};

static const struct table accepts_table = {
	.map = MAP_ACCEPTS,
	.layout = { .key_size = sizeof(struct tcp_accept_key),
		    .value_size = sizeof(struct tcp_accept_row),
		    .netns_at = offsetof(struct tcp_accept_key, netns),
		    .mix_at = offsetof(struct tcp_accept_key, mix),
		    .last_ns_at = offsetof(struct tcp_accept_row, last_ns) },
};

static const struct table paths_table = {
	.map = MAP_PATHS,
	.layout = { .key_size = sizeof(struct tcp_path_key),
		    .value_size = sizeof(struct tcp_path),
		    .netns_at = offsetof(struct tcp_path_key, listener.netns),
		    .mix_at = offsetof(struct tcp_path_key, listener.mix),
		    .last_ns_at = offsetof(struct tcp_path, last_ns) },
};

/* Read by base/takers.c; of no namespace. */
static const struct table takers_table = {
	.map = MAP_TAKERS,
	.layout = { .key_size = sizeof(struct tcp_taker_key),
		    .value_size = sizeof(struct tcp_taker),
		    .last_ns_at = offsetof(struct tcp_taker, last_ns) },
};

static int table_read(const struct object *o, const struct table *t, struct rows *rows)
{
	return rows_read(o->map[t->map], maps[t->map].entries, t->layout.key_size,
			 t->layout.value_size, rows);
}

static int table_latest(const struct object *o, const struct table *t, struct rows *rows)
{
	int ret = table_read(o, t, rows);

	return ret ? ret : rows_keep_latest(&t->layout, rows);
}

static int groups_take(const struct object *o, struct events *events)
{
	struct rows rows;
	int ret = table_latest(o, &rows_table, &rows);

	if (!ret)
		ret = events_rows_take(&rows, events);
	rows_free(&rows);
	return ret;
}

/* Who accepted is kept by the same keys. */
static int ports_take(const struct object *o, struct events *events)
{
	struct rows rows;
	int ret = table_latest(o, &accepts_table, &rows);

	if (!ret)
		ret = events_accepts_take(&rows, events);
	if (!ret)
		ret = accepts_serve(o->map[MAP_SERVES], rows.keys, events->accept,
				    events->nr_accept);
	rows_free(&rows);
	return ret ? ret : accepts_matrix(o->map[MAP_RECEIVED], &events->matrix);
}

static int paths_get(const struct object *o, struct event_paths *paths)
{
	struct rows rows;
	int ret = table_latest(o, &paths_table, &rows);

	if (!ret)
		ret = paths_take(&rows, paths);
	rows_free(&rows);
	return ret;
}

static int lanes_read(const struct object *o, struct events *events)
{
	const unsigned int nr = (unsigned int)libbpf_num_possible_cpus(), zero = 0;
	struct tcp_row *rows = calloc(nr, sizeof(*rows)), rest;
	uint64_t *lost = calloc(nr, sizeof(*lost)), *pathless = calloc(nr, sizeof(*pathless));
	unsigned int i;
	int ret = 0;

	events->lane = calloc(nr, sizeof(*events->lane));
	if (!rows || !lost || !pathless || !events->lane)
		ret = -ENOMEM;
	else if (bpf_map_lookup_elem(o->map[MAP_LANES], &zero, rows) ||
		 bpf_map_lookup_elem(o->map[MAP_LOST], &zero, lost) ||
		 bpf_map_lookup_elem(o->map[MAP_PATHS_LOST], &zero, pathless) ||
		 bpf_map_lookup_elem(o->map[MAP_REST], &zero, &rest))
		ret = -errno;
	if (!ret) {
		events->nr_lane = nr;
		events_count_take(&events->rest, &rest);
	}
	for (i = 0; i < nr && !ret; i++) {
		events_count_take(&events->lane[i], &rows[i]);
		events->accepts_lost += lost[i];
		events->paths.lost += pathless[i];
	}
	free(rows);
	free(pathless);
	free(lost);
	return ret;
}

static bool is_attached(const struct object *o, unsigned int prog)
{
	int fd = object_link(o, prog);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int adopt_failed(int ret, struct err *err)
{
	if (ret == -EPERM || ret == -EACCES)
		return err_set(err, -EPERM, "reading BPF maps needs root");
	if (ret == -ESTALE)
		return err_set(err, ret, "another version of netlane is counting");
	return err_set(err, -ENOENT,
		       "not counted; netlane up, or the service, counts it (unless "
		       "counters = no)");
}

int events_read(struct events *events, struct err *err)
{
	struct object o;
	int ret;

	memset(events, 0, sizeof(*events));
	ret = object_open(&events_kind, &o);
	if (ret)
		return adopt_failed(ret, err);
	events->at_ns = clock_boot_ns();
	events->since_ns = o.info.loaded_ns;
	events->timeouts_known = is_attached(&o, PROG_TIMEOUT);
	events->zero_windows_known = is_attached(&o, PROG_ZERO_WINDOW);
	events->states_known = is_attached(&o, PROG_STATE);
	ret = groups_take(&o, events);
	if (!ret)
		ret = ports_take(&o, events);
	if (!ret)
		ret = paths_get(&o, &events->paths);
	if (!ret)
		ret = lanes_read(&o, events);
	object_close(&o);
	return ret ? err_set(err, ret, "the BPF maps cannot be read: %s", strerror(-ret)) : 0;
}

int events_matrix(struct event_matrix *matrix, struct event_paths *paths)
{
	struct object o;
	int ret;

	memset(matrix, 0, sizeof(*matrix));
	memset(paths, 0, sizeof(*paths));
	ret = object_open(&events_kind, &o);
	if (ret)
		return ret;
	ret = accepts_matrix(o.map[MAP_RECEIVED], matrix);
	if (!ret)
		ret = paths_get(&o, paths);
	object_close(&o);
	return ret;
}

static void row_remove(const struct object *o, const struct table *t, const void *key)
{
	/* first what has no time of its own: what comes in between makes it anew */
	if (t->map == MAP_ACCEPTS)
		(void)bpf_map_delete_elem(o->map[MAP_SERVES], key);
	(void)bpf_map_delete_elem(o->map[t->map], key);
}

/* Removes what has been idle so long, where a table is nearly full. */
static void table_tidy(const struct object *o, const struct table *t, uint64_t idle_ns)
{
	const unsigned int enough = maps[t->map].entries / 4 * 3;
	unsigned int i, left;
	uint64_t now, last;
	struct rows rows;

	if (!table_read(o, t, &rows)) {
		now = clock_mono_ns();
		left = rows.nr;
		for (i = 0; i < rows.nr && left > enough; i++) {
			last = rows_last_ns(&t->layout, &rows, i);
			/* an event that falls in between is lost with a row of hours ago */
			if (now <= last || now - last <= idle_ns)
				continue;
			row_remove(o, t, rows_key(&t->layout, &rows, i));
			left--;
		}
	}
	rows_free(&rows);
}

void events_tidy(unsigned int idle_s)
{
	const uint64_t idle_ns = 1000000000ULL * idle_s;
	struct object o;

	if (object_adopt(&events_kind, &o))
		return; /* nothing is counted */
	table_tidy(&o, &rows_table, idle_ns);
	table_tidy(&o, &accepts_table, idle_ns);
	table_tidy(&o, &paths_table, idle_ns);
	table_tidy(&o, &takers_table, idle_ns);
	object_close(&o);
}

void events_free(struct events *events)
{
	unsigned int i;

	free(events->row);
	free(events->lane);
	for (i = 0; i < events->nr_accept; i++)
		free(events->accept[i].by_cpu);
	free(events->accept);
	free(events->matrix.accepted);
	free(events->paths.path);
	memset(events, 0, sizeof(*events));
}
