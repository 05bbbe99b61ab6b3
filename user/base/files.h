/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small files of sysfs, procfs and /etc below a root that tests can replace.
 * A path is a printf format without the root. One read, one write(2).
 */
#ifndef NETLANE_BASE_FILES_H
#define NETLANE_BASE_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Where what does not outlive this boot is kept; made by who needs it. */
#define RUN_DIR "/run/netlane"

/* Reads at most @len - 1 bytes, cuts the last newline. 0 or -errno. */
int file_read(const char *root, char *buf, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Reads the whole file, up to 16 MiB (-EFBIG), into @t. 0 or -errno. */
int file_slurp(const char *root, struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Reads an unsigned decimal; -EINVAL when it is none. */
int file_read_uint(const char *root, unsigned int *out, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Writes @value with one write(2) to an existing file. 0 or -errno. */
int file_write(const char *root, const char *value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Makes @path hold @text, all of it or none; no fsync: for /run. 0 or -errno. */
int file_replace(const char *path, const char *text);
bool file_exists(const char *root, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The target of a symbolic link, not followed further. 0 or -errno. */
int file_link(const char *root, char *buf, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Where a path leads in the end, all links followed, with @root before it. 0 or -errno. */
int file_resolve(const char *root, char *buf, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/*
 * The names in a folder, sorted as numbers and text (eth2 before eth10),
 * without dot names. The caller frees with files_free(). 0 or -errno.
 */
int files_list(const char *root, char ***names, unsigned int *nr, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void files_free(char **names, unsigned int nr);

/* Closes every descriptor of this process but @keep: for a child that lives on alone. */
void files_close_all_but(int keep);

#endif /* NETLANE_BASE_FILES_H */
