// SPDX-License-Identifier: GPL-2.0
/* The columns of stat and top; see columns.h. */
#include "view/columns.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "judge/load.h"

#define NS_PER_US 1000.0
#define COLUMN_MIN 6 /* what column_format() may need */
#define NS_PER_S 1e9

static double rate(const struct load *load, uint64_t n)
{
	return load->seconds > 0 ? (double)n / load->seconds : NAN;
}

static double part(uint64_t n, uint64_t of)
{
	return of ? 100.0 * (double)n / (double)of : NAN;
}

/* The kernel counts these since boot, not since the loading. */
static double kernel_rate(const struct load *load, uint64_t n)
{
	return load->since_load ? NAN : rate(load, n);
}

#define RATE(name, expr)                                                                \
	static double name##_value(const struct load *load, const struct load_row *row) \
	{                                                                               \
		return rate(load, expr);                                                \
	}
RATE(rx_pps, row->rx.wire_packets)
RATE(rx_bps, row->rx.wire_bytes * 8)
RATE(rx_skbps, row->rx.packets)
RATE(tx_pps, row->tx.wire_packets)
RATE(tx_bps, row->tx.wire_bytes * 8)
RATE(tx_skbps, row->tx.packets)

static double rx_lane_value(const struct load *load, const struct load_row *row)
{
	return part(row->rx_home, row->rx_laned);
}

static double tx_lane_value(const struct load *load, const struct load_row *row)
{
	return part(row->tx_home, row->tx_laned);
}

static double share_value(const struct load *load, const struct load_row *row)
{
	return part(row->rx.wire_packets + row->tx.wire_packets,
		    load->total.rx.wire_packets + load->total.tx.wire_packets);
}

static double crossed_value(const struct load *load, const struct load_row *row)
{
	return load->crossings ? rate(load, row->crossed) : NAN;
}

static double quantile(const struct load *load, const struct hist *hist, unsigned int permille)
{
	return load->softirq && hist_count(hist) ?
		       (double)hist_quantile_ns(hist, permille) / NS_PER_US :
		       NAN;
}

static double wait_p50_value(const struct load *load, const struct load_row *row)
{
	return quantile(load, &row->wait, 500);
}

static double wait_p99_value(const struct load *load, const struct load_row *row)
{
	return quantile(load, &row->wait, 990);
}

static double run_p99_value(const struct load *load, const struct load_row *row)
{
	return quantile(load, &row->run, 990);
}

static double run_value(const struct load *load, const struct load_row *row)
{
	return load->softirq && load->seconds > 0 ?
		       100.0 * (double)row->run_ns / (load->seconds * NS_PER_S) :
		       NAN;
}

static double runs_value(const struct load *load, const struct load_row *row)
{
	return load->softirq ? rate(load, hist_count(&row->run)) : NAN;
}

#define KERNEL_RATE(name, field)                                                        \
	static double name##_value(const struct load *load, const struct load_row *row) \
	{                                                                               \
		return kernel_rate(load, row->field);                                   \
	}
KERNEL_RATE(squeezed, squeezed)
KERNEL_RATE(backlog_drop, backlog_drops)
KERNEL_RATE(rx_drop, rx_drops)
KERNEL_RATE(tx_drop, tx_drops)
KERNEL_RATE(qdisc_drop, qdisc_drops)
KERNEL_RATE(requeue, requeues)

#define COLUMN(name, unit, help)                 \
	{                                        \
#name, unit, help, name##_value, \
	}
