// SPDX-License-Identifier: GPL-2.0
/* The screen of top as text; see top.h. */
#include "view/top.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/load.h"
#include "view/load.h"

#define LINES_ABOVE 5 /* title, now, accepts, what is shown, header */
#define LINES_BELOW 2 /* total, keys */
#define SPARK_MIN 8

/* In the order in which they are shown as the terminal gets wider. */
static const char wide_columns[] = "rx_pps,rx_bps,rx_lane,tx_pps,tx_bps,tx_lane,wait_p99,run,share,"
				   "wait_p50,crossed,squeezed,runs,run_p99,rx_skbps,tx_skbps";

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double pps_of(const struct load *load, const struct load_row *row)
{
	return load->seconds > 0 ?
		       (double)(row->rx.wire_packets + row->tx.wire_packets) / load->seconds :
		       0;
}

/* ---- the past */

static struct top_past *past_of(struct top *top, const struct load_row *row, bool make)
{
	struct top_past *past;
	unsigned int i;

	for (i = 0; i < top->nr_past; i++) {
		past = &top->past[i];
		if (past->queue == row->queue && past->cpu == row->cpu &&
		    !strcmp(past->ifname, row->ifname))
			return past;
	}
	if (!make)
		return NULL;
	past = realloc(top->past, (top->nr_past + 1) * sizeof(*past));
	if (!past)
		return NULL;
	top->past = past;
	past += top->nr_past++;
	memset(past, 0, sizeof(*past));
	(void)text_copy(past->ifname, sizeof(past->ifname), row->ifname); /* the same length */
	past->queue = row->queue;
	past->cpu = row->cpu;
	return past;
}

void top_remember(struct top *top, const struct load *load)
{
	struct top_past *past;
	unsigned int i;

	for (i = 0; i < load->nr_row; i++) {
		past = past_of(top, &load->row[i], true);
		if (past)
			past->pps[past->nr++ % TOP_HISTORY] = pps_of(load, &load->row[i]);
	}
}

void top_free(struct top *top)
{
	free(top->past);
	top->past = NULL;
	top->nr_past = 0;
}

/* The last @width readings, against the highest of them. */
static void spark_add(struct text *out, struct top *top, const struct load_row *row,
		      unsigned int width)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", ".", ".", ":", ":", "-", "=", "+", "#" };
	const struct top_past *past = past_of(top, row, false);
	unsigned int i, nr, level;
	double most = 0;

	nr = !past ? 0 : past->nr < TOP_HISTORY ? past->nr : TOP_HISTORY;
	nr = nr < width ? nr : width;
	for (i = 0; i < nr; i++)
		most = larger(most, past->pps[(past->nr - nr + i) % TOP_HISTORY]);
	text_add(out, "%*s", (int)(width - nr), "");
	for (i = 0; i < nr; i++) {
		level = most > 0 ? (unsigned int)(past->pps[(past->nr - nr + i) % TOP_HISTORY] /
							  most * 8 +
						  0.5) :
				   0;
		text_add(out, "%s", (top->utf8 ? blocks : ascii)[level > 8 ? 8 : level]);
	}
}

/* ---- the order */

struct ranked {
	const struct load_row *row;
	double key;
	unsigned int at; /* as it stands: the order of equals */
};

static int ranked_compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? 1 : -1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* How many times more, or fewer. */
static double times(double a, double b)
{
	a += 1;
	b += 1;
	return a > b ? a / b : b / a;
}

/* How far a row is from the others, in packets or in wait: 1 is not at all. */
static double oddness(const struct load *load, const struct load_row *row, double mean_pps,
		      double mean_wait_ns)
{
	double wait_ns = (double)hist_quantile_ns(&row->wait, 990);
	double odd = times(pps_of(load, row), mean_pps);

	return wait_ns > mean_wait_ns ? larger(odd, times(wait_ns, mean_wait_ns)) : odd;
}

static void rank(const struct top *top, const struct load *load, bool odd_first,
		 struct ranked *ranked)
{
	double mean_pps = 0, mean_wait_ns = 0;
	unsigned int i;

	for (i = 0; i < load->nr_row; i++) {
		mean_pps += pps_of(load, &load->row[i]) / load->nr_row;
		mean_wait_ns += (double)hist_quantile_ns(&load->row[i].wait, 990) / load->nr_row;
	}
	for (i = 0; i < load->nr_row; i++) {
		ranked[i] = (struct ranked){ .row = &load->row[i], .at = i };
		if (top->sort)
			ranked[i].key = top->sort->value(load, &load->row[i]);
		else if (odd_first)
			ranked[i].key = oddness(load, &load->row[i], mean_pps, mean_wait_ns);
		if (isnan(ranked[i].key))
			ranked[i].key = -1; /* unknown: last */
		if (top->reverse)
			ranked[i].key = -ranked[i].key;
	}
	qsort(ranked, load->nr_row, sizeof(*ranked), ranked_compare);
}

/* ---- the lines */

/* As many as fit beside label and sparkline; what is left over is the sparkline's. */
static unsigned int columns_fit(const struct top *top, struct column_list *list)
{
	unsigned int label = (unsigned int)load_label_width(top->by);
	unsigned int left =
		top->width > label + SPARK_MIN + 1 ? top->width - label - 1 - SPARK_MIN : 0;
	unsigned int nr;

	(void)columns_parse(wide_columns, list, NULL); /* the unit test draws all of them */
	for (nr = 0; nr < list->nr; nr++) {
		unsigned int width = (unsigned int)column_width(list->column[nr]) + 1;

		if (width > left)
			break;
		left -= width;
	}
	list->nr = nr;
	left += SPARK_MIN;
	return left < TOP_HISTORY ? left : TOP_HISTORY;
}

