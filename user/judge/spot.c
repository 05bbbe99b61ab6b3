// SPDX-License-Identifier: GPL-2.0
/* What the notice of a spot instance means; see spot.h. */
#include "judge/spot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LAST_S 40 /* for the last hook, which is killed after 30 s */

/* yyyy-MM-ddTHH:mm:ssZ and nothing else (the ECS documentation, "preemptible instances"). */
static int64_t time_parse(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	struct tm tm = { 0 }, again;
	time_t when;
	unsigned int i;

	if (strlen(text) != sizeof(form) - 1)
		return -1;
	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return -1;
	if (sscanf(text, "%d-%d-%dT%d:%d:%dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		   &tm.tm_min, &tm.tm_sec) != 6)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	again = tm;
	when = timegm(&again);
	/* what is no date comes back as another one */
	if (when < 0 || again.tm_mon != tm.tm_mon || again.tm_mday != tm.tm_mday ||
	    again.tm_hour != tm.tm_hour || again.tm_min != tm.tm_min || again.tm_sec != tm.tm_sec)
		return -1;
	return when;
}

enum spot spot_verdict(int ret, const char *text, int64_t *when)
{
	*when = 0;
	if (ret == -ENOENT)
		return SPOT_STAYS;
	if (ret || !text)
		return SPOT_UNKNOWN;
	*when = time_parse(text);
	if (*when >= 0)
		return SPOT_GOES;
	*when = 0;
	return SPOT_UNKNOWN;
}

struct spot_times spot_times(unsigned int left_s, unsigned int grace_s, unsigned int deadline_s)
{
	struct spot_times times = { 0 };
	unsigned int usable = left_s > LAST_S ? left_s - LAST_S : 0;

	/* a balancer that still sends is served, but what is established has the larger part */
	times.grace_s = grace_s < usable / 3 ? grace_s : usable / 3;
	usable -= times.grace_s;
	times.deadline_s = deadline_s && deadline_s < usable ? deadline_s : usable;
	if (!times.deadline_s)
		times.deadline_s = 1;
	return times;
}
