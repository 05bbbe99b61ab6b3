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

/* Of opening and closing ones, which nothing is known of. */
#define BLIND_PCT 20

/* What the row holds at second @t from now, at @rate new ones a second. */
struct future {
	double held; /* by connections, all the time */
	unsigned int lasts_s; /* how long a TIME_WAIT is in the way */
	double room; /* TIME_WAITs that the kernel lets this row have */
	const unsigned int *age;
	double rate;
};

static double in_way_at(const struct future *f, unsigned int t)
{
	double waiting = f->rate * (t < f->lasts_s ? t : f->lasts_s);
	unsigned int a;

	for (a = 0; a < AGE_SECONDS - 1 && a + t < f->lasts_s; a++)
		waiting += f->age[a];
	/* the last ones are that old or older: as if they had half of what remains */
	if (2 * t < (f->lasts_s > a ? f->lasts_s - a : 0))
		waiting += f->age[AGE_SECONDS - 1];
	return f->held + fmin(waiting, f->room);
}

/* In how many seconds @usable ports are in the way, -1: never. */
static int full_at(const struct future *f, unsigned int usable)
{
	double before = in_way_at(f, 0), now;
	unsigned int t;

	if (before >= usable)
		return 0;
	for (t = 1; f->rate > 0 && t <= f->lasts_s; t++, before = now) {
		now = in_way_at(f, t);
		if (now >= usable)
			return (int)lround(t - 1 + (usable - before) / (now - before));
	}
	return -1;
}

/* Mean and error of how many ended a second, in the seconds of age @from to @to. */
static double rate_of(const struct census_row *row, unsigned int from, unsigned int to,
		      double *error)
{
	double sum = 0, squares = 0, mean, n = to - from + 1;
	unsigned int a;

	for (a = from; a <= to; a++) {
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

/* What the whole namespace has in TIME_WAIT, which has a limit. */
static double waiting_in_all(const struct census *census)
{
	double sum =
		(double)census->rest.time_wait + census->served_time_wait + census->fixed_time_wait;
	unsigned int i;

	for (i = 0; i < census->nr_row; i++)
		sum += census->row[i].time_wait;
	return sum;
}

/* The node, as it is for all rows. */
struct scene {
	const struct census *census;
	unsigned int reuse_s; /* after which a port may be taken again */
	double waiting; /* in all */
};

static void look_ahead(const struct scene *scene, const struct census_row *row, bool reuses,
		       bool reuse, struct outlook *o)
{
	const struct census *census = scene->census;
	struct future f = { .lasts_s = reuse ? scene->reuse_s : census->tw_s,
			    .room = HUGE_VAL,
			    .age = row->age };
	double error, rate, mean;

	/* where ports are taken again, older ones may be gone because of that */
	rate = reuses ? rate_of(row, 0, scene->reuse_s - 1, &error) :
			rate_of(row, 1, OUTLOOK_WINDOW_S, &error);
	f.held = (double)row->established + row->opening + row->closing;
	if (census->tw_max)
		f.room = fmax(census->tw_max - scene->waiting + row->time_wait, 0);
	mean = fmin(rate * f.lasts_s, f.room);
	*o = (struct outlook){
		.reuse = reuse,
		.lasts_s = f.lasts_s,
		.usable = census->usable,
		.per_s = (unsigned int)lround(rate),
		.in_use = (unsigned int)in_way_at(&f, 0),
		.levels_at = (unsigned int)lround(f.held + mean),
	};
	f.rate = rate + SIGMAS * error;
	o->full_s_early = full_at(&f, o->usable);
	f.rate = fmax(rate - SIGMAS * error, 0);
	o->full_s_late = full_at(&f, o->usable);
	o->blind = row->opening + row->closing > o->in_use / 100.0 * BLIND_PCT;
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

/* The destination lives, ports are there, and still no answer comes. */
static bool is_nat_suspected(const struct census_row *row)
{
	return row->unanswered >= NAT_UNANSWERED && 2 * row->unanswered >= row->opening &&
	       row->established + row->time_wait > 0 && !row->loopback &&
	       2 * row->outlook.in_use < row->outlook.usable;
}

unsigned int ports_judge(struct census *census)
{
	struct scene scene = { census, (census->tw_reuse_ms + 999) / 1000, waiting_in_all(census) };
	unsigned int i, tight = !census->usable;

	if (!scene.reuse_s || scene.reuse_s > OUTLOOK_WINDOW_S)
		scene.reuse_s = scene.reuse_s ? OUTLOOK_WINDOW_S : 1;
	for (i = 0; i < census->nr_row; i++) {
		struct census_row *row = &census->row[i];
		bool reuses = census->timestamps &&
			      (census->tw_reuse == 1 || (census->tw_reuse == 2 && row->loopback));

		look_ahead(&scene, row, reuses, reuses, &row->outlook);
		look_ahead(&scene, row, reuses, true, &row->with_reuse);
		row->nat_suspected = is_nat_suspected(row);
		tight += row->outlook.tight;
	}
	for (i = 0; i < census->nr_source; i++) {
		struct census_source *source = &census->source[i];

		source->exclusive = is_exclusive(census, source);
		source->tight = source->exclusive &&
				source->ports >= census->usable / 100.0 * OUTLOOK_TIGHT_PCT;
		tight += source->tight;
	}
	return tight;
}
