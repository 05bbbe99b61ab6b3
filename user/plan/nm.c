// SPDX-License-Identifier: GPL-2.0
/* The entries by which NetworkManager leaves a NIC alone; see nm.h. */
#include "plan/nm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nmconf.h"
#include "base/text.h"
#include "plan/notes.h"

static bool is_asked(const struct policy *policy)
{
	unsigned int i;

	for (i = 0; i < policy->nr_nic; i++)
		if (policy->nic[i].network_manager == NM_UNMANAGED)
			return true;
	return false;
}

static bool is_foreign(const char *value)
{
	return !strncmp(value, NMCONF_FOREIGN, strlen(NMCONF_FOREIGN));
}

static const char *value_now(const struct facts *facts, const char *mac)
{
	unsigned int i;

	for (i = 0; i < facts->nr_nm_entry; i++)
		if (!strcmp(facts->nm_entry[i].mac, mac))
			return facts->nm_entry[i].value;
	return KNOB_ABSENT;
}

static struct step *step_add(struct work *w, const char *mac, const char *ifname,
			     const char *before, const char *after)
{
	struct plan *plan = w->plan;
	struct step *step;

	if (!work_grow(w, &plan->step, plan->nr_step, &w->step_room, sizeof(*step)))
		return NULL;
	step = &plan->step[plan->nr_step++];
	memset(step, 0, sizeof(*step));
	step->knob.kind = KNOB_NM;
	(void)text_copy(step->knob.mac, sizeof(step->knob.mac), mac); /* same sizes */
	(void)text_copy(step->ifname, sizeof(step->ifname), ifname);
	step->before = strdup(before);
	step->after = strdup(after);
	if (!step->before || !step->after) {
		w->failed = true;
		return NULL;
	}
	return step;
}

/* Two NICs with one MAC (a bond's) have one file. */
static bool is_planned(const struct plan *plan, const char *mac)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == KNOB_NM && !strcmp(plan->step[i].knob.mac, mac))
			return true;
	return false;
}

/* ------------------------------------------------------------- one NIC */

/* Why a NIC is left although its owner asks for it, or NULL. */
static const char *left_why(const struct work *w, const struct nic_work *nw, char *buf, size_t len)
{
	const struct nic *nic = nw->nic;
	char name[NMCONF_NAME_LEN];

	if (!nic->bus[0] || nmconf_name(nic->mac, name))
		return "it is no NIC with an address of its own";
	if (nic->owner[0])
		(void)snprintf(buf, len, "it belongs to %s", nic->owner);
	else if (nic->master[0])
		(void)snprintf(buf, len, "it is part of %s", nic->master);
	else if (w->facts->nm_folder != IS_YES)
		return "there is no " NMCONF_ETC " here";
	else if (is_foreign(value_now(w->facts, nic->mac)))
		(void)snprintf(buf, len, "%s is not netlane's",
			       value_now(w->facts, nic->mac) + strlen(NMCONF_FOREIGN));
	else if (nic->upper[0] && nic->nm_managed != IS_NO &&
		 !strcmp(value_now(w->facts, nic->mac), KNOB_ABSENT))
		(void)snprintf(buf, len,
			       "%s is on top of it, and would lose its routes as NetworkManager "
			       "sets the NIC down",
			       nic->upper);
	else
		return NULL;
	return buf;
}

static void why_unmanaged(struct step *step, const struct nic *nic, const char *after)
{
	const char *lasting = strcmp(after, NMCONF_LASTING) ? "" : ", after a reboot too";
	char lease[64] = "";

	if (nic->nm_managed == IS_NO) {
		(void)snprintf(step->why, sizeof(step->why),
			       "NetworkManager leaves it just now, and is to%s", lasting);
		return;
	}
	if (nic->lease_s)
		(void)snprintf(lease, sizeof(lease), "; an address of it ends in %u s",
			       nic->lease_s);
	(void)snprintf(step->why, sizeof(step->why),
		       "NetworkManager lets go of it%s: it sets no address and renews none (DHCP), "
		       "others must (a static one, another client)%s",
		       lasting, lease);
}

