// SPDX-License-Identifier: GPL-2.0
/*
 * A plan as a POSIX shell script that a person may read, check and run. The
 * rule: whatever comes from outside is a quoted word or an escaped comment,
 * and what may have changed since (interface names, interrupt numbers) is
 * looked up when the script runs.
 */
#include "plan/plan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fib.h"
#include "base/nmconf.h"
#include "base/step.h"
#include "base/text.h"

static const char fail_function[] = "\nfail() { echo \"$*\" >&2; exit 1; }\n";

static const char put_function[] =
	"\n"
	"# put VALUE FILE\n"
	"put() { printf '%s\\n' \"$1\" >\"$2\" || fail \"$2: '$1' was refused\"; }\n";

static const char nic_function[] =
	"\n"
	"# nic NAME BUS MAC: what follows is about NAME, if it still is that device\n"
	"nic() {\n"
	"\tnic=$1 device=$(readlink -f \"/sys/class/net/$1/device\") || fail \"$1 is not there\"\n"
	"\tcase $device/ in */\"$2\"/*) ;; *) fail \"$1 is not the device at $2\" ;; esac\n"
	"\t[ \"$(cat \"/sys/class/net/$1/address\")\" = \"$3\" ] || fail \"$1 is not $3\"\n"
	"}\n";

static const char irq_function[] =
	"\n"
	"# irq input|output QUEUE MASK: found by name, since the numbers change\n"
	"irq() {\n"
	"\tname=${device##*/}-$1.$2\n"
	"\tnumber=$(awk -v name=\"$name\" '$NF == name { sub(\":\", \"\", $1); print $1 }' "
	"/proc/interrupts)\n"
	"\t[ -n \"$number\" ] || fail \"$nic: there is no interrupt $name\"\n"
	"\tput \"$3\" \"/proc/irq/$number/smp_affinity\"\n"
	"}\n";

static const char queue_function[] =
	"\n"
	"# queue rx-N|tx-N FILE VALUE\n"
	"queue() { put \"$3\" \"/sys/class/net/$nic/queues/$1/$2\"; }\n";

/* One shell word, whatever the bytes are. */
static void word_add(struct text *t, const char *s)
{
	bool plain = *s, printable = true;
	const char *p;

	for (p = s; *p; p++) {
		plain &= isalnum((unsigned char)*p) || strchr("_.:,+=/@%-", *p);
		printable &= *p >= 0x20 && *p < 0x7f;
	}
	if (plain) {
		text_add(t, "%s", s);
	} else if (printable) {
		text_add(t, "'");
		for (p = s; *p; p++)
			text_add(t, *p == '\'' ? "'\\''" : "%c", *p);
		text_add(t, "'");
	} else {
		text_add(t, "\"$(printf '");
		for (p = s; *p; p++)
			text_add(t, "\\%03o", (unsigned char)*p);
		text_add(t, "')\"");
	}
}

/* A comment line; line breaks and terminal escapes in @s stay text. */
static void comment_add(struct text *t, const char *before, const char *s)
{
	char safe[1024];

	text_escape(safe, sizeof(safe), s);
	text_add(t, "# %s%s\n", before, safe);
}

static void nic_add(struct text *t, const struct step *step)
{
	text_add(t, "\nnic ");
	word_add(t, step->ifname);
	text_add(t, " ");
	word_add(t, step->knob.bus);
	text_add(t, " ");
	word_add(t, step->knob.mac);
	text_add(t, "\n");
}

static bool has_step(const struct plan *plan, enum knob_kind kind, const struct knob *nic)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (plan->step[i].knob.kind == kind &&
		    (!nic || knob_same_nic(nic, &plan->step[i].knob)))
			return true;
	return false;
}

static void ban_add(struct text *t, const struct step *step)
{
	const char *p = step->after;

	text_add(t, "# It is told in its own configuration (/etc/default/irqbalance or\n"
		    "# /etc/sysconfig/irqbalance), with the numbers of this boot, and restarted:\n"
		    "#   IRQBALANCE_ARGS=\"");
	while (*p) {
		size_t len = strcspn(p, " ");

		text_add(t, "%s--banirq=%.*s", p == step->after ? "" : " ", (int)len, p);
		p += len + strspn(p + len, " ");
	}
	text_add(t, "\"\n");
}

/* To write NetworkManager's file, not to remove it. */
static bool nm_is_for_up(const struct step *step)
{
	return step->knob.kind == KNOB_NM && strcmp(step->after, KNOB_ABSENT);
}

