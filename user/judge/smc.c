// SPDX-License-Identifier: GPL-2.0
/* Can this node do SMC? See smc.h. The rule: a sentence says what it was told by. */
#include "judge/smc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/smc_parts.h"

void smc_say(struct smc_judged *judged, enum smc_level level, const char *topic, const char *why,
	     const char *todo, const char *fmt, ...)
{
	struct smc_verdict *more =
		realloc(judged->verdict, (judged->nr_verdict + 1) * sizeof(*more));
	struct smc_verdict *v;
	va_list ap;

	if (!more) {
		judged->failed = true;
		return;
	}
	judged->verdict = more;
	v = &more[judged->nr_verdict++];
	memset(v, 0, sizeof(*v));
	v->level = level;
	(void)text_copy(v->topic, sizeof(v->topic), topic); /* tables: they fit */
	(void)text_copy(v->why, sizeof(v->why), why);
	(void)text_copy(v->todo, sizeof(v->todo), todo);
	va_start(ap, fmt);
	(void)vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
	if (level > judged->worst)
		judged->worst = level;
}

static void never(const struct smc_node *node, struct smc_judged *judged)
{
	char why[192];

	if (node->config_dibs == IS_NO)
		(void)snprintf(why, sizeof(why), "CONFIG_DIBS, which CONFIG_SMC needs, is off");
	else if (node->config_smc == IS_NO)
		(void)snprintf(why, sizeof(why), "CONFIG_SMC is off");
	else
		(void)snprintf(why, sizeof(why),
			       "/lib/modules/%.100s has no smc module, and "
			       "none is built in",
			       node->release);
	smc_say(judged, SMC_NEVER, "module", "built-without",
		"a kernel that has it; nothing that is loaded or set here brings it",
		"this kernel (%.100s) was built without SMC: %s", node->release, why);
}

static void not_loaded(const struct smc_node *node, struct smc_judged *judged)
{
	unsigned int i;

	for (i = 0; i < node->nr_blocked; i++)
		smc_say(judged, SMC_MISSING, "module", "blocked",
			"take that line out, if SMC is wanted", "%.200s keeps smc from loading: %s",
			node->blocked[i].from, node->blocked[i].text);
	if (node->nr_blocked)
		return;
	smc_say(judged, SMC_MISSING, "module", "not-loaded", "modprobe smc smc_diag",
		"smc is not loaded, and this command loads nothing; the first socket of SMC that "
		"any user opens will load smc and what it needs (ib_core)");
}

static void module_judge(const struct smc_node *node, struct smc_judged *judged)
{
	if (node->smc.there == IS_UNKNOWN) {
		smc_say(judged, SMC_MISSING, "module", "not-known", "",
			"smc is not loaded, and whether this kernel (%.100s) has it is not known: "
			"neither its configuration nor its list of modules is here",
			node->release);
	} else if (node->smc.loaded != IS_YES) {
		not_loaded(node, judged);
	} else {
		smc_say(judged, SMC_FINE, "module", "loaded", "", "smc is loaded");
		if (node->diag.loaded != IS_YES)
			smc_say(judged, SMC_NOTE, "module", "no-diag",
				node->diag.there == IS_NO ? "" : "modprobe smc_diag",
				"smc_diag is not loaded: netlane smc status cannot tell sockets");
	}
}

int smc_judge(const struct smc_node *node, struct smc_judged *judged)
{
	memset(judged, 0, sizeof(*judged));
	if (node->smc.there == IS_NO) {
		never(node, judged);
	} else {
		module_judge(node, judged);
		smc_devices_judge(node, judged);
		smc_ways_judge(node, judged);
		smc_obstacles_judge(node, judged);
		smc_known_judge(node, judged);
	}
	smc_lines_judge(node, judged);
	return judged->failed ? -ENOMEM : 0;
}

unsigned int smc_fallen(const struct smc_view *view)
{
	return view->nr_mode[SMC_MODE_TCP];
}
