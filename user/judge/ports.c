// SPDX-License-Identifier: GPL-2.0
/*
 * Looking ahead; see ports.h. The rule: what is in TIME_WAIT now ends when its
 * age says so, which is known; only what comes next is assumed, at the rate of
 * the last seconds.
 */
#include "judge/ports.h"

#include <math.h>
#include <string.h>

/* Where so many chances came to nothing, it was no chance. */
#define CHANCES 20
/* How much chance a rate is given: this many times the error of its mean. */
#define SIGMAS 2.0

/* What the row holds at second @t from now, at @rate new ones a second. */
struct future {
	double held; /* by connections, all the time */
	unsigned int lasts_s; /* how long a TIME_WAIT is in the way */
	const unsigned int *age;
	double rate;
};

static double in_way_at(const struct future *f, unsigned int t)
{
	double sum = f->held + f->rate * (t < f->lasts_s ? t : f->lasts_s);
	unsigned int a;

	for (a = 0; a < AGE_SECONDS && a + t < f->lasts_s; a++)
		sum += f->age[a];
	return sum;
}

/* In how many seconds @usable ports are in the way, -1: never. */
static int full_at(const struct future *f, unsigned int usable)
{
	double before = in_way_at(f, 0), now;
	unsigned int t;

	if (before >= usable)
		return 0;
	for (t = 1; t <= f->lasts_s; t++, before = now) {
		now = in_way_at(f, t);
		if (now >= usable)
			return (int)lround(t - 1 + (usable - before) / (now - before));
	}
	return -1;
}

/* Mean and error of how many ended a second, over the last whole ones. */
static double rate_of(const struct census_row *row, double *error)
{
	double sum = 0, squares = 0, mean, n = OUTLOOK_WINDOW_S;
	unsigned int a;

	/* the second of age 0 is not over */
	for (a = 1; a <= OUTLOOK_WINDOW_S; a++) {
		sum += row->age[a];
		squares += (double)row->age[a] * row->age[a];
	}
	mean = sum / n;
	*error = sqrt(fmax(squares / n - mean * mean, 0) / n);
	return mean;
}

static unsigned int ports_of(const struct census_row *row)
{
	return row->established + row->opening + row->closing + row->time_wait;
}

static void look_ahead(const struct census *census, const struct census_row *row, bool reuse,
		       struct outlook *o)
{
	unsigned int reuse_s = (census->tw_reuse_ms + 999) / 1000, a;
	struct future f = { .lasts_s = reuse ? reuse_s : census->tw_s, .age = row->age };
	double error, rate = rate_of(row, &error);

	memset(o, 0, sizeof(*o));
	f.held = (double)row->established + row->opening + row->closing;
	if (f.lasts_s > AGE_SECONDS - 1)
		f.lasts_s = AGE_SECONDS - 1;
	o->reuse = reuse;
	o->usable = census->usable;
	o->per_s = (unsigned int)lround(rate);
	o->in_use = (unsigned int)f.held;
	for (a = 0; a < AGE_SECONDS; a++)
		if (!reuse || a < reuse_s)
			o->in_use += row->age[a];
	o->levels_at = (unsigned int)lround(f.held + rate * f.lasts_s);
	f.rate = rate + SIGMAS * error;
	o->full_s_early = full_at(&f, o->usable);
	f.rate = fmax(rate - SIGMAS * error, 0);
	o->full_s_late = full_at(&f, o->usable);
	o->tight = o->full_s_early >= 0 || o->in_use >= o->usable / 100.0 * OUTLOOK_TIGHT_PCT;
}

static bool is_exclusive(const struct census *census, const struct census_source *source)
{
	double all = (double)source->sockets * source->sockets, n;
	unsigned int i;

	/* toward one destination no port is used twice in any case */
	for (i = 0; i < census->nr_row; i++) {
		if (strcmp(census->row[i].local, source->local))
			continue;
		n = ports_of(&census->row[i]);
		all -= n * n;
	}
	/* so many pairs would share a port if each connection chose by itself */
	return source->ports == source->sockets && all / (2.0 * (census->usable + 1)) >= CHANCES;
}

unsigned int ports_judge(struct census *census)
{
	unsigned int i, tight = 0;

	for (i = 0; i < census->nr_row; i++) {
		struct census_row *row = &census->row[i];
		bool reuse = census->timestamps &&
			     (census->tw_reuse == 1 || (census->tw_reuse == 2 && row->loopback));

		look_ahead(census, row, reuse, &row->outlook);
		look_ahead(census, row, true, &row->with_reuse);
		tight += row->outlook.tight;
	}
	for (i = 0; i < census->nr_source; i++)
		census->source[i].exclusive = is_exclusive(census, &census->source[i]);
	return tight;
}