static bool any_is_for_up(const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++)
		if (nm_is_for_up(&plan->step[i]))
			return true;
	return false;
}

static void queue_add(struct text *t, const struct step *step, const char *dir, const char *file)
{
	text_add(t, "queue %s-%u %s ", dir, step->knob.queue, file);
	word_add(t, step->after);
	text_add(t, "\n");
}

static void rss_add(struct text *t, const struct step *step)
{
	if (!strncmp(step->after, "equal ", strlen("equal "))) {
		text_add(t, "ethtool -X \"$nic\" equal ");
		word_add(t, step->after + strlen("equal "));
		text_add(t, "\n");
	} else {
		comment_add(t, "ethtool cannot set this table of the receive hash: ", step->after);
	}
}

/* ip route and ip rule, by the words that they print themselves. */
static void fib_add(struct text *t, const struct step *step)
{
	bool goes = !strcmp(step->after, KNOB_ABSENT), rule = step->knob.kind == KNOB_RULE;
	bool throws = !strcmp(goes ? step->before : step->after, "throw");
	const char *p = goes ? step->before : step->after;

	text_add(t, "ip %s %s %s %s", strchr(step->knob.addr, ':') ? "-6" : "-4",
		 rule ? "rule" : "route", goes ? "del" : "add",
		 rule	? "from " :
		 throws ? "throw " :
			  "");
	word_add(t, step->knob.addr);
	/* each word by itself: the value is "lookup 20001 priority 17000" or "via 10.0.0.1" */
	while (!throws && strcmp(p, "link") && *p) {
		char word[ADDR_LEN];
		size_t len = strcspn(p, " ");

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, p);
		text_add(t, " ");
		word_add(t, word);
		p += len + strspn(p + len, " ");
	}
	if (!rule && !throws)
		text_add(t, " dev \"$nic\"");
	if (!rule)
		text_add(t, " table %u", step->knob.table);
	text_add(t, " protocol %d\n", FIB_PROTO);
}

/*
 * NetworkManager's own file about the NIC, whose name is made of the MAC alone.
 * It goes like any file; to write it is not for a script, which could not put
 * back what NetworkManager then takes away.
 */
static void nm_add(struct text *t, const struct step *step)
{
	bool lasts = !strcmp(strcmp(step->after, KNOB_ABSENT) ? step->after : step->before,
			     NMCONF_LASTING);
	char name[NMCONF_NAME_LEN];

	if (nmconf_name(step->knob.mac, name))
		return;
	if (nm_is_for_up(step))
		text_add(
			t,
			"# NetworkManager takes addresses and routes away as it lets go, and only\n"
			"# netlane up puts them back: this is not done here\n"
			"[ -e %s/%s ] ||\n"
			"\tfail '%s: network_manager = unmanaged: do this one with netlane up'\n",
			lasts ? NMCONF_ETC : NMCONF_RUN, name, step->knob.mac);
	else
		text_add(t, "rm -f %s/%s\nnmcli general reload conf\n",
			 lasts ? NMCONF_ETC : NMCONF_RUN, name);
}

static void command_add(struct text *t, const struct plan *plan, const struct step *step)
{
	switch (step->knob.kind) {
	case KNOB_IRQBALANCE:
		ban_add(t, step);
		break;
	case KNOB_CHANNELS:
		/* a table that reaches beyond the new number would make -L fail */
		if (has_step(plan, KNOB_RSS, &step->knob))
			text_add(t, "ethtool -X \"$nic\" default\n");
		text_add(t, "ethtool -L \"$nic\" combined ");
		word_add(t, step->after);
		text_add(t, "\n");
		break;
	case KNOB_RSS:
		rss_add(t, step);
		break;
	case KNOB_IRQ_IN:
	case KNOB_IRQ_OUT:
		text_add(t, "irq %s %u ", step->knob.kind == KNOB_IRQ_IN ? "input" : "output",
			 step->knob.queue);
		word_add(t, step->after);
		text_add(t, "\n");
		break;
	case KNOB_XPS_RXQS:
		queue_add(t, step, "tx", "xps_rxqs");
		break;
	case KNOB_XPS:
		queue_add(t, step, "tx", "xps_cpus");
		break;
	case KNOB_RPS_SOCK_FLOW:
		text_add(t, "put ");
		word_add(t, step->after);
		text_add(t, " /proc/sys/net/core/rps_sock_flow_entries\n");
		break;
	case KNOB_RPS:
		queue_add(t, step, "rx", "rps_cpus");
		break;
	case KNOB_RPS_FLOW:
		queue_add(t, step, "rx", "rps_flow_cnt");
		break;
	case KNOB_ROUTE:
	case KNOB_RULE:
		fib_add(t, step);
		break;
	case KNOB_NM:
		nm_add(t, step);
		break;
	case KNOB_PIN: /* where the id has gone to another thread, the time tells: not here */
		text_add(t, "taskset -pc ");
		word_add(t, step->after);
		text_add(t, " %u\n", (unsigned int)strtoul(step->knob.addr, NULL, 10));
		break;
	case KNOB_STEER:
	case KNOB_BIND:
		comment_add(t, "no command does this, only netlane up: ", step->after);
		break;
	case KNOB_DRAIN: /* is never part of a plan */
	case KNOB_COUNT:
		break;
	}
}

