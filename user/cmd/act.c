// SPDX-License-Identifier: GPL-2.0
/*
 * The service does as its configuration says; see daemon.h. The rule: what is
 * not right in it changes nothing, and what stands is adopted, not written anew.
 */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cmd/boots.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/consent.h"
#include "cmd/counting.h"
#include "cmd/daemon.h"
#include "cmd/down.h"
#include "cmd/health.h"
#include "cmd/spot.h"
#include "cmd/tell.h"
#include "cmd/up.h"
#include "cmd/writer.h"

void daemon_module(struct daemon *d)
{
	struct err err = { 0 };

	if (d->keep.policy.module && tell_load(&err))
		(void)fail("%s", err.text);
}

void daemon_watches(struct daemon *d)
{
	struct err err = { 0 };

	if (health_listen(d->event, d->keep.policy.drain.health_listen, &err))
		(void)fail("%s", err.text);
	spot_follow(d->event, &d->keep.policy);
}

static int hold(struct daemon *d)
{
	const struct up_opts up = {
		.policy = &d->keep.policy,
		.unattended = true,
		.keeping = true,
		.who = "netlane run",
	};
	int ret;

	daemon_module(d);
	ret = up_apply(&up, NULL, 0, &d->err);
	if (ret < 0) { /* it took itself back: this boot did not fail because of netlane */
		(void)boots_ready(BOOTS_PATH, NULL);
		return ret;
	}
	keep_begin(&d->keep);
	d->looking_on = true;
	daemon_look(d, "the lanes were made", true); /* and the module is told */
	return boots_ready(BOOTS_PATH, &d->err);
}

/*
 * Goes on with what this boot's journal holds, after a start or a reload, without
 * writing anything here: the look that follows finds drift, and what another
 * configuration wants. What was left to somebody stays his, and a CPU that is
 * offline just now costs no lane.
 */
static int adopt(struct daemon *d, const char *event)
{
	daemon_module(d);
	say("going on with what was held\n");
	writer_settle();
	counting_follow(d->keep.policy.counters);
	d->looking_on = true;
	daemon_look(d, event, true);
	return boots_ready(BOOTS_PATH, &d->err);
}

/* Takes the configuration in, all of it or, if it is not right, nothing. */
static int configuration_take(struct daemon *d)
{
	struct policy policy;
	int ret = config_read("/", d->config, &policy, &d->err);

	if (ret)
		return ret;
	config_free(&d->keep.policy);
	d->keep.policy = policy;
	return 0;
}

static void hold_or_not(struct daemon *d, bool start)
{
	struct err err = { 0 };

	if (d->keep.holding && !file_exists(NULL, "%s", HANDS_OFF_PATH)) {
		d->ret = adopt(d, "the configuration was read again");
		say("mode hold\n");
		return;
	}
	d->why_observe = consent_withheld(&err);
	if (d->why_observe)
		keep_end(&d->keep);
	else
		d->ret = start && keep_resume(&d->keep) ? adopt(d, "the service started") : hold(d);
	say("mode hold%s%s\n", d->why_observe ? ", but observing: " : "",
	    d->why_observe ? d->why_observe : "");
}

void daemon_act(struct daemon *d, bool start)
{
	memset(&d->err, 0, sizeof(d->err));
	d->ret = configuration_take(d);
	if (d->ret)
		return; /* what was in force stays in force */
	d->why_observe = NULL;
	d->steer_looks = STEER_LOOKS; /* a server may be about to come as well */
	d->keep.steer_again_ns = d->keep.steer_failures = 0;
	if (!d->keep.policy.module)
		tell_unload(); /* an earlier configuration may have wanted it */
	daemon_watches(d);
	if (d->wake)
		wake_sweep(d->wake, d->keep.policy.sweep_s);
	if (d->keep.policy.mode == MODE_HOLD) {
		hold_or_not(d, start);
	} else {
		if (d->keep.holding)
			say("what is held stays, but is kept no longer; netlane down gives it back\n");
		keep_end(&d->keep);
		say("mode observe: the service changes nothing on this node\n");
	}
	/* in mode hold up_apply() did; hands off means the counters, too */
	if (d->keep.policy.mode == MODE_OBSERVE ||
	    (d->why_observe && !file_exists(NULL, "%s", HANDS_OFF_PATH)))
		counting_follow(d->keep.policy.counters);
	(void)fflush(stdout); /* to the journal now, not when the buffer is full */
}