/* It sets down what it lets go; that apply puts all of it back takes a moment. */
static void risk_set(struct step *step, const struct nic_work *nw)
{
	const struct nic *nic = nw->nic;

	step->risk = nic->nm_managed == IS_NO ? RISK_NONE : RISK_BLIP;
	if (!nic->default_route && !nic->metadata_route && !nic->login)
		return;
	step->risk = RISK_CAN_CUT_OFF;
	step->needs_confirm = nw->rules.allow_risk < RISK_CAN_CUT_OFF;
}

/*
 * What stands is not made to last shorter. In keeping it is taken into the
 * journal, as what it is: netlane's, which was not there before.
 */
static void stands(struct work *w, const struct nic *nic, const char *now)
{
	struct step *step;

	if (!w->policy->keeping)
		return;
	step = step_add(w, nic->mac, nic->ifname, KNOB_ABSENT, now);
	if (!step)
		return;
	step->carried = true;
	(void)snprintf(step->why, sizeof(step->why), "stands as planned, and is kept so");
}

static void nic_want(struct work *w, const struct nic_work *nw)
{
	const struct nic *nic = nw->nic;
	const char *after = w->policy->until_boot ? NMCONF_UNTIL_BOOT : NMCONF_LASTING;
	const char *now = value_now(w->facts, nic->mac);
	struct step *step;

	if (is_planned(w->plan, nic->mac))
		return;
	if (!strcmp(now, after) || !strcmp(now, NMCONF_LASTING)) {
		stands(w, nic, now);
		return;
	}
	step = step_add(w, nic->mac, nic->ifname, now, after);
	if (!step)
		return;
	if (strcmp(now, KNOB_ABSENT)) { /* it was for a time, and is confirmed */
		(void)snprintf(step->why, sizeof(step->why),
			       "NetworkManager leaves it already; now after a reboot too");
		return;
	}
	risk_set(step, nw);
	why_unmanaged(step, nic, after);
	if (!work_owned(w, "NetworkManager"))
		note_add(w, "%s: NetworkManager does not run; it reads the entry when it starts",
			 nic->ifname);
}

static void nic_look(struct work *w, const struct nic_work *nw)
{
	const char *now = value_now(w->facts, nw->nic->mac);
	char buf[160];
	const char *why;

	if (nw->rules.manage == IS_NO)
		return; /* what stands is not this plan's matter */
	if (nw->rules.network_manager != NM_UNMANAGED) {
		if (strcmp(now, KNOB_ABSENT) && !is_foreign(now))
			note_add(
				w,
				"%s: network_manager = unmanaged is no longer said; the entry that "
				"netlane made stays until netlane down",
				nw->nic->ifname);
		return;
	}
	why = left_why(w, nw, buf, sizeof(buf));
	if (why)
		note_add(w, "%s: network_manager = unmanaged (%.60s) is not done: %s",
			 nw->nic->ifname, nw->rules.network_manager_from, why);
	else
		nic_want(w, nw);
}

/* ------------------------------------------------------------- what goes */

/* Unplugged, or it stayed behind on another machine: this disk came from there. */
static void gone_drop(struct work *w, const struct nm_entry *entry)
{
	struct step *step;

	if (entry->ifname[0] || is_foreign(entry->value))
		return;
	step = step_add(w, entry->mac, "", entry->value, KNOB_ABSENT);
	if (step)
		(void)snprintf(step->why, sizeof(step->why),
			       "the NIC that it is about is not here any more");
}

void nm_build(struct work *w)
{
	bool asked = is_asked(w->policy);
	unsigned int i;

	for (i = 0; i < w->nr_nic && !w->failed; i++)
		nic_look(w, &w->nic[i]);
	for (i = 0; i < w->facts->nr_nm_entry && asked && !w->failed; i++)
		gone_drop(w, &w->facts->nm_entry[i]);
}
