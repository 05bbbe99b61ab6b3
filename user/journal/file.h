/* SPDX-License-Identifier: GPL-2.0 */
/* An open journal: what open.c makes and journal.c writes to. Only journal/ includes it. */
#ifndef NETLANE_JOURNAL_FILE_H
#define NETLANE_JOURNAL_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "journal/journal.h"
#include "journal/record.h"

struct journal {
	char dir[PATH_MAX];
	int dirfd;
	int lockfd;
	int fd; /* -1: there is no file yet */
	bool read_only; /* the file system is: an undo still works, an up does not */
	size_t good; /* bytes of whole lines; the next one goes here */
	unsigned int version; /* of its first line */
	struct journal_state state;
	char who[128];
	char why[16];
};

/* Stamps, writes and takes over one record; synced where @sync. */
int journal_append(struct journal *journal, struct record *record, bool sync, struct err *err);
/* The journal, told in two lines; with @shelve the long form goes into the history. 0 or -errno. */
int journal_shorten(struct journal *journal, bool shelve);
/* Forgets the file and its state; folder and lock stay. */
void journal_file_close(struct journal *journal);

#endif /* NETLANE_JOURNAL_FILE_H */
