/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is this spot instance about to be taken back? The rule: only a whole answer
 * that is a time says yes and only "not found" says no; whatever else came is not known.
 */
#ifndef NETLANE_JUDGE_SPOT_H
#define NETLANE_JUDGE_SPOT_H

#include <stdint.h>

enum spot { SPOT_UNKNOWN, SPOT_STAYS, SPOT_GOES };

/*
 * @ret and @text of instance/spot/termination-time, as metadata_get() has them. *when: the
 * time of SPOT_GOES, seconds since 1970.
 */
enum spot spot_verdict(int ret, const char *text, int64_t *when);

/* How the seconds that are left are used: the grace and what follows the first refusal. */
struct spot_times {
	unsigned int grace_s;
	unsigned int deadline_s;
};
/* At most what the configuration says (@deadline_s 0: no limit), and over in time for the last hook. */
struct spot_times spot_times(unsigned int left_s, unsigned int grace_s, unsigned int deadline_s);

#endif /* NETLANE_JUDGE_SPOT_H */
