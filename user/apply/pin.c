// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUs that one thread may run on. The rule: a thread whose start time is
 * another one's is not the one that is named, and is never touched.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/knobs.h"
#include "base/thread.h"

/* Its id, 0 where it is gone; under another root nobody is. */
static unsigned int thread_of(const char *root, const struct knob *knob)
{
	unsigned int tid;
	uint64_t started;

	if ((root && strcmp(root, "/")) || sscanf(knob->addr, "%u:%" SCNu64, &tid, &started) != 2 ||
	    !started || thread_started(tid) != started)
		return 0;
	return tid;
}

static int pin_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		    struct err *err)
{
	unsigned int tid = thread_of(root, knob);
	char list[CPUMASK_TEXT_LEN];
	struct cpumask cpus;
	int ret = tid ? thread_cpus_get(tid, &cpus) : -ESRCH;

	if (ret == -ESRCH)
		return knob_value(value, KNOB_ABSENT, err);
	if (ret)
		return err_set(err, ret, "the CPUs of thread %u cannot be read: %s", tid,
			       strerror(-ret));
	(void)cpumask_format_list(&cpus, list, sizeof(list));
	return knob_value(value, list, err);
}

static int pin_write(const char *root, const struct knob *knob, const char *ifname,
		     const char *value, struct err *err)
{
	unsigned int tid = thread_of(root, knob);
	struct cpumask cpus;
	int ret;

	if (cpumask_parse_list(value, &cpus) || cpumask_empty(&cpus))
		return err_set(err, -EINVAL, "'%.40s' is no list of CPUs", value);
	ret = tid ? thread_cpus_set(tid, &cpus) : -ESRCH;
	if (ret == -ESRCH)
		return err_set(err, -ESTALE, "that thread is gone");
	if (ret)
		return err_set(err, ret, "thread %u is not let run on CPU %.40s: %s", tid, value,
			       ret == -EINVAL ? "its cpuset has none of them" : strerror(-ret));
	return 0;
}

int pins_forget(struct journal *journal)
{
	const struct journal_state *state = journal_state(journal);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < state->nr_entry && !ret; i++)
		if (!state->entry[i].undone && state->entry[i].step.knob.kind == KNOB_PIN &&
		    !thread_of("/", &state->entry[i].step.knob))
			ret = journal_undone(journal, i, OUTCOME_GONE, NULL, "the thread ended",
					     NULL);
	return ret;
}

const struct knob_ops pin_ops = {
	.read = pin_read,
	.write = pin_write,
};
