/* SPDX-License-Identifier: GPL-2.0 */
/* A census that ports_judge() looked ahead of -> the one thing to warn of first. Pure. */
#ifndef NETLANE_JUDGE_FORECAST_H
#define NETLANE_JUDGE_FORECAST_H

#include "base/census.h"

struct forecast {
	/* "to 10.0.3.7:6379"; or "of 10.0.0.4", where bind() chose the ports of that address */
	char what[ADDR_LEN + 16];
	bool address; /* the latter */
	unsigned int taken; /* ports */
	unsigned int usable;
	unsigned int per_s; /* connections that end */
	int full_s; /* seconds until there is none, at the earliest; -1: not foretold */
};

/* False: nothing is tight. */
bool forecast_judge(const struct census *census, struct forecast *forecast);

#endif /* NETLANE_JUDGE_FORECAST_H */
