// SPDX-License-Identifier: GPL-2.0
/* The pause between two looks; see pause.h. */
#include "cmd/pause.h"

void pause_begin(struct pause *pause, uint64_t now_us)
{
	*pause = (struct pause){ .us = PAUSE_US, .paid_us = now_us };
}

void pause_after(struct pause *pause, uint64_t now_us, int ret)
{
	uint64_t paid = (now_us - pause->paid_us) / PAUSE_MAX_US;

	pause->paid_us += paid * PAUSE_MAX_US;
	pause->spent = paid < pause->spent ? pause->spent - (unsigned int)paid : 0;
	if (ret && pause->spent < PAUSE_CREDIT)
		pause->spent++;
	/* longer where it does not help at all, the usual one again where it does */
	if (ret)
		pause->us = pause->us * 2 > PAUSE_MAX_US ? PAUSE_MAX_US : pause->us * 2;
	else
		pause->us = PAUSE_US;
	/* a fight whose other side waits for the repair looks as if it helped */
	if (pause->spent == PAUSE_CREDIT)
		pause->us = PAUSE_MAX_US;
}
