// SPDX-License-Identifier: GPL-2.0
/*
 * Looking ahead; see ports.h. The rule: what is in TIME_WAIT now ends when its
 * age says so, which is known; only what comes next is assumed, at the rate of
 * the last seconds.
 */
#include "judge/ports.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How much chance a rate is given: this many times the error of its mean. */
#define SIGMAS 2.0

/* Of opening and closing ones, which nothing is known of. */
#define BLIND_PCT 20

/* What is in the way of a row, of its own or of others, at second @t from now. */
struct part {
	double held; /* by connections, all the time */
	unsigned int lasts_s; /* how long a TIME_WAIT is in the way */
	double room; /* TIME_WAITs that the kernel lets it have */
	const unsigned int *age;
	double rate; /* of new ones, a second */
};

struct future {
	struct part own;
	struct part others;
};

static double part_at(const struct part *p, unsigned int t)
{
	double waiting = p->rate * (t < p->lasts_s ? t : p->lasts_s);
	unsigned int a;

	for (a = 0; a < AGE_SECONDS - 1 && a + t < p->lasts_s; a++)
		waiting += p->age[a];
	/* the last ones are that old or older: as if they had half of what remains */
	if (2 * t < (p->lasts_s > a ? p->lasts_s - a : 0))
		waiting += p->age[AGE_SECONDS - 1];
	return p->held + fmin(waiting, p->room);
}

static double in_way_at(const struct future *f, unsigned int t)
{
	return part_at(&f->own, t) + part_at(&f->others, t);
}

