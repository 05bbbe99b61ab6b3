/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of stat and top, defined in this one place: name, unit, what is
 * counted. A rate is per second of the time that really passed. A super-packet
 * (GSO, GRO in the device) counts as its segments in *_pps and *_bps, and as
 * one in *_skbps; the link header is in, the FCS is not.
 */
#ifndef NETLANE_VIEW_COLUMNS_H
#define NETLANE_VIEW_COLUMNS_H

#include <stddef.h>

#include "base/err.h"
#include "base/load.h"

struct column {
	const char *name; /* the word of --fields and of JSON */
	const char *unit;
	const char *help;
	/* NAN: not known, or nothing to say */
	double (*value)(const struct load *load, const struct load_row *row);
};

/* All of them, ends with a NULL name. */
extern const struct column columns[];

#define COLUMNS_MAX 24

/* Some of them, in the order to show. */
struct column_list {
	const struct column *column[COLUMNS_MAX];
	unsigned int nr;
};

void columns_default(enum load_by by, struct column_list *list);
/* "rx_pps,tx_pps"; -EINVAL with the names that exist. */
int columns_parse(const char *names, struct column_list *list, struct err *err);
/* How wide a column is, without the blank before it: its name, six at least. */
int column_width(const struct column *column);
/* 812k, 1.25M, 99.3, or "-": at most 6 characters wide. */
void column_format(const struct column *column, double value, char *buf, size_t len);

#endif /* NETLANE_VIEW_COLUMNS_H */
