// SPDX-License-Identifier: GPL-2.0
/*
 * What is to become of each knob at an undo: the three-way rule. The rule of
 * this file: it reads only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/knob.h"
#include "apply/knobs.h"
#include "apply/undo.h"
#include "base/step.h"
#include "base/text.h"

static void decide(struct undo_item *item, enum outcome outcome, const char *target)
{
	item->outcome = outcome;
	item->target = target;
}

/* Where the driver's own default stood before, the driver's own default comes back. */
static const char *before_of(const struct undo_item *item)
{
	const struct step *step = &item->step;
	bool has_default = step->knob.kind != KNOB_CHANNELS && strcmp(step->before, KNOB_ABSENT);

	return step->before_is_default && has_default ? NULL : step->before;
}

/* Kept apart from @now, which the undo reads anew. */
static void decide_foreign(struct undo_item *item)
{
	char *found = strdup(item->now);

	if (!found) {
		decide(item, OUTCOME_FAILED, NULL);
		(void)text_copy(item->note, sizeof(item->note), "out of memory");
		return;
	}
	free(item->found);
	item->found = found;
	decide(item, OUTCOME_FOREIGN, found);
}

/*
 * A driver's default standing there may be netlane's doing: it changed the
 * channels and was cut short before it wrote this knob, or the undo of it was.
 */
static bool default_is_our_doing(const struct undo_item *item)
{
	return item->shaken_before && !item->done;
}

static void judge_value(const char *root, struct undo_item *item, bool is_default)
{
	const struct step *step = &item->step;
	enum knob_kind kind = step->knob.kind;
	const char *now = item->now;

	if (item->found && (is_default || !strcmp(now, item->found))) {
		decide(item, OUTCOME_FOREIGN, item->found);
		item->shaken = true; /* by the undo that was cut short: it is owed */
	} else if (knob_is(root, kind, now, step->before)) {
		decide(item, OUTCOME_UNTOUCHED, before_of(item));
	} else if (knob_is_ours(root, kind, now, step->after) ||
		   (item->earlier && knob_is_ours(root, kind, now, item->earlier))) {
		decide(item, OUTCOME_RESTORED, before_of(item));
	} else if (!strcmp(now, KNOB_ABSENT)) {
		decide(item, OUTCOME_GONE, before_of(item));
	} else if (is_default && default_is_our_doing(item)) {
		decide(item, OUTCOME_RESTORED, before_of(item));
	} else if (is_default) {
		decide(item, OUTCOME_DRIVER, NULL);
	} else {
		decide_foreign(item);
	}
}

void undo_judge(const char *root, struct undo_item *item)
{
	struct err err = { 0 };
	char *own = NULL;
	int ret;

	ret = knob_read(root, &item->step.knob, &item->now, &err);
	if (ret) {
		decide(item, ret == -ENODEV ? OUTCOME_GONE : OUTCOME_FAILED, NULL);
		(void)text_copy(item->note, sizeof(item->note), err.text); /* cut still helps */
		return;
	}
	if (knob_default(root, &item->step.knob, &own, NULL))
		own = NULL; /* then nothing can be told from the driver's default */
	judge_value(root, item, own && strcmp(own, KNOB_ABSENT) && !strcmp(item->now, own));
	free(own);
}

static int keep_one(struct undo *undo, const struct step *step)
{
	struct undo_item *item;
	char *now = NULL, *own = NULL;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < undo->nr; i++)
		if (knob_equal(&undo->item[i].step.knob, &step->knob))
			return 0;
	if (knob_read(undo->root, &step->knob, &now, NULL) ||
	    knob_default(undo->root, &step->knob, &own, NULL))
		goto free_values; /* what cannot be read cannot be kept */
	if (!strcmp(now, KNOB_ABSENT) || !strcmp(own, KNOB_ABSENT) || !strcmp(now, own))
		goto free_values;
	item = undo_add(undo, step);
	if (!item) {
		ret = -ENOMEM;
		goto free_values;
	}
	item->entry = -1;
	item->now = now;
	now = NULL;
	decide_foreign(item);
free_values:
	free(now);
	free(own);
	return ret;
}

int undo_keep_foreign(struct undo *undo, const struct undo_item *channels)
{
	static const enum knob_kind kinds[] = { KNOB_IRQ_IN, KNOB_IRQ_OUT, KNOB_XPS_RXQS,
						KNOB_XPS,    KNOB_RPS,	   KNOB_RPS_FLOW };
	struct step step = { .knob = channels->step.knob };
	unsigned int k, nr = (unsigned int)strtoul(channels->now, NULL, 10);
	int ret;

	memcpy(step.ifname, channels->step.ifname, sizeof(step.ifname));
	step.knob.kind = KNOB_RSS;
	ret = keep_one(undo, &step);
	for (k = 0; !ret && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		step.knob.kind = kinds[k];
		for (step.knob.queue = 0; !ret && step.knob.queue < nr; step.knob.queue++)
			ret = keep_one(undo, &step);
	}
	return ret;
}
