// SPDX-License-Identifier: GPL-2.0
/* Places where a test may end or fail the process; see fault.h. */
#ifdef NETLANE_FAULT
#include "base/fault.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned int calls;
static bool failed;

static void count_write(void)
{
	const char *path = getenv("NETLANE_FAULT_COUNT");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (!f)
		return;
	fprintf(f, "%u\n", calls);
	fclose(f);
}

int fault_point(const char *where)
{
	const char *want = getenv("NETLANE_FAULT");
	unsigned int at;

	calls++;
	if (!want)
		return 0;
	if (!strcmp(want, "count")) {
		if (calls == 1)
			(void)atexit(count_write); /* a missing count fails the test by itself */
		return 0;
	}
	if ((sscanf(want, "kill@%u", &at) == 1 && at == calls) ||
	    (!strncmp(want, "kill:", 5) && !strcmp(want + 5, where))) {
		fprintf(stderr, "fault: killed at %s\n", where);
		(void)raise(SIGKILL);
		pause();
	}
	if (!strncmp(want, "fail:", 5) && !strcmp(want + 5, where) && !failed) {
		failed = true;
		fprintf(stderr, "fault: failed at %s\n", where);
		return -EIO;
	}
	if (!strncmp(want, "stop:", 5) && !strcmp(want + 5, where))
		(void)raise(SIGSTOP);
	if (sscanf(want, "fail@%u", &at) == 1 && at == calls) {
		fprintf(stderr, "fault: failed at %s\n", where);
		return -EIO;
	}
	return 0;
}

unsigned int fault_value(const char *name, unsigned int value)
{
	char variable[64];
	const char *said;

	(void)snprintf(variable, sizeof(variable), "NETLANE_%s", name);
	said = getenv(variable);
	return said ? (unsigned int)strtoul(said, NULL, 10) : value;
}
#else
/* ISO C forbids an empty translation unit. */
typedef int fault_is_not_built;
#endif