const struct column columns[] = {
	COLUMN(rx_pps, "packets/s", "received, each segment of a super-packet counted"),
	COLUMN(rx_bps, "bit/s", "received, link header in, each segment with its own headers"),
	COLUMN(rx_skbps, "packets/s", "received, a super-packet counted once, before GRO"),
	COLUMN(rx_lane, "%", "of the received packets: taken by the lane's own CPU"),
	COLUMN(tx_pps, "packets/s", "sent, each segment of a super-packet counted"),
	COLUMN(tx_bps, "bit/s", "sent, link header in, each segment with its own headers"),
	COLUMN(tx_skbps, "packets/s", "sent, a super-packet counted once"),
	COLUMN(tx_lane, "%", "of the sent packets: sent by a CPU of the lane"),
	COLUMN(share, "%", "of the node's packets, both ways"),
	COLUMN(crossed, "packets/s",
	       "after GRO, processed on another CPU than the one that took them; - without RPS"),
	COLUMN(wait_p50, "us", "NET_RX softirq, raise to start: half of them waited less"),
	COLUMN(wait_p99, "us", "NET_RX softirq, raise to start: 1 % waited longer"),
	COLUMN(run_p99, "us", "NET_RX softirq, start to end: 1 % ran longer"),
	COLUMN(run, "%", "of one CPU's time spent in NET_RX softirqs"),
	COLUMN(runs, "/s", "NET_RX softirqs"),
	COLUMN(squeezed, "/s", "NET_RX softirqs that stopped with work left (budget)"),
	COLUMN(backlog_drop, "packets/s", "dropped at the CPU's backlog: full, or flow limit"),
	COLUMN(rx_drop, "packets/s", "dropped by the device or driver on receive"),
	COLUMN(tx_drop, "packets/s", "dropped by the driver on transmit"),
	COLUMN(qdisc_drop, "packets/s", "dropped by the NIC's qdiscs"),
	COLUMN(requeue, "packets/s", "put back by the qdiscs: the transmit ring was full"),
	{ NULL, NULL, NULL, NULL },
};

static const struct column *column_find(const char *name, size_t len)
{
	const struct column *column;

	for (column = columns; column->name; column++)
		if (strlen(column->name) == len && !strncmp(column->name, name, len))
			return column;
	return NULL;
}

int columns_parse(const char *names, struct column_list *list, struct err *err)
{
	const struct column *column;
	char all[400] = "";
	size_t len, at = 0;

	list->nr = 0;
	for (;;) {
		len = strcspn(names, ",");
		column = column_find(names, len);
		if (!column || list->nr == COLUMNS_MAX)
			break;
		list->column[list->nr++] = column;
		if (!names[len])
			return 0;
		names += len + 1;
	}
	for (column = columns; column->name && at < sizeof(all); column++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%s",
				       column == columns ? "" : ", ", column->name);
	return err_set(err, -EINVAL, "'%.*s' is no field; there are %s", (int)(len < 40 ? len : 40),
		       names, all);
}

void columns_default(enum load_by by, struct column_list *list)
{
	static const char *const names[] = {
		[LOAD_BY_LANE] = "rx_pps,rx_bps,rx_lane,tx_pps,tx_bps,tx_lane,wait_p99,run",
		[LOAD_BY_QUEUE] = "rx_pps,rx_skbps,rx_bps,rx_lane,tx_pps,tx_skbps,tx_bps,tx_lane",
		[LOAD_BY_CPU] = "rx_pps,rx_lane,tx_pps,tx_lane,wait_p50,wait_p99,run,squeezed",
		[LOAD_BY_NIC] = "rx_pps,rx_bps,rx_lane,tx_pps,tx_bps,tx_lane,rx_drop,qdisc_drop",
	};

	(void)columns_parse(names[by], list, NULL); /* the unit test parses all of them */
}

int column_width(const struct column *column)
{
	size_t len = strlen(column->name);

	return len > COLUMN_MIN ? (int)len : COLUMN_MIN;
}

void column_format(const struct column *column, double value, char *buf, size_t len)
{
	static const char suffix[] = " kMGTP";
	unsigned int i = 0;

	if (isnan(value)) {
		(void)snprintf(buf, len, "-");
		return;
	}
	if (!strcmp(column->unit, "%")) {
		(void)snprintf(buf, len, "%.1f", value);
		return;
	}
	while (value >= 999.5 && i < sizeof(suffix) - 2) {
		value /= 1000;
		i++;
	}
	/* three digits that mean something; a whole number below 1000 as it is */
	if (!i)
		(void)snprintf(buf, len, value > 0 && value < 9.95 ? "%.1f" : "%.0f", value);
	else
		(void)snprintf(buf, len,
			       value < 9.995 ? "%.2f%c" :
			       value < 99.95 ? "%.1f%c" :
					       "%.0f%c",
			       value, suffix[i]);
}
