// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of kernels and cannot be probed: to look for the hang is to hang, and
 * a hole in memory's handling shows nothing. The rule: only here a version is compared,
 * each row says where it is from, and what is between rows is called not known.
 */
#include <stdio.h>
#include <string.h>

#include "judge/smc_parts.h"

struct version {
	unsigned int major;
	unsigned int minor;
	unsigned int stable;
};

/* The newest stable kernel of a series up to whose changelog SMC's fixes were read. */
static const struct version read_up_to[] = {
	{ 6, 1, 192 },
	{ 6, 12, 117 },
	{ 7, 3, 4 },
};
#define CVES_READ 21 /* of SMC in those changelogs, 2023 to 2026 */

/* Debian's 6.1.0-56 is 6.1.192 by its build. */
static bool version_of(const struct smc_node *node, struct version *v)
{
	const char *debian = strstr(node->build, "Debian ");

	memset(v, 0, sizeof(*v));
	if (debian && sscanf(debian, "Debian %u.%u.%u", &v->major, &v->minor, &v->stable) == 3)
		return true;
	return sscanf(node->release, "%u.%u.%u", &v->major, &v->minor, &v->stable) >= 2;
}

static bool has_rxe(const struct smc_node *node)
{
	unsigned int i;

	for (i = 0; i < node->nr_rdma; i++)
		if (!strcmp(node->rdma[i].driver, SMC_RXE))
			return true;
	return false;
}

/*
 * SMC asks rxe to tell of any completion, and rxe of 6.1 (measured on 6.1.192) compares for
 * equality with a mask of two bits: no event ever comes. 6.12 and 6.17 were seen to
 * work. 5.10 does not come that far: rxe has no GIDs for version 1.
 */
static void hang_judge(const struct smc_node *node, const struct version *v,
		       struct smc_judged *judged)
{
	if (!has_rxe(node) || v->major != 6 || v->minor >= 12)
		return;
	if (v->minor == 1)
		smc_say(judged, SMC_MISSING, "hang", "rxe-hangs",
			"no SMC over rxe on this kernel; a newer one (6.12 was seen to work)",
			"SMC over rxe is broken on Linux 6.1: connect() hangs in smc_wr_drain_cq "
			"and cannot be killed, or falls back");
	else
		smc_say(judged, SMC_NOTE, "hang", "rxe-not-tried", "",
			"SMC over rxe hangs on Linux 6.1 and works on 6.12; this one, between "
			"them, was not tried");
}

static void holes_judge(const struct smc_node *node, const struct version *v,
			struct smc_judged *judged)
{
	const char *keep_out = node->nr_blocked ? "" :
						  "where SMC is not used, keep it out: install smc "
						  "/bin/false in /etc/modprobe.d";
	unsigned int i;

	for (i = 0; i < sizeof(read_up_to) / sizeof(read_up_to[0]); i++) {
		const struct version *r = &read_up_to[i];

		if (r->major != v->major || r->minor != v->minor)
			continue;
		if (v->stable >= r->stable)
			smc_say(judged, SMC_NOTE, "cves", "cves-fixed", keep_out,
				"SMC had %u CVEs from 2023 to 2026, memory used after it was freed "
				"above all, some within another host's reach; Linux %u.%u.%u has the "
				"fixes that are known",
				CVES_READ, v->major, v->minor, v->stable);
		else
			smc_say(judged, SMC_FOUND, "cves", "cves-open",
				"a newer kernel of its series; a vendor's may have the fixes by "
				"another number",
				"Linux %u.%u.%u is older than %u.%u.%u, up to which SMC's fixes "
				"were read: of %u CVEs, some within another host's or any local "
				"user's reach, some may be open",
				v->major, v->minor, v->stable, r->major, r->minor, r->stable,
				CVES_READ);
		return;
	}
	smc_say(judged, SMC_NOTE, "cves", "cves-not-known", keep_out,
		"SMC had %u CVEs from 2023 to 2026, some within another host's or any local user's "
		"reach; which of them Linux %u.%u has fixed is not known here: ask its vendor",
		CVES_READ, v->major, v->minor);
}

void smc_known_judge(const struct smc_node *node, struct smc_judged *judged)
{
	struct version v;

	if (!version_of(node, &v))
		return;
	hang_judge(node, &v, judged);
	holes_judge(node, &v, judged);
}
