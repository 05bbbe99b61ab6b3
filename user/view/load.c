// SPDX-License-Identifier: GPL-2.0
/* Load as text and JSON; see load.h. */
#include "view/load.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fields.h"

const char *const load_by_names[] = { "lane", "queue", "cpu", "nic", NULL };

#define WIDTH_NIC 8

static const char *const labels[] = {
	[LOAD_BY_LANE] = "NIC      LANE  CPU",
	[LOAD_BY_QUEUE] = "NIC      QUEUE CPU",
	[LOAD_BY_CPU] = "CPU NODE",
	[LOAD_BY_NIC] = "NIC     ",
};

void load_header(struct text *out, enum load_by by, const struct column_list *list)
{
	unsigned int i;
	size_t j;

	text_add(out, "%-*s", load_label_width(by), labels[by]);
	for (i = 0; i < list->nr; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "%s", list->column[i]->name);
		for (j = 0; name[j]; j++)
			name[j] -= name[j] >= 'a' && name[j] <= 'z' ? 'a' - 'A' : 0;
		text_add(out, " %*s", column_width(list->column[i]), name);
	}
}

int load_label_width(enum load_by by)
{
	return (int)strlen(labels[by]);
}

static void number_or_dash(char *buf, size_t len, int n)
{
	if (n >= 0)
		(void)snprintf(buf, len, "%d", n);
	else
		(void)snprintf(buf, len, "-");
}

void load_label(struct text *out, enum load_by by, const struct load_row *row)
{
	char ifname[64], queue[16], cpu[16], node[16];

	text_escape(ifname, sizeof(ifname), row->ifname);
	number_or_dash(queue, sizeof(queue), row->queue);
	number_or_dash(cpu, sizeof(cpu), row->cpu);
	number_or_dash(node, sizeof(node), row->node);
	if (row->unknown_queue)
		(void)snprintf(queue, sizeof(queue), "?");
	if (by == LOAD_BY_CPU)
		text_add(out, "%3s %4s", cpu, node);
	else if (by == LOAD_BY_NIC)
		text_add(out, "%-*s", WIDTH_NIC, ifname);
	else
		text_add(out, "%-*s %5s %3s", WIDTH_NIC, ifname, queue, cpu);
}

void load_values(struct text *out, const struct load *load, const struct load_row *row,
		 const struct column_list *list)
{
	char value[32];
	unsigned int i;

	for (i = 0; i < list->nr; i++) {
		column_format(list->column[i], list->column[i]->value(load, row), value,
			      sizeof(value));
		text_add(out, " %*s", column_width(list->column[i]), value);
	}
}

static void line_add(struct text *out, const struct load *load, const struct load_row *row,
		     const struct column_list *list)
{
	load_values(out, load, row, list);
	text_add(out, "\n");
}

void load_rows(struct text *out, const struct load *load, const struct column_list *list,
	       const char *when)
{
	unsigned int i;

	for (i = 0; i < load->nr_row; i++) {
		text_add(out, "%-*s ", LOAD_WHEN_WIDTH, when);
		load_label(out, load->by, &load->row[i]);
		line_add(out, load, &load->row[i], list);
	}
	text_add(out, "%-*s %-*s", LOAD_WHEN_WIDTH, when, load_label_width(load->by), "total");
	line_add(out, load, &load->total, list);
}

static const struct field count_fields[] = {
	F_U64(count, packets),
	F_U64(count, bytes),
	F_U64(count, wire_packets),
	F_U64(count, wire_bytes),
	F_END,
};

static const struct field row_fields[] = {
	F_STR(load_row, ifname), F_INT(load_row, queue),	  F_INT(load_row, cpu),
	F_INT(load_row, node),	 F_BOOL(load_row, unknown_queue), F_END,
};

static const struct field counts_fields[] = {
	F_OBJECT(load_row, rx, count_fields),
	F_OBJECT(load_row, tx, count_fields),
	F_U64(load_row, rx_laned),
	F_U64(load_row, rx_home),
	F_U64(load_row, tx_laned),
	F_U64(load_row, tx_home),
	F_U64(load_row, crossed),
	F_U64(load_row, run_ns),
	F_U64(load_row, squeezed),
	F_U64(load_row, backlog_drops),
	F_U64(load_row, rx_drops),
	F_U64(load_row, tx_drops),
	F_U64(load_row, qdisc_drops),
	F_U64(load_row, requeues),
	F_END,
};

static struct json_object *hist_to_json(const struct hist *hist)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	for (i = 0; array && i < HIST_BUCKETS; i++)
		(void)json_object_array_add(array, json_object_new_uint64(hist->bucket[i]));
	return array;
}

/* Three decimals: more would only look exact. */
static struct json_object *rounded(double value)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.3f", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *row_to_json(const struct load *load, const struct load_row *row)
{
	struct json_object *counts = fields_to_json(counts_fields, row);
	struct json_object *json = fields_to_json(row_fields, row);
	const struct column *column;
	double value;

	if (!json || !counts) {
		json_object_put(json);
		json_object_put(counts);
		return NULL;
	}
	if (load->softirq) {
		(void)json_object_object_add(counts, "wait_log2_ns", hist_to_json(&row->wait));
		(void)json_object_object_add(counts, "run_log2_ns", hist_to_json(&row->run));
	}
	(void)json_object_object_add(json, "counts", counts);
	for (column = columns; column->name; column++) {
		value = column->value(load, row);
		(void)json_object_object_add(json, column->name,
					     isnan(value) ? NULL : rounded(value));
	}
	return json;
}

struct json_object *load_to_json(const struct load *load, const char *time)
{
	struct json_object *json = json_object_new_object();
	struct json_object *rows = json_object_new_array();
	unsigned int i;

	if (!json || !rows) {
		json_object_put(json);
		json_object_put(rows);
		return NULL;
	}
	(void)json_object_object_add(json, "time", json_object_new_string(time));
	(void)json_object_object_add(json, "seconds", rounded(load->seconds));
	(void)json_object_object_add(json, "since_load", json_object_new_boolean(load->since_load));
	(void)json_object_object_add(json, "by", json_object_new_string(load_by_names[load->by]));
	for (i = 0; i < load->nr_row; i++)
		(void)json_object_array_add(rows, row_to_json(load, &load->row[i]));
	(void)json_object_object_add(json, "rows", rows);
	(void)json_object_object_add(json, "total", row_to_json(load, &load->total));
	return json;
}