/* In how many seconds @usable ports are in the way, -1: never. */
static int full_at(const struct future *f, unsigned int usable)
{
	unsigned int t, end_s = f->own.lasts_s;
	double before = in_way_at(f, 0), now;

	if (before >= usable)
		return 0;
	if (f->others.rate > 0 && f->others.lasts_s > end_s)
		end_s = f->others.lasts_s;
	for (t = 1; f->own.rate + f->others.rate > 0 && t <= end_s; t++, before = now) {
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
	const struct census_row *together; /* the rows of each source; NULL: memory ran out */
	struct census_row bound; /* all rows whose ports bind() chose */
	unsigned int reuse_s; /* after which a port may be taken again */
	double waiting; /* in all */
};

static void row_add(struct census_row *to, const struct census_row *row, int sign)
{
	unsigned int a, times = (unsigned int)sign; /* modulo 2^32, as they are added */

	to->established += times * row->established;
	to->opening += times * row->opening;
	to->closing += times * row->closing;
	to->time_wait += times * row->time_wait;
	for (a = 0; a < AGE_SECONDS; a++)
		to->age[a] += times * row->age[a];
}

static double held_by(const struct census_row *row)
{
	return (double)row->established + row->opening + row->closing;
}

/*
 * What keeps ports from @row beside its own. connect() takes no port that bind()
 * took, for whatever address; bind() none that its address has toward anybody.
 * @shared: ports that some of those have in common.
 */
static void others_of(const struct scene *scene, const struct census_row *row,
		      struct census_row *others, double *shared)
{
	const struct census *census = scene->census;
	double different;

	memset(others, 0, sizeof(*others));
	*shared = 0;
	if (!row->bound) {
		row_add(others, &scene->bound, 1);
		different = census->bound;
	} else {
		if (!scene->together || row->source >= census->nr_source)
			return;
		row_add(others, &scene->together[row->source], 1);
		row_add(others, row, -1);
		different = (double)census->source[row->source].ports - row_ports(row);
	}
	*shared = fmax(row_ports(others) - fmax(different, 0), 0);
}

static void look_ahead(const struct scene *scene, const struct census_row *row, bool reuses,
		       bool reuse, struct outlook *o)
{
	const struct census *census = scene->census;
	struct census_row others;
	struct future f = {
		.own = { .lasts_s = reuse ? scene->reuse_s : census->tw_s,
			 .held = held_by(row),
			 .room = HUGE_VAL,
			 .age = row->age },
		.others = { .lasts_s = census->tw_s, .room = HUGE_VAL, .age = others.age },
	};
	double error, rate, mean, others_error, others_rate, shared;
	unsigned int window_s = scene->reuse_s < OUTLOOK_WINDOW_S ? scene->reuse_s :
								    OUTLOOK_WINDOW_S;

	/* where ports are taken again, older ones may be gone because of that */
	rate = reuses ? rate_of(row, 0, window_s - 1, &error) :
			rate_of(row, 1, OUTLOOK_WINDOW_S, &error);
	others_of(scene, row, &others, &shared);
	others_rate = rate_of(&others, 1, OUTLOOK_WINDOW_S, &others_error);
	f.others.held = held_by(&others) - shared;
	if (census->tw_max)
		f.own.room = fmax(census->tw_max - scene->waiting + row->time_wait, 0);
	mean = fmin(rate * f.own.lasts_s, f.own.room);
	*o = (struct outlook){
		.reuse = reuse,
		.lasts_s = f.own.lasts_s,
		.usable = census->usable,
		.per_s = (unsigned int)lround(rate),
		.in_use = (unsigned int)part_at(&f.own, 0),
		.others = (unsigned int)part_at(&f.others, 0),
		.levels_at = (unsigned int)lround(f.own.held + mean),
	};
	f.own.rate = rate + SIGMAS * error;
	f.others.rate = others_rate + SIGMAS * others_error;
	o->full_s_early = full_at(&f, o->usable);
	f.own.rate = fmax(rate - SIGMAS * error, 0);
	f.others.rate = fmax(others_rate - SIGMAS * others_error, 0);
	o->full_s_late = full_at(&f, o->usable);
	o->blind = row->opening + row->closing > o->in_use / 100.0 * BLIND_PCT;
	o->tight = o->full_s_early >= 0 ||
		   outlook_taken(o) >= o->usable / 100.0 * OUTLOOK_TIGHT_PCT;
}

/* The sums of all rows of each source; NULL: memory ran out, or there is none. */
static struct census_row *sources_judge(struct census *census, struct census_row *bound)
{
	struct census_row *together = calloc(census->nr_source, sizeof(*together));
	unsigned int i;

	for (i = 0; i < census->nr_source; i++)
		census->source[i].bound = 0;
	for (i = 0; i < census->nr_row; i++) {
		struct census_row *row = &census->row[i];

		if (row->bound)
			row_add(bound, row, 1);
		if (row->source >= census->nr_source)
			continue;
		census->source[row->source].bound += row->bound ? row_ports(row) : 0;
		if (together)
			row_add(&together[row->source], row, 1);
	}
	return together;
}

/* The destination lives, ports are there, and still no answer comes. */
static bool is_nat_suspected(const struct census_row *row)
{
	return row->unanswered >= NAT_UNANSWERED && 2 * row->unanswered >= row->opening &&
	       row->established + row->time_wait > 0 && !row->loopback &&
	       2 * outlook_taken(&row->outlook) < row->outlook.usable;
}

unsigned int ports_judge(struct census *census)
{
	struct scene scene = { .census = census,
			       .reuse_s = (census->tw_reuse_ms + 999) / 1000,
			       .waiting = waiting_in_all(census) };
	struct census_row *together = sources_judge(census, &scene.bound);
	unsigned int i, tight = !census->usable;

	scene.together = together;
	if (!scene.reuse_s || scene.reuse_s > census->tw_s)
		scene.reuse_s = scene.reuse_s ? census->tw_s : 1;
	for (i = 0; i < census->nr_row; i++) {
		struct census_row *row = &census->row[i];
		/* bind() takes no port in TIME_WAIT, whatever the setting */
		bool may = census->timestamps && !row->bound;
		bool reuses = may &&
			      (census->tw_reuse == 1 || (census->tw_reuse == 2 && row->loopback));

		look_ahead(&scene, row, reuses, reuses, &row->outlook);
		look_ahead(&scene, row, reuses, !row->bound, &row->with_reuse);
		row->nat_suspected = is_nat_suspected(row);
		tight += row->outlook.tight;
	}
	for (i = 0; i < census->nr_source; i++) {
		struct census_source *source = &census->source[i];

		source->tight = source->bound &&
				source->ports >= census->usable / 100.0 * OUTLOOK_TIGHT_PCT;
		tight += source->tight;
	}
	free(together);
	return tight;
}
