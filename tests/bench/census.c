/*
 * How long it takes to know who has how many TIME_WAITs: the table that is
 * counted as it happens, a walk by inet_diag, and ss with awk, by turns.
 *
 *   census ROUNDS
 *
 * The rule: each line is one round, "LIVE WALK SS ROWS-LIVE ALIVE-LIVE ROWS-WALK
 * ALIVE-WALK", times in ns of the machine's clock; opening the maps counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "observe/census.h"
#include "observe/timewait.h"

#define SS "ss -Htan | awk '{ nr[$4 \" \" $5]++ } END { for (k in nr) print k, nr[k] }' >/dev/null"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static double live(unsigned int *rows, unsigned long *alive)
{
	struct timewait_reader *reader;
	struct timewait tw;
	struct err err = { 0 };
	double from = now(), ns;
	unsigned int i;

	if (timewait_open(&reader) || timewait_sample(reader, &tw, &err)) {
		fprintf(stderr, "census: nothing is counted: %s\n", err.text);
		exit(1);
	}
	timewait_close(reader);
	ns = now() - from;
	*rows = tw.nr_row;
	for (i = 0, *alive = 0; i < tw.nr_row; i++)
		*alive += tw.row[i].alive;
	timewait_free(&tw);
	return ns;
}

static double walk(unsigned int *rows, unsigned long *alive)
{
	struct census census;
	struct err err = { 0 };
	double from = now(), ns;
	unsigned int i;

	if (census_take(&census, &err)) {
		fprintf(stderr, "census: %s\n", err.text);
		exit(1);
	}
	ns = now() - from;
	*rows = census.nr_row;
	*alive = census.served_time_wait + census.fixed_time_wait;
	for (i = 0; i < census.nr_row; i++)
		*alive += census.row[i].time_wait;
	census_free(&census);
	return ns;
}

int main(int argc, char **argv)
{
	int round, rounds = argc > 1 ? atoi(argv[1]) : 7;

	for (round = 0; round < rounds; round++) {
		unsigned int live_rows, walk_rows;
		unsigned long live_alive, walk_alive;
		double l = live(&live_rows, &live_alive), w = walk(&walk_rows, &walk_alive), s;

		s = now();
		if (system(SS))
			return 1;
		s = now() - s;
		printf("%.0f %.0f %.0f %u %lu %u %lu\n", l, w, s, live_rows, live_alive, walk_rows,
		       walk_alive);
		fflush(stdout);
	}
	return 0;
}
