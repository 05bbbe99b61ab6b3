// SPDX-License-Identifier: GPL-2.0
/* What the lanes carry right now; see now.h. */
#include "cmd/now.h"

#include <errno.h>

#include "apply/drain.h"
#include "base/netns.h"
#include "cmd/drain_state.h"
#include "cmd/flow.h"
#include "cmd/maintenance.h"
#include "cmd/timer.h"
#include "facts/instances.h"
#include "judge/load.h"
#include "observe/traffic.h"
#include "view/load.h"

#define LOOK_MS 250 /* the first screen has a second */

static void look(struct text *out, const struct facts *facts, const struct plan *plan,
		 struct traffic *traffic)
{
	struct sample before = { 0 }, now = { 0 };
	struct load lanes = { 0 }, cpus = { 0 };
	struct instance instance = { 0 };
	struct err err = { 0 };
	int ret;

	(void)traffic_watch(traffic, WATCH_SOFTIRQ, NULL); /* the line is shorter without */
	ret = traffic_sample(traffic, &before, &err);
	timer_wait(boot_ms() + LOOK_MS);
	if (!ret)
		ret = traffic_sample(traffic, &now, &err);
	if (!ret)
		ret = load_make(&before, &now, plan, &facts->cpus, LOAD_BY_LANE, &lanes);
	if (!ret)
		ret = load_make(&before, &now, plan, &facts->cpus, LOAD_BY_CPU, &cpus);
	/* a type that the table does not know has no limit that could be shown */
	if (facts->node.instance_type[0])
		(void)instances_find(facts->node.instance_type, &instance, NULL);
	if (ret)
		text_add(out, "unknown: %s", err.text[0] ? err.text : "out of memory");
	else
		view_now(out, &lanes, &cpus, instance.pps);
	load_free(&lanes);
	load_free(&cpus);
	sample_free(&before);
	sample_free(&now);
}

/* A node that takes no new connections looks healthy otherwise: a line where it is so. */
static void drain_add(struct text *out)
{
	const unsigned int netns = netns_own();
	struct text ports = { 0 };
	struct drain_state state;
	struct drain_now now;

	if (!drain_read(netns, &now, NULL) && now.active) {
		portset_add_text(&ports, &now.ports);
		text_add(out, "drain   new connections to %s are %s; netlane drain says more\n",
			 ports.s ? ports.s : "", now.drops ? "dropped" : "refused");
		text_free(&ports);
	} else if (drain_state_read(netns, &state)) {
		text_add(out, "drain   out of service, or about to be; netlane drain says more\n");
	}
}

void now_add(struct text *out, const struct facts *facts, const struct plan *plan)
{
	struct traffic *traffic = NULL;
	struct err err = { 0 };
	int ret = traffic_kept();

	text_add(out, "now     ");
	if (!ret)
		ret = traffic_open(facts, NULL, 0, &traffic, &err);
	if (!ret)
		look(out, facts, plan, traffic);
	else if (ret == -EPERM)
		text_add(out, "reading the counters needs root");
	else if (ret == -ENOENT)
		text_add(out, "not counted; netlane stat does while it looks, up and the service "
			      "all the time");
	else if (ret == -ESTALE)
		text_add(out, "counted by another version of netlane; netlane up or a restart of "
			      "the service counts anew");
	else
		text_add(out, "unknown: %s", err.text);
	text_add(out, "\n");
	traffic_close(traffic);
	drain_add(out);
	maintenance_add(out);
}
