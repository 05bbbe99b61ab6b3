// SPDX-License-Identifier: GPL-2.0
/* Boots that never got ready; see boots.h. */
#include "cmd/boots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

#define BOOTS_ALLOWED 2

int boots_begin(const char *path, const char *boot_id, bool *too_many, struct err *err)
{
	struct text text = { 0 };
	char *line, *rest = NULL, entry[64];
	unsigned int failed = 0;
	bool noted = false;
	int fd, ret, n;

	*too_many = false;
	ret = file_slurp(NULL, &text, "%s", path);
	if (ret && ret != -ENOENT) {
		text_free(&text);
		return err_set(err, ret, "%s cannot be read: %s", path, strerror(-ret));
	}
	/* no file yet: no text, and strtok_r() would take that for "go on" */
	line = text.s ? strtok_r(text.s, "\n", &rest) : NULL;
	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		noted |= !strcmp(line, boot_id);
		failed += strcmp(line, boot_id) != 0;
	}
	text_free(&text);
	*too_many = failed >= BOOTS_ALLOWED;
	if (noted) /* the daemon was restarted within one boot */
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, -errno, "%s cannot be written: %s", path, strerror(errno));
	n = snprintf(entry, sizeof(entry), "%.40s\n", boot_id);
	ret = write(fd, entry, (size_t)n) == n && !fsync(fd) ? 0 : -EIO;
	close(fd);
	return ret ? err_set(err, ret, "%s cannot be written", path) : 0;
}

int boots_ready(const char *path, struct err *err)
{
	if (unlink(path) && errno != ENOENT)
		return err_set(err, -errno, "%s cannot be removed: %s", path, strerror(errno));
	return 0;
}
