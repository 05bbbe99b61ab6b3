// SPDX-License-Identifier: GPL-2.0
/* The line `now` of the first screen and of status; see load.h. */
#include <math.h>
#include <stdio.h>

#include "judge/load.h"
#include "view/load.h"

/* "812k", by the same rule as in the columns. */
static void si(double value, char *buf, size_t len)
{
	const struct column plain = { .name = "", .unit = "" };

	column_format(&plain, value, buf, len);
}

/* How much the busiest lane has more than an equal share; 1: none. */
static double skew_of(const struct load *lanes)
{
	uint64_t most = 0, all = 0, packets;
	unsigned int i, nr = 0;

	for (i = 0; i < lanes->nr_row; i++) {
		const struct load_row *row = &lanes->row[i];

		if (row->unknown_queue || row->cpu < 0)
			continue;
		packets = row->rx.wire_packets + row->tx.wire_packets;
		most = packets > most ? packets : most;
		all += packets;
		nr++;
	}
	return nr > 1 && all ? (double)most * nr / (double)all : NAN;
}

static void worst_wait_add(struct text *out, const struct load *cpus)
{
	const struct load_row *worst = NULL;
	uint64_t worst_ns = 0, ns;
	unsigned int i;

	for (i = 0; i < cpus->nr_row; i++) {
		ns = hist_quantile_ns(&cpus->row[i].wait, 990);
		if (ns <= worst_ns)
			continue;
		worst_ns = ns;
		worst = &cpus->row[i];
	}
	if (worst)
		text_add(out, "  softirq wait p99 %.0f us on CPU %d", (double)worst_ns / 1000,
			 worst->cpu);
}

void view_now(struct text *out, const struct load *lanes, const struct load *cpus, uint64_t cap_pps)
{
	const struct load_row *total = &lanes->total;
	char rx[16], tx[16], bits[16];
	double skew = skew_of(lanes), pps;

	if (!(lanes->seconds > 0)) {
		text_add(out, "nothing was measured");
		return;
	}
	pps = (double)total->rx.wire_packets / lanes->seconds;
	si(pps, rx, sizeof(rx));
	si((double)total->tx.wire_packets / lanes->seconds, tx, sizeof(tx));
	si((double)(total->rx.wire_bytes + total->tx.wire_bytes) * 8 / lanes->seconds, bits,
	   sizeof(bits));
	text_add(out, "%s pps in", rx);
	if (cap_pps)
		text_add(out, " (%.0f %% of the instance's cap)", 100 * pps / (double)cap_pps);
	text_add(out, ", %s out, %s bit/s", tx, bits);
	if (!isnan(skew))
		text_add(out, "  skew %.1f", skew);
	worst_wait_add(out, cpus);
}
