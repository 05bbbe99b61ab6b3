// SPDX-License-Identifier: GPL-2.0
/* Who asked; see who.h. */
#include "journal/who.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

/* The login session's user, which sudo and su do not change; else the real one. */
static unsigned int login_uid(void)
{
	unsigned int uid;

	if (file_read_uint("/", &uid, "/proc/self/loginuid") || uid == UINT_MAX)
		return getuid();
	return uid;
}

static void user_name(unsigned int uid, char *buf, size_t len)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw = NULL;

	while (f && (pw = fgetpwent(f)) && pw->pw_uid != uid)
		;
	if (pw)
		(void)snprintf(buf, len, "%s", pw->pw_name);
	else
		(void)snprintf(buf, len, "uid %u", uid);
	if (f)
		fclose(f);
}

void who_get(char *buf, size_t len)
{
	char user[40], tty[40] = "", comm[20] = "";
	int ppid = (int)getppid(), fd;

	user_name(login_uid(), user, sizeof(user));
	for (fd = 0; fd < 3 && !tty[0]; fd++)
		if (ttyname_r(fd, tty, sizeof(tty)))
			tty[0] = 0;
	if (file_read("/", comm, sizeof(comm), "/proc/%d/comm", ppid))
		comm[0] = 0;
	(void)snprintf(buf, len, "%s%s%s%s%s (pid %d)", user, tty[0] ? " on " : "",
		       !strncmp(tty, "/dev/", strlen("/dev/")) ? tty + strlen("/dev/") : tty,
		       comm[0] ? " by " : "", comm, ppid); /* a cut name still helps */
}
