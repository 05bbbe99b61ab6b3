// SPDX-License-Identifier: GPL-2.0
/* Looking at the lanes again and again; see watch.h. */
#include "cmd/watch.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "facts/facts.h"
#include "judge/load.h"

/* Lanes and NICs may change while somebody looks; reading the node costs more than counters. */
#define FLOW_OLD_NS 5000000000ULL

static int flow_renew(struct watch *w, struct err *err)
{
	struct flow_from from = { .config = w->config };
	struct flow flow;
	int ret;

	ret = flow_prepare(&from, &flow, err);
	if (ret) {
		flow_free(&flow);
		return ret;
	}
	flow_free(&w->flow);
	w->flow = flow;
	w->flow_ns = clock_boot_ns();
	return 0;
}

static int traffic_renew(struct watch *w, struct err *err)
{
	struct traffic *traffic;
	int ret;

	ret = traffic_open(&w->flow.facts, w->names, w->nr_names, &traffic, err);
	if (ret)
		return ret;
	traffic_close(w->traffic);
	w->traffic = traffic;
	/* without softirq times the rest is still worth seeing */
	if (!w->lean)
		(void)traffic_watch(traffic, WATCH_SOFTIRQ, NULL);
	return 0;
}

int watch_open(struct watch *watch, struct err *err)
{
	unsigned int i;
	int ret = flow_renew(watch, err);

	for (i = 0; i < watch->nr_names && !ret; i++)
		if (!facts_nic(&watch->flow.facts, watch->names[i]))
			ret = flow_no_nic(&watch->flow.facts, watch->names[i], err);
	return ret ? ret : traffic_renew(watch, err);
}

/* A NIC of the facts that is not counted, or the other way round? */
static bool nics_changed(const struct watch *w)
{
	const struct sample *last = &w->sample[w->turn];
	unsigned int i, j, nr = 0;

	for (i = 0; i < w->flow.facts.nr_nic && !w->nr_names; i++) {
		const struct nic *nic = &w->flow.facts.nic[i];

		if (!nic->bus[0])
			continue;
		for (j = 0; j < last->nr_nic; j++)
			if (last->nic[j].ifindex == nic->ifindex)
				break;
		if (j == last->nr_nic)
			return true;
		nr++;
	}
	return !w->nr_names && nr != last->nr_nic;
}

static int renew(struct watch *w, struct err *err)
{
	bool in_force = traffic_in_force(w->traffic);
	int ret;

	if (in_force && clock_boot_ns() - w->flow_ns < FLOW_OLD_NS)
		return 0;
	ret = flow_renew(w, err);
	if (ret || (in_force && !(w->has_last && nics_changed(w))))
		return ret;
	return traffic_renew(w, err);
}

int watch_load(struct watch *watch, enum load_by by, struct load *load, struct err *err)
{
	struct sample *last, *now;
	int ret;

	ret = renew(watch, err);
	if (ret)
		return ret;
	last = &watch->sample[watch->turn];
	now = &watch->sample[!watch->turn];
	ret = traffic_sample(watch->traffic, now, err);
	if (!ret && load_make(watch->has_last ? last : NULL, now, &watch->flow.plan,
			      &watch->flow.facts.cpus, by, load))
		ret = err_set(err, -ENOMEM, "out of memory");
	if (ret)
		return ret;
	watch->turn = !watch->turn;
	watch->has_last = true;
	return 0;
}

void watch_close(struct watch *watch)
{
	traffic_close(watch->traffic);
	sample_free(&watch->sample[0]);
	sample_free(&watch->sample[1]);
	flow_free(&watch->flow);
}
