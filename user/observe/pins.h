/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where BPF objects live on when the process that loaded them ends:
 * /sys/fs/bpf/netlane/abi-N, root only. The rule: a folder of pins appears
 * whole or not at all, by a rename; whatever else lies beside it was left by
 * another version or a loader that was killed, and is removed by the next one.
 */
#ifndef NETLANE_OBSERVE_PINS_H
#define NETLANE_OBSERVE_PINS_H

#include <stdbool.h>

#include "base/bpffs.h"
#include "base/err.h"
#include "observe/gone.h"

#define PINS_DIR BPFFS_DIR

/* One loader at a time; the descriptor to close, or -errno with a sentence. */
int pins_lock(struct err *err);
/* As bpffs_prepare(), for the node's own BPF file system alone. */
int pins_prepare(struct err *err);
/* A new empty folder to pin into, below the lock. */
int pins_begin(char *dir, unsigned long len, struct err *err);
/* Puts that folder in the place of the one that is in force, and removes all others. */
int pins_commit(const char *dir, struct err *err);
/* Removes all folders but the one that is in force: what a loader that was killed left. */
int pins_sweep(struct err *err);
/* Has another version of netlane pinned something? */
bool pins_of_others(void);
/* The programs that count and are pinned, in all their folders. */
void pins_note(struct gone *gone);
/* Removes every pin; programs that only they held are detached. */
int pins_remove_all(struct err *err);
/* Where @name of this ABI is, or would be, pinned. */
void pins_path(const char *name, char *path, unsigned long len);
/* A pinned object of this ABI, a descriptor or -errno. */
int pins_open(const char *name);

#endif /* NETLANE_OBSERVE_PINS_H */
