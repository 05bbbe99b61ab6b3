// SPDX-License-Identifier: GPL-2.0
/* What the service does for a netlane that asks over its socket; see daemon.h. */
#include <errno.h>
#include <stdlib.h>

#include "base/files.h"
#include "base/names.h"
#include "base/netns.h"
#include "cmd/cmd.h"
#include "cmd/config.h"
#include "cmd/consent.h"
#include "cmd/daemon.h"
#include "cmd/down.h"
#include "cmd/drain_set.h"
#include "cmd/flow.h"
#include "cmd/request.h"
#include "cmd/steer_set.h"
#include "cmd/steer_wish.h"
#include "cmd/tell.h"
#include "cmd/up.h"

/*
 * What an up did is kept by the configuration it did it with, and for the NICs
 * that it named: by another one the next look would put back what was just
 * made, or make more. The mode stays until a reload.
 */
static int do_up(struct daemon *d, const struct request *request, const char *who)
{
	struct policy policy, old = d->keep.policy;
	const struct up_opts up = {
		.who = who,
		.keeping = old.mode == MODE_HOLD,
		.policy = &policy,
		.confirm_s = request->confirm_s,
		.for_s = request->for_s,
	};
	const char *config = request->config ? request->config : d->config;
	struct err err = { 0 };
	int ret, failed;

	ret = config_read("/", config, &policy, &err);
	if (ret)
		return fail_err(ret, &err);
	policy.mode = old.mode;
	failed = up_apply(&up, request->nics, request->nr_nics, &err);
	ret = failed < 0 ? failed : 0;
	d->keep.told = 0; /* it may have been cleared, also by an up that failed */
	if (!ret)
		ret = flow_only(&policy, request->nics, request->nr_nics, &err);
	if (!ret)
		d->keep.policy = policy;
	daemon_watches(d);
	config_free(ret ? &policy : &old);
	if (!ret && policy.mode == MODE_HOLD) {
		d->why_observe = NULL;
		daemon_module(d);
		d->ret = 0; /* what the last reload could not do is done now */
		keep_begin(&d->keep);
		d->looking_on = true;
	}
	daemon_look(d, "netlane up", true);
	if (ret)
		return fail_err(ret, &err);
	return failed ? CODE_FAILED : CODE_DONE; /* of a server it is said, and tried again */
}

static int do_down(struct daemon *d, const struct request *request, const char *who)
{
	int code = down_now(request->salvage, who);

	/* without its mark it did not even begin: what is held is kept on */
	if (!file_exists(NULL, HANDS_OFF_PATH)) {
		daemon_look(d, "a netlane down that could not begin", true);
		return code;
	}
	keep_end(&d->keep);
	tell_unload();
	if (d->keep.policy.mode == MODE_HOLD)
		d->why_observe = WHY_DOWN;
	return code;
}

/* It says what it steers where: not what another namespace's user means. */
static int do_steer(struct daemon *d, const struct request *request, const char *who)
{
	struct steer_ask ask = { .policy = &d->keep.policy, .wish = request->steer, .who = who };
	bool start = request->command == REQUEST_STEER_START;
	struct err err = { 0 };
	int ret;

	if (request->netns != netns_own())
		return fail("the service steers in its own network namespace, and this is another");
	ask.wish.asked_in = request->netns;
	ret = start ? steer_start_here(&ask, &err) : steer_stop_here(&ask, &err);
	if (steer_wishes_take(&d->keep.policy) && !ret)
		ret = err_set(&err, -ENOMEM, "out of memory");
	d->keep.opened &= start; /* what a stop gives back does not end the rest */
	if (ret >= 0 && start && d->keep.policy.mode == MODE_HOLD && !d->keep.holding &&
	    !file_exists(NULL, HANDS_OFF_PATH))
		keep_begin(&d->keep);
	if (ret >= 0 && start)
		say("for now, until the next boot, and %s; netlane steer stop gives it back\n",
		    d->keep.holding ? "kept by the service over reloads of the server" :
				      "not kept: the service observes");
	d->steer_looks = STEER_LOOKS; /* a server may be about to come */
	d->keep.steer_again_ns = d->keep.steer_failures = 0;
	daemon_look(d, "netlane steer", false);
	if (ret < 0)
		return fail_err(ret, &err);
	return ret ? CODE_FAILED : CODE_DONE; /* which server it is, is said */
}

int daemon_do_for(void *arg, struct json_object *json, const char *who)
{
	struct request request;
	struct daemon *d = arg;
	struct err err = { 0 };
	int code = CODE_FAILED, ret;

	ret = request_read(json, &request, &err);
	if (ret) {
		code = fail_err(ret, &err);
	} else if (request.command == REQUEST_UP) {
		code = do_up(d, &request, who);
	} else if (request.command == REQUEST_DOWN) {
		code = do_down(d, &request, who);
	} else if (request.command == REQUEST_DRAIN) {
		ret = drain_set_here(request.netns, request.value, who, &err);
		code = ret ? fail_err(ret, &err) : CODE_DONE;
	} else if (request.command == REQUEST_STEER_START ||
		   request.command == REQUEST_STEER_STOP) {
		code = do_steer(d, &request, who);
	} else {
		code = down_if_due(0);
		daemon_look(d, "a time ran out", true);
	}
	request_free(&request);
	daemon_status(d);
	return code;
}
