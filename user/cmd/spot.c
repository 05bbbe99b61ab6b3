// SPDX-License-Identifier: GPL-2.0
/* The watch for a spot notice; see spot.h. */
#include "cmd/spot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/drain_start.h"
#include "cmd/maintenance.h"
#include "facts/metadata.h"
#include "facts/procs.h"
#include "judge/spot.h"
#include "view/view.h"

#define EVERY_US 15000000ULL
#define SLACK_US 1000000ULL
#define MAINTENANCE_ROUNDS 20 /* each so many-th, maintenance is asked for as well: days before */
#define ASK_MS 1500 /* the loop waits for it */
#define PATH "instance/spot/termination-time"

static struct {
	sd_event_source *timer;
	const struct policy *policy;
	enum spot last; /* SPOT_UNKNOWN also before the first answer */
	int why; /* of the last SPOT_UNKNOWN: -errno, 0: no time */
	bool asked;
	unsigned int round;
	int64_t acted; /* on the notice of that time */
} watch;

static int ask(enum spot *spot, int64_t *when)
{
	struct metadata_session *session;
	struct text text = { 0 };
	int ret = metadata_open(METADATA_BASE, ASK_MS, &session);

	if (!ret)
		ret = metadata_get(session, PATH, &text);
	*spot = spot_verdict(ret, text.s, when);
	metadata_close(session);
	text_free(&text);
	return ret;
}

/* What is not known is said once, until something else is the matter. */
static void unknown_say(int ret)
{
	static const struct {
		int ret;
		const char *words;
	} why[] = {
		{ -EACCES, "it refuses (401 or 403)" },
		{ -ETIMEDOUT, "it does not answer in time" },
		{ -EHOSTUNREACH, "nobody answers" },
		{ -EAGAIN, "it is busy or broken (429 or 5xx)" },
		{ -ELIBACC, "libcurl is not on this node" },
	};
	const char *words = "what it answers is no time";
	unsigned int i;

	for (i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		if (why[i].ret == ret)
			words = why[i].words;
	(void)fail("spot: whether this instance is about to be taken back is not known, the "
		   "metadata service: %s; asked again every 15 s",
		   words);
}

/* One who drains the node's pods on the same notice is not to be disturbed. */
static const char *handler_there(char comm[16])
{
	struct procs procs;
	unsigned int i;

	comm[0] = '\0';
	if (procs_gather("/", &procs))
		return NULL;
	for (i = 0; i < procs.nr && !comm[0]; i++)
		if (strstr(procs.proc[i].comm, "node-terminatio") ||
		    strstr(procs.proc[i].comm, "termination-han"))
			memcpy(comm, procs.proc[i].comm, sizeof(procs.proc[i].comm));
	procs_free(&procs);
	return comm[0] ? comm : NULL;
}

static void act(const char *at, int64_t when)
{
	int64_t left = when - (int64_t)time(NULL);
	struct spot_times times;
	struct policy policy;
	struct err err = { 0 };
	char why[96], comm[16];
	int ret;

	if (handler_there(comm)) {
		say("spot: left to %s, which handles the notice\n", comm);
		return;
	}
	if (config_copy(watch.policy, &policy)) {
		(void)fail("out of memory");
		return;
	}
	times = spot_times(left > 0 ? (unsigned int)left : 0, policy.drain.grace_s,
			   policy.drain.deadline_s);
	policy.drain.grace_s = times.grace_s;
	policy.drain.deadline_s = times.deadline_s;
	(void)snprintf(why, sizeof(why), "spot notice: taken back at %s", at);
	ret = drain_start(&policy, false, why, &err);
	if (!ret)
		say("spot: draining, new connections are refused in %u s, over %u s later\n",
		    times.grace_s, times.deadline_s);
	else if (ret != -EALREADY)
		(void)fail("spot: draining is not possible: %s", err.text);
	config_free(&policy);
}

static void notice(int64_t when)
{
	int64_t left = when - (int64_t)time(NULL);
	char at[32], in[32];
	struct tm tm;
	time_t t = (time_t)when;

	if (when == watch.acted)
		return;
	watch.acted = when;
	(void)strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	view_duration(in, sizeof(in), left > 0 ? (uint64_t)left : 0);
	say("spot: this instance is taken back at %s, in %s\n", at, in);
	if (watch.policy->drain.on_spot == ON_SPOT_DRAIN)
		act(at, when);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	int64_t when;
	enum spot spot;
	int ret = ask(&spot, &when);

	if (spot == SPOT_UNKNOWN && (!watch.asked || watch.last != spot || watch.why != ret))
		unknown_say(ret);
	if (spot == SPOT_STAYS && watch.asked && watch.last != spot)
		say("spot: this instance stays\n");
	if (spot == SPOT_GOES)
		notice(when);
	if (watch.round++ % MAINTENANCE_ROUNDS == 0)
		maintenance_look();
	watch.asked = true;
	watch.last = spot;
	watch.why = ret;
	(void)fflush(stdout);
	(void)sd_event_source_set_time(source, clock_boot_ns() / 1000 + EVERY_US);
	(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

void spot_end(void)
{
	watch.timer = sd_event_source_disable_unref(watch.timer);
	watch.asked = false;
	maintenance_end();
}

void spot_follow(sd_event *event, const struct policy *policy)
{
	watch.policy = policy;
	if (policy->drain.on_spot == ON_SPOT_IGNORE) {
		spot_end();
		return;
	}
	if (!watch.timer && sd_event_add_time(event, &watch.timer, CLOCK_BOOTTIME, 0, SLACK_US,
					      on_time, NULL) < 0) {
		(void)fail("spot: out of memory");
		return;
	}
	watch.round = 0;
	(void)sd_event_source_set_time(watch.timer, clock_boot_ns() / 1000); /* now */
	(void)sd_event_source_set_enabled(watch.timer, SD_EVENT_ONESHOT);
}
