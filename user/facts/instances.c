// SPDX-License-Identifier: GPL-2.0
/*
 * The table of instance types, looked up; see instances.h. The rule: columns
 * are found by the names in the header line, a blank is unknown, and nothing
 * is derived from the letters of a type.
 */
#include "facts/instances.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* user/profiles/instance-types.c */
extern const char netlane_instance_types_csv[];
extern const unsigned int netlane_instance_types_csv_len;

#define LINE_LEN 1024
#define COLUMNS_MAX 24
#define SUGGESTIONS 3
/* More differing letters than this and a suggestion is no help. */
#define DISTANCE_MAX 4

enum kind { KIND_TEXT, KIND_UINT, KIND_U64, KIND_GBPS };

static const struct column {
	const char *name; /* in the header line */
	enum kind kind;
	size_t offset;
} columns[] = {
	{ "instance_type", KIND_TEXT, offsetof(struct instance, type) },
	{ "vcpu", KIND_UINT, offsetof(struct instance, vcpus) },
	{ "bandwidth_gbps_base", KIND_GBPS, offsetof(struct instance, bandwidth_base_gbps) },
	{ "bandwidth_gbps_burst", KIND_GBPS, offsetof(struct instance, bandwidth_burst_gbps) },
	{ "pps", KIND_U64, offsetof(struct instance, pps) },
	{ "nic_queues", KIND_UINT, offsetof(struct instance, nic_queues) },
	{ "eni_max", KIND_UINT, offsetof(struct instance, eni_max) },
	{ "connections", KIND_U64, offsetof(struct instance, connections) },
};

#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The next line that is not a comment, without its end; false after the last. */
static bool line_next(const char **at, char line[LINE_LEN])
{
	const char *end = netlane_instance_types_csv + netlane_instance_types_csv_len, *stop;
	size_t len;

	while (*at < end) {
		stop = memchr(*at, '\n', (size_t)(end - *at));
		stop = stop ? stop : end;
		len = (size_t)(stop - *at);
		if (len && **at != '#' && len < LINE_LEN) {
			memcpy(line, *at, len);
			line[len] = 0;
			*at = stop + 1;
			return true;
		}
		*at = stop + 1;
	}
	return false;
}

static void cell_take(struct instance *out, const struct column *column, const char *cell)
{
	void *at = (char *)out + column->offset;
	unsigned long value;

	if (column->kind == KIND_TEXT) {
		(void)text_copy(at, sizeof(out->type), cell); /* the test reads every row */
	} else if (column->kind == KIND_GBPS) {
		*(double *)at = strtod(cell, NULL); /* "": 0, unknown */
	} else if (!text_uint(cell, 0, UINT32_MAX, &value)) {
		if (column->kind == KIND_UINT)
			*(unsigned int *)at = (unsigned int)value;
		else
			*(uint64_t *)at = value;
	}
}

/* Cuts @line at its commas; cells are not quoted in this table. */
static unsigned int cells_cut(char *line, char *cell[COLUMNS_MAX])
{
	unsigned int nr = 0;

	while (line && nr < COLUMNS_MAX)
		cell[nr++] = strsep(&line, ",");
	return nr;
}

/* Reads row after row: @at is NULL for the first. */
struct reader {
	const char *at;
	char header[LINE_LEN];
	char *name[COLUMNS_MAX];
	unsigned int nr;
};

static void reader_init(struct reader *reader)
{
	reader->at = netlane_instance_types_csv;
	reader->nr = 0;
	if (line_next(&reader->at, reader->header))
		reader->nr = cells_cut(reader->header, reader->name);
}

static bool reader_next(struct reader *reader, struct instance *out)
{
	char line[LINE_LEN], *cell[COLUMNS_MAX];
	unsigned int i, j, nr;

	memset(out, 0, sizeof(*out));
	if (!line_next(&reader->at, line))
		return false;
	nr = cells_cut(line, cell);
	for (i = 0; i < nr && i < reader->nr; i++)
		for (j = 0; j < NR_COLUMNS; j++)
			if (!strcmp(columns[j].name, reader->name[i]))
				cell_take(out, &columns[j], cell[i]);
	return true;
}

bool instances_at(unsigned int index, struct instance *out)
{
	struct reader reader;

	reader_init(&reader);
	do {
		if (!reader_next(&reader, out))
			return false;
	} while (index--);
	return true;
}

const char *instances_date(void)
{
	return "2026-11-21"; /* of the table's first line; test_facts compares them */
}

/* Letters to insert, delete or change to turn @a into @b; both are short. */
static unsigned int distance(const char *a, const char *b)
{
	size_t i, j, la = strlen(a), lb = strlen(b);
	unsigned int row[64], above, left;

	if (la >= 64 || lb >= 64)
		return 64;
	for (j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		above = row[0]; /* the cell above and to the left */
		row[0] = (unsigned int)i;
		for (j = 1; j <= lb; j++) {
			left = row[j - 1] < row[j] ? row[j - 1] + 1 : row[j] + 1;
			if (above + (a[i - 1] != b[j - 1]) < left)
				left = above + (a[i - 1] != b[j - 1]);
			above = row[j];
			row[j] = left;
		}
	}
	return row[lb];
}

struct suggestion {
	char type[40];
	unsigned int distance;
};

/* Keeps the closest ones, closest first; equal ones in the table's order. */
static void suggestion_add(struct suggestion *best, const char *type, unsigned int d)
{
	unsigned int i, j;

	for (i = 0; i < SUGGESTIONS && d >= best[i].distance; i++)
		;
	if (i == SUGGESTIONS)
		return;
	for (j = SUGGESTIONS - 1; j > i; j--)
		best[j] = best[j - 1];
	(void)text_copy(best[i].type, sizeof(best[i].type), type); /* same size */
	best[i].distance = d;
}

static int not_found(const char *type, const struct suggestion *best, struct err *err)
{
	char shown[80], list[160] = "";
	unsigned int i;

	text_escape(shown, sizeof(shown), type);
	for (i = 0; i < SUGGESTIONS && best[i].distance <= DISTANCE_MAX; i++)
		(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			       i ? ", " : "; close to it: ", best[i].type);
	return err_set(err, -ENOENT, "instance type '%s' is not in the table of %s%s", shown,
		       instances_date(), list);
}

int instances_find(const char *type, struct instance *out, struct err *err)
{
	struct suggestion best[SUGGESTIONS];
	struct reader reader;
	unsigned int i;

	for (i = 0; i < SUGGESTIONS; i++)
		best[i].distance = DISTANCE_MAX + 1;
	reader_init(&reader);
	while (reader_next(&reader, out)) {
		if (!strcmp(out->type, type))
			return 0;
		suggestion_add(best, out->type, distance(type, out->type));
	}
	return not_found(type, best, err);
}
