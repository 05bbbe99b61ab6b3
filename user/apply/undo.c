// SPDX-License-Identifier: GPL-2.0
/* Giving knobs back; see undo.h. */
#include "apply/undo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/knob.h"
#include "apply/knobs.h"
#include "base/fault.h"
#include "base/names.h"
#include "base/step.h"
#include "base/text.h"

/*
 * Channels come before all of these, because the driver then rewrites them. A
 * rule goes before the routes that it leads to. NetworkManager gets a NIC back
 * when everything else on it is as it was.
 */
static const enum knob_kind order[] = {
	KNOB_DRAIN,    KNOB_BIND,	   KNOB_STEER,	 KNOB_PIN,	 KNOB_RULE, KNOB_ROUTE,
	KNOB_RSS,      KNOB_IRQ_IN,	   KNOB_IRQ_OUT, KNOB_XPS_RXQS,	 KNOB_XPS,  KNOB_RPS,
	KNOB_RPS_FLOW, KNOB_RPS_SOCK_FLOW, KNOB_NM,	 KNOB_IRQBALANCE
};

struct undo_item *undo_add(struct undo *undo, const struct step *step)
{
	struct undo_item *more = realloc(undo->item, (undo->nr + 1) * sizeof(*more));

	if (!more)
		return NULL;
	undo->item = more;
	more += undo->nr;
	memset(more, 0, sizeof(*more));
	if (step_copy(&more->step, step))
		return NULL;
	undo->nr++;
	return more;
}

void undo_free(struct undo *undo)
{
	unsigned int i;

	for (i = 0; i < undo->nr; i++) {
		step_free(&undo->item[i].step);
		free(undo->item[i].earlier);
		free(undo->item[i].found);
		free(undo->item[i].now);
	}
	free(undo->item);
	undo->item = NULL;
	undo->nr = 0;
}

static void note(struct undo_item *item, enum outcome outcome, const char *text)
{
	item->outcome = outcome;
	(void)text_copy(item->note, sizeof(item->note), text); /* a cut sentence still helps */
}

/* Counts, journals and tells. A journal that cannot be written does not stop an undo. */
static void settle(struct undo *undo, struct undo_item *item)
{
	const struct journal_state *state = journal_state(undo->journal);
	char label[160];
	struct entry entry;

	if (item->entry < 0)
		return;
	undo->report->nr[item->outcome]++;
	entry = state->entry[item->entry];
	entry.outcome = item->outcome;
	(void)text_copy(entry.now, sizeof(entry.now), item->now ? item->now : "");
	(void)text_copy(entry.note, sizeof(entry.note), item->note); /* as long as the other */
	if (undo->watch && undo->watch->undo)
		undo->watch->undo(undo->watch->arg, &entry, undo->nr_settled, undo->nr);
	undo->nr_settled++;
	if (item->outcome != OUTCOME_FAILED) {
		(void)undo->settle(undo->journal, item); /* an undo made twice does no harm */
		return;
	}
	(void)journal_undone(undo->journal, (unsigned int)item->entry, OUTCOME_FAILED, item->now,
			     item->note, NULL);
	knob_label(&item->step.knob, item->step.ifname, label, sizeof(label));
	(void)err_set(undo->err, -EIO,
		      "%s could not be given back: %s; it stays in the journal, run netlane down "
		      "again when that is mended",
		      label, item->note);
}

static int value_write(struct undo *undo, const struct undo_item *item, struct err *err)
{
	int ret = fault_point("before a kernel write of an undo");

	if (ret)
		return err_set(err, ret, "failed by a test");
	ret = item->target ? knob_write(undo->root, &item->step.knob, item->target, err) :
			     knob_reset(undo->root, &item->step.knob, err);
	(void)fault_point("after a kernel write of an undo"); /* for its kill only */
	return ret;
}

/* What must stand there: the target, or what the driver would set now. */
static int target_text(struct undo *undo, struct undo_item *item, char **text, struct err *err)
{
	int ret;

	*text = NULL;
	if (!item->target) {
		ret = knob_default(undo->root, &item->step.knob, text, err);
		if (ret || strcmp(*text, KNOB_ABSENT))
			return ret;
		free(*text);
		item->target = item->step.before; /* no such thing with this driver */
	}
	return knob_value(text, item->target, err);
}

static int value_read(struct undo *undo, struct undo_item *item, struct err *err)
{
	char *now;
	int ret = knob_read(undo->root, &item->step.knob, &now, err);

	if (ret)
		return ret;
	free(item->now);
	item->now = now;
	return 0;
}

/* Believes the kernel: 0 when @wanted stands there. */
static int value_check(struct undo *undo, struct undo_item *item, const char *wanted,
		       struct err *err)
{
	int ret = value_read(undo, item, err);