static void steps_add(struct text *t, const struct plan *plan)
{
	const struct step *said = NULL, *on = NULL;
	unsigned int i;

	for (i = 0; i < plan->nr_step; i++) {
		const struct step *step = &plan->step[i];

		if (!strcmp(step->after, KNOB_ABSENT) && !knob_comes_and_goes(step->knob.kind))
			continue; /* goes by itself */
		if (step->knob.bus[0] && (!on || !knob_same_nic(&on->knob, &step->knob)))
			nic_add(t, step);
		else if (!step->knob.bus[0])
			text_add(t, "\n");
		on = step;
		if (!said || strcmp(said->why, step->why))
			comment_add(t, "", step->why);
		if (step->risk == RISK_CAN_CUT_OFF)
			text_add(t, "# this can cut off who is logged in\n");
		else if (step->risk == RISK_BLIP)
			text_add(t, "# packets may be lost for a moment\n");
		said = step;
		command_add(t, plan, step);
	}
}

static void nic_say(struct text *t, const struct nic_plan *nic)
{
	struct text line = { 0 };

	text_add(&line, "%s", nic->ifname);
	if (nic->verdict == NIC_CHANGES)
		text_add(&line, ": %u of %u lanes straight", nic->straight, nic->nr_lane);
	else
		text_add(&line, ": %s%s", nic->verdict == NIC_LEFT ? "left, " : "", nic->reason);
	comment_add(t, "", line.s ? line.s : "");
	t->failed |= line.failed;
	text_free(&line);
}

static void intro_add(struct text *t, const struct plan *plan)
{
	unsigned int i, nr = plan_changes(plan);

	text_add(t,
		 "#!/bin/sh\n"
		 "# What `netlane up` would do on the node that this was made for: %u change%s.\n"
		 "# To be read, then run as root. Nothing here is taken back by itself;\n"
		 "# `netlane up` keeps a journal and `netlane down` undoes.\n#\n",
		 nr, nr == 1 ? "" : "s");
	for (i = 0; i < plan->nr_nic; i++)
		nic_say(t, &plan->nic[i]);
	for (i = 0; i < plan->nr_note; i++)
		comment_add(t, "note: ", plan->note[i]);
}

/* The helper functions that the steps call, and no others. */
static void functions_add(struct text *t, const struct plan *plan)
{
	bool irq = has_step(plan, KNOB_IRQ_IN, NULL) || has_step(plan, KNOB_IRQ_OUT, NULL);
	bool queue = has_step(plan, KNOB_XPS, NULL) || has_step(plan, KNOB_XPS_RXQS, NULL) ||
		     has_step(plan, KNOB_RPS, NULL) || has_step(plan, KNOB_RPS_FLOW, NULL);
	bool nic = irq || queue || has_step(plan, KNOB_CHANNELS, NULL) ||
		   has_step(plan, KNOB_RSS, NULL) || has_step(plan, KNOB_ROUTE, NULL);

	text_add(t, "\nset -eu\n");
	if (nic || has_step(plan, KNOB_RPS_SOCK_FLOW, NULL) || any_is_for_up(plan))
		text_add(t, "%s", fail_function);
	if (irq || queue || has_step(plan, KNOB_RPS_SOCK_FLOW, NULL))
		text_add(t, "%s", put_function);
	text_add(t, "%s%s%s", nic ? nic_function : "", irq ? irq_function : "",
		 queue ? queue_function : "");
}

char *plan_as_shell(const struct plan *plan)
{
	struct text t = { 0 };

	intro_add(&t, plan);
	functions_add(&t, plan);
	steps_add(&t, plan);
	return text_take(&t);
}