/* One line of the screen: cut, never wrapped; @s is ASCII or its last part is a sparkline. */
static void line_add(struct text *out, const struct top *top, const char *s)
{
	text_add(out, "%.*s\n", (int)top->width, s ? s : "");
}

static void header_add(struct text *out, const struct top *top, const struct column_list *list)
{
	struct text line = { 0 };

	load_header(&line, top->by, list);
	text_add(&line, " HISTORY");
	line_add(out, top, line.s);
	text_free(&line);
}

static void row_line(struct text *out, struct top *top, const struct load *load,
		     const struct load_row *row, const struct column_list *list, unsigned int spark)
{
	struct text line = { 0 };

	load_label(&line, load->by, row);
	load_values(&line, load, row, list);
	text_add(out, "%.*s ", (int)top->width - 1, line.s ? line.s : "");
	if (spark)
		spark_add(out, top, row, spark);
	text_add(out, "\n");
	text_free(&line);
}

/* "node 1: 64 lanes", summed, where the rows do not all fit. */
static unsigned int nodes_add(struct text *out, const struct top *top, const struct load *load,
			      const struct column_list *list)
{
	int width = load_label_width(top->by);
	unsigned int i, j, nr = 0, lines = 0;
	struct load nodes;
	char label[48];

	if (load_by_node(load, &nodes))
		return 0;
	for (i = 0; i < nodes.nr_row && nodes.nr_row > 1 && lines < top->height / 3; i++) {
		struct text line = { 0 };

		for (nr = j = 0; j < load->nr_row; j++)
			nr += load->row[j].node == nodes.row[i].node;
		(void)snprintf(label, sizeof(label), "node %d: %u %ss", nodes.row[i].node, nr,
			       load_by_names[load->by]);
		text_add(&line, "%-*.*s", width, width, label);
		load_values(&line, &nodes, &nodes.row[i], list);
		line_add(out, top, line.s);
		text_free(&line);
		lines++;
	}
	load_free(&nodes);
	return lines;
}

static void help_draw(struct text *out, const struct top *top)
{
	static const char *const keys[] = {
		"q       leave",
		"space   hold still, go on",
		"b       a row a lane, queue, CPU, NIC",
		"s S     sort by the next column, the one before",
		"r       reverse the order",
		"o       the order as it stands; outliers first where not all fit",
		"up down page-up page-down home   scroll",
		"h       this help",
		"",
	};
	const struct column *column;
	char line[160];
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		line_add(out, top, keys[i]);
	for (column = columns; column->name; column++) {
		(void)snprintf(line, sizeof(line), "%-13s %-10s %s", column->name, column->unit,
			       column->help);
		line_add(out, top, line);
	}
}

static void rows_draw(struct text *out, struct top *top, const struct load *load)
{
	unsigned int room, nr, i, spark, nodes = 0;
	struct ranked *ranked = calloc(load->nr_row + 1, sizeof(*ranked));
	struct column_list list;
	struct text line = { 0 };
	bool fits;

	if (!ranked)
		return;
	spark = columns_fit(top, &list);
	room = top->height > LINES_ABOVE + LINES_BELOW ? top->height - LINES_ABOVE - LINES_BELOW :
							 0;
	fits = load->nr_row <= room;
	header_add(out, top, &list);
	if (!fits)
		nodes = nodes_add(out, top, load, &list);
	room -= nodes < room ? nodes : room;
	rank(top, load, !fits, ranked);
	nr = load->nr_row > room ? load->nr_row - room : 0;
	top->first = top->first < nr ? top->first : nr;
	for (i = top->first; i < load->nr_row && i < top->first + room; i++)
		row_line(out, top, load, ranked[i].row, &list, spark);
	for (; i < top->first + room; i++)
		text_add(out, "\n");
	text_add(&line, "%-*s", load_label_width(top->by), "total");
	load_values(&line, load, &load->total, &list);
	line_add(out, top, line.s);
	text_free(&line);
	free(ranked);
}

void top_draw(struct text *out, struct top *top, const struct load *load, const char *title,
	      const char *now, const char *accepts)
{
	struct text line = { 0 };
	unsigned int i, lines = 0;
	struct text all = { 0 };
	const char *s;

	line_add(&all, top, title);
	line_add(&all, top, now);
	line_add(&all, top, accepts);
	text_add(&line, "by %s, sorted by %s%s, every %u s%s", load_by_names[top->by],
		 top->sort ? top->sort->name : "place", top->reverse ? " reversed" : "",
		 top->seconds, top->paused ? "  [held still: space goes on]" : "");
	line_add(&all, top, line.s);
	text_free(&line);
	if (top->help)
		help_draw(&all, top);
	else
		rows_draw(&all, top, load);
	/* a small terminal gets the beginning, and always the keys */
	for (s = all.s; s && *s && lines + 1 < top->height; lines++) {
		i = (unsigned int)strcspn(s, "\n");
		text_add(out, "%.*s\n", (int)i, s);
		s += i + (s[i] == '\n');
	}
	for (; lines + 1 < top->height; lines++)
		text_add(out, "\n");
	line_add(out, top, "q leave  space hold  b by  s sort  r reverse  h help");
	text_free(&all);
}