	if (ret)
		return ret;
	if (!knob_is(undo->root, item->step.knob.kind, item->now, wanted))
		return err_set(err, -EIO, "the kernel kept %.60s instead of %.60s", item->now,
			       wanted);
	if (strcmp(item->now, wanted))
		/* XPS comes back by the driver with the CPU, RPS by nobody */
		(void)snprintf(item->note, sizeof(item->note),
			       "the kernel leaves out the offline CPUs of %.60s%s", wanted,
			       item->step.knob.kind == KNOB_RPS ?
				       "; write it again when they are back" :
				       "");
	return 0;
}

/*
 * No CPU of an interrupt's mask is online, which the kernel refuses. What the
 * driver would set stands in; for a queue that is not active, which the driver
 * leaves alone, what the kernel did when the CPU went: all that are online.
 */
static int irq_stand_in(struct undo *undo, struct undo_item *item, char **wanted, struct err *err)
{
	char text[160];
	int ret;

	ret = knob_default(undo->root, &item->step.knob, wanted, err);
	if (!ret && !strcmp(*wanted, KNOB_ABSENT)) {
		free(*wanted);
		ret = knob_online(undo->root, wanted, err);
	}
	if (ret)
		return ret;
	(void)snprintf(text, sizeof(text), "no CPU of %.60s is online: %.60s stands instead",
		       item->target, *wanted);
	note(item, OUTCOME_DRIVER, text);
	item->target = NULL;
	return knob_write(undo->root, &item->step.knob, *wanted, err);
}

/* Writes the target once and reads it back. */
static int value_bring(struct undo *undo, struct undo_item *item, struct err *err)
{
	bool is_irq = item->step.knob.kind == KNOB_IRQ_IN || item->step.knob.kind == KNOB_IRQ_OUT;
	char *wanted = NULL;
	int ret;

	ret = target_text(undo, item, &wanted, err);
	if (ret || knob_is(undo->root, item->step.knob.kind, item->now, wanted))
		goto free_wanted;
	/* the RSS table of 6.1 does not follow the channels; what was found is back all the same */
	if (!item->target && !strcmp(item->now, item->step.before))
		goto free_wanted;
	ret = value_write(undo, item, err);
	if (ret == -EINVAL && is_irq && item->target) {
		memset(err, 0, sizeof(*err));
		free(wanted);
		ret = irq_stand_in(undo, item, &wanted, err);
	}
	if (!ret)
		ret = value_check(undo, item, wanted, err);
	if (!ret && !item->target && item->step.knob.kind == KNOB_RSS &&
	    strcmp(item->now, item->step.before))
		/* that of more channels, which the driver leaves but nobody may set */
		note(item, OUTCOME_DRIVER, "the kernel takes no table beyond the channels");
free_wanted:
	free(wanted);
	return ret;
}

/* The queue was not there before and now is, since the channels stay: the driver's own. */
static void absent_bring(struct undo_item *item)
{
	if (!item->target || strcmp(item->target, KNOB_ABSENT) ||
	    knob_comes_and_goes(item->step.knob.kind))
		return;
	item->target = NULL;
	if (item->outcome == OUTCOME_RESTORED)
		note(item, OUTCOME_DRIVER, "the queue stays, with the driver's default");
}

static void item_bring(struct undo *undo, struct undo_item *item)
{
	bool foreign = item->outcome == OUTCOME_FOREIGN;
	struct err err = { 0 };
	char text[160];
	int ret = 0;

	if (item->shaken)
		ret = value_read(undo, item, &err);
	if (!ret && !strcmp(item->now, KNOB_ABSENT) && !knob_comes_and_goes(item->step.knob.kind)) {
		if (!item->target || strcmp(item->target, KNOB_ABSENT))
			item->outcome = OUTCOME_GONE;
		return;
	}
	if (!ret) {
		if (item->outcome == OUTCOME_GONE)
			item->outcome = OUTCOME_RESTORED; /* the queue came with the channels */
		absent_bring(item);
		ret = value_bring(undo, item, &err);
	}
	if (!ret)
		return;
	if (foreign) {
		(void)snprintf(text, sizeof(text), "lost with the channel change: %.120s",
			       err.text);
		note(item, OUTCOME_FOREIGN, text);
		return;
	}
	note(item, ret == -ENODEV ? OUTCOME_GONE : OUTCOME_FAILED, err.text);
}

/*
 * That the file is gone does not say that NetworkManager knows: an undo whose
 * reload failed, or that was killed before it, left it like this. It is told again.
 */
