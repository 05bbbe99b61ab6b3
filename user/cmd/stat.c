// SPDX-License-Identifier: GPL-2.0
/* netlane stat: what each lane carries, and how much of it stays on its CPU. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "cmd/cmd.h"
#include "cmd/flow.h"
#include "cmd/timer.h"
#include "facts/facts.h"
#include "observe/traffic.h"
#include "view/view.h"

struct stat_opts {
	const char *config;
	bool json;
};

/* One queue over one interval. */
struct stat_row {
	char nic[IFNAME_LEN];
	unsigned int lane;
	int cpu; /* of the lane; -1: no lane has this queue */
	uint64_t rx_pkts;
	uint64_t rx_on_lane_pkts; /* received by the lane's CPU */
	uint64_t tx_pkts;
	uint64_t tx_on_lane_pkts; /* sent by CPUs whose lane this is */
};

static const struct field stat_fields[] = {
	F_STR(stat_row, nic),
	F_UINT(stat_row, lane),
	F_INT(stat_row, cpu),
	F_U64(stat_row, rx_pkts),
	F_U64(stat_row, rx_on_lane_pkts),
	F_U64(stat_row, tx_pkts),
	F_U64(stat_row, tx_on_lane_pkts),
	F_END,
};

static const struct lane *lane_of(const struct plan *plan, const struct nic *nic, unsigned int q)
{
	unsigned int i;

	for (i = 0; i < plan->nr_nic; i++)
		if (!strcmp(plan->nic[i].ifname, nic->ifname) && q < plan->nic[i].nr_lane)
			return &plan->nic[i].lane[q];
	return NULL;
}

static int row_fill(const struct traffic *traffic, const struct flow *flow, unsigned int n,
		    unsigned int q, struct traffic_cell *cells, struct stat_row *row)
{
	const struct nic *nic = &flow->facts.nic[n];
	const struct lane *lane = lane_of(&flow->plan, nic, q);
	unsigned int cpu;
	int ret;

	memset(row, 0, sizeof(*row));
	(void)text_copy(row->nic, sizeof(row->nic), nic->ifname); /* the same length */
	row->lane = q;
	row->cpu = lane ? (int)lane->cpu : -1;
	ret = traffic_read(traffic, n, TRAFFIC_RX, q, cells);
	for (cpu = 0; !ret && cpu < traffic_cpus(traffic); cpu++) {
		row->rx_pkts += cells[cpu].packets;
		row->rx_on_lane_pkts += lane && lane->cpu == cpu ? cells[cpu].packets : 0;
	}
	if (!ret)
		ret = traffic_read(traffic, n, TRAFFIC_TX, q, cells);
	for (cpu = 0; !ret && cpu < traffic_cpus(traffic); cpu++) {
		row->tx_pkts += cells[cpu].packets;
		row->tx_on_lane_pkts += lane && cpumask_has(&lane->xps, cpu) ? cells[cpu].packets :
									       0;
	}
	return ret;
}

static void share(char *buf, size_t len, uint64_t part, uint64_t all)
{
	if (all)
		(void)snprintf(buf, len, "%.1f %%", 100.0 * (double)part / (double)all);
	else
		(void)snprintf(buf, len, "-");
}

static void row_add(struct text *out, const struct stat_row *row)
{
	char rx[16], tx[16], cpu[16] = "-", ifname[64];

	share(rx, sizeof(rx), row->rx_on_lane_pkts, row->rx_pkts);
	share(tx, sizeof(tx), row->tx_on_lane_pkts, row->tx_pkts);
	if (row->cpu >= 0)
		(void)snprintf(cpu, sizeof(cpu), "%d", row->cpu);
	text_escape(ifname, sizeof(ifname), row->nic);
	text_add(out, "%-10s %5u %4s %12llu %9s %12llu %9s\n", ifname, row->lane, cpu,
		 (unsigned long long)row->rx_pkts, rx, (unsigned long long)row->tx_pkts, tx);
}

/* All rows of all counted NICs, as text or as a JSON array. */
static int rows_print(const struct traffic *traffic, const struct flow *flow, bool json)
{
	struct traffic_cell *cells = calloc(traffic_cpus(traffic), sizeof(*cells));
	struct json_object *array = json ? json_object_new_array() : NULL;
	struct text text = { 0 };
	unsigned int n, q, last;
	struct stat_row row;

	if (!cells || (json && !array)) {
		free(cells);
		return fail("out of memory");
	}
	text_add(&text, "%-10s %5s %4s %12s %9s %12s %9s\n", "NIC", "LANE", "CPU", "RX PKTS",
		 "ON LANE", "TX PKTS", "ON LANE");
	for (n = 0; n < flow->facts.nr_nic; n++) {
		last = flow->facts.nic[n].nr_queue;
		for (q = 0; q <= last; q++) {
			if (row_fill(traffic, flow, n, q, cells, &row))
				break;
			/* beyond the lanes a row is worth showing only if something is in it */
			if (row.cpu < 0 && !row.rx_pkts && !row.tx_pkts)
				continue;
			if (json)
				(void)json_object_array_add(array,
							    fields_to_json(stat_fields, &row));
			else
				row_add(&text, &row);
		}
	}
	free(cells);
	if (!json)
		return print_text(&text);
	text_free(&text);
	return print_json(array);
}

static int stat_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct stat_opts *opts = arg;
	struct flow_from from = { .config = opts->config };
	struct traffic *traffic = NULL;
	struct err err = { 0 };
	unsigned int seconds = 1;
	struct flow flow;
	int ret, code;

	if (nr_words > 1 || (nr_words && text_seconds(words[0], &seconds))) {
		(void)fail("stat takes one time, 1 second to 7 days, such as 5 or 1m");
		return CODE_USAGE;
	}
	ret = flow_prepare(&from, &flow, &err);
	if (!ret)
		ret = traffic_open(&flow.facts, &traffic, &err);
	if (!ret) {
		timer_wait(boot_ms() + seconds * 1000ULL);
		code = rows_print(traffic, &flow, opts->json);
	} else {
		code = fail_err(ret, &err);
	}
	traffic_close(traffic);
	flow_free(&flow);
	return code;
}

static const struct option_desc stat_options[] = {
	{ "json", OPTION_FLAG, offsetof(struct stat_opts, json), NULL, "as JSON" },
	{ "config", OPTION_TEXT, offsetof(struct stat_opts, config), "FILE",
	  "instead of /etc/netlane/netlane.conf and its .d folder" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_stat = {
	.name = "stat",
	.words = "[TIME]",
	.summary = "count what each lane carries for a while, and how much stays on it",
	.help = "Counts packets for TIME (1 s) by queue and CPU with BPF: how many each lane\n"
		"received and sent, and which share of them on its own CPUs. A GSO super-packet\n"
		"counts one. Needs root and a kernel with BTF; changes nothing.",
	.options = stat_options,
	.size = sizeof(struct stat_opts),
	.run = stat_run,
};
