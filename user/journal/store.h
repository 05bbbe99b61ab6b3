/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of the journal's folder: the lock, the journal, its history
 * (journal.N, N rising, the newest 16 kept) and what was set aside. The rule:
 * only names and bytes here, nothing of their meaning; a name changes by one
 * rename(2) and the folder is synced after it.
 */
#ifndef NETLANE_JOURNAL_STORE_H
#define NETLANE_JOURNAL_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define STORE_JOURNAL "journal"
#define STORE_NEW "journal.new"
#define STORE_KEPT 32 /* finished journals, and long ones */
#define STORE_NAME_LEN 64

/* Opens the folder, creating it (0700) where @create. Descriptor or -errno. */
int store_open(const char *dir, bool create, struct err *err);
/* Takes the writers' lock. Descriptor, -EBUSY with the holder's pid, or -errno. */
int store_lock(int dirfd, const char *dir, struct err *err);
/* The whole file @name, heap, NUL-terminated. -ENOENT quietly; else with a sentence. */
int store_read(int dirfd, const char *dir, const char *name, char **text, size_t *len,
	       struct err *err);
/*
 * Writes all of @text at offset @at of @fd, cutting what stood behind it, and
 * syncs where @sync. On failure the file ends at @at again where possible.
 */
int store_append(int fd, size_t at, const char *text, size_t len, bool sync);
/* Makes the journal the newest of the history; the oldest beyond 16 go. */
int store_shelve(int dirfd);
/* As store_shelve(), but the journal stays in place too (a hard link). */
int store_shelve_copy(int dirfd);
/* Gives the journal the name journal.@word-TIME; takes the old one away unless @keep. */
int store_aside(int dirfd, const char *word, bool keep, char name[STORE_NAME_LEN]);
/* Puts @text in the journal's place, at once or not at all. 0 or -errno. */
int store_replace(int dirfd, const char *text, size_t len);
/* Syncs the folder, so that a name is there after a power cut. 0 or -errno. */
int store_sync(int dirfd);
/* The numbers of the history, ascending, heap. 0 or -errno. */
int store_history(const char *dir, unsigned int **numbers, unsigned int *nr);
/* What was done, on which folder, why not, and what to do. Returns @ret. */
int store_fail(struct err *err, int ret, const char *dir, const char *doing);

#endif /* NETLANE_JOURNAL_STORE_H */