static void tell_again(struct undo *undo, struct undo_item *item)
{
	struct err err = { 0 };

	if (knob_write(undo->root, &item->step.knob, KNOB_ABSENT, &err))
		note(item, OUTCOME_FAILED, err.text);
}

static void item_back(struct undo *undo, struct undo_item *item)
{
	if (item->step.knob.kind == KNOB_IRQBALANCE)
		undo_judge(undo->root, item);
	if (item->step.knob.kind == KNOB_NM && item->outcome == OUTCOME_UNTOUCHED &&
	    !strcmp(item->step.before, KNOB_ABSENT))
		tell_again(undo, item);
	else if (item->now && (item->outcome == OUTCOME_RESTORED || item->shaken))
		item_bring(undo, item);
	settle(undo, item);
}

/* ------------------------------------------------------------- channels */

/* The RSS table is netlane's to reset when it is in the journal and nobody else's value. */
static bool rss_is_ours(const struct undo *undo, const struct knob *channels, unsigned int *at)
{
	unsigned int i;

	for (i = 0; i < undo->nr; i++) {
		const struct undo_item *item = &undo->item[i];

		if (item->step.knob.kind != KNOB_RSS || item->entry < 0 ||
		    !knob_same_nic(&item->step.knob, channels))
			continue;
		*at = i;
		return item->outcome != OUTCOME_FOREIGN && item->outcome != OUTCOME_FAILED;
	}
	return false;
}

/* The kernel refuses fewer channels than a table that somebody set uses. */
static int room_make(struct undo *undo, const struct undo_item *channels, struct err *err)
{
	unsigned int highest, at, wanted = (unsigned int)strtoul(channels->target, NULL, 10);

	if (knob_rss_highest(undo->root, &channels->step.knob, &highest) || highest < wanted ||
	    !rss_is_ours(undo, &channels->step.knob, &at))
		return 0;
	undo->item[at].shaken = true;
	return knob_reset(undo->root, &undo->item[at].step.knob, err);
}

/* Journals what the driver is about to rewrite, for an undo that comes after a crash. */
static void undoing_tell(struct undo *undo, const struct knob *channels)
{
	unsigned int *entry = calloc(undo->nr + 1, sizeof(*entry)), i, nr = 0;
	const char **found = calloc(undo->nr + 1, sizeof(*found));

	for (i = 0; entry && found && i < undo->nr; i++) {
		const struct undo_item *item = &undo->item[i];

		if (item->entry < 0 || item->step.knob.kind == KNOB_CHANNELS ||
		    !knob_same_nic(&item->step.knob, channels) || item->outcome == OUTCOME_DRIVER)
			continue;
		entry[nr] = (unsigned int)item->entry;
		found[nr++] = item->outcome == OUTCOME_FOREIGN ? item->target : NULL;
	}
	if (nr)
		/* a full disk must not stop an undo */
		(void)journal_undoing(undo->journal, entry, found, nr, NULL);
	free(entry);
	free(found);
}

static int channels_back(struct undo *undo, unsigned int at)
{
	struct undo_item *item;
	struct err err = { 0 };
	unsigned int i;
	int ret;

	ret = undo_keep_foreign(undo, &undo->item[at]);
	if (ret)
		return ret;
	item = &undo->item[at]; /* the list has grown */
	undoing_tell(undo, &item->step.knob);
	ret = room_make(undo, item, &err);
	if (!ret)
		ret = value_bring(undo, item, &err);
	if (ret)
		note(item, OUTCOME_FAILED, err.text);
	for (i = 0; !ret && i < undo->nr; i++)
		if (knob_same_nic(&undo->item[i].step.knob, &item->step.knob))
			undo->item[i].shaken = true;
	return 0;
}

static int channels_all(struct undo *undo)
{
	unsigned int i, nr = undo->nr;
	int ret = 0;

	for (i = 0; i < nr && !ret; i++) {
		if (undo->item[i].step.knob.kind != KNOB_CHANNELS)
			continue;
		if (undo->item[i].outcome == OUTCOME_RESTORED && undo->item[i].target)
			ret = channels_back(undo, i);
		settle(undo, &undo->item[i]);
	}
	return ret;
}

int undo_run(struct undo *undo)
{
	unsigned int i, k;
	int ret;

	for (i = 0; i < undo->nr; i++)
		if (undo->item[i].step.knob.kind != KNOB_IRQBALANCE)
			undo_judge(undo->root, &undo->item[i]);
	ret = channels_all(undo);
	if (ret)
		return err_set(undo->err, ret, "out of memory");
	for (k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (i = 0; i < undo->nr; i++)
			if (undo->item[i].step.knob.kind == order[k])
				item_back(undo, &undo->item[i]);
	return undo->report->nr[OUTCOME_FAILED] ? -EIO : 0;
}
