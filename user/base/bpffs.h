/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BPF file system, and netlane's folder in it, in which each part that pins
 * something has folders of its own. The rule: the mount that we made and the
 * folder go with the last pin, and nobody else's pins are touched.
 */
#ifndef NETLANE_BASE_BPFFS_H
#define NETLANE_BASE_BPFFS_H

#include <linux/types.h>
#include <stdbool.h>

#include "base/err.h"
#include "bpf/abi.h"

#define BPFFS_DIR "/sys/fs/bpf/netlane"
#define BPFFS_WORD_(n) #n
#define BPFFS_WORD(n) BPFFS_WORD_(n)
/* The folder in it of what counts: of this ABI. */
#define BPFFS_ABI "abi-" BPFFS_WORD(LANE_ABI)

/*
 * Would what is pinned here be seen by the node? Not where `ip netns exec` has put
 * another /sys in the place of its own: -EXDEV, with a sentence.
 */
int bpffs_visible(struct err *err);
/* Before paths of the node's BPF file system: "", or where `ip netns exec` hides it, a way to it. */
const char *bpffs_root(void);
/* What is pinned as BPFFS_DIR/@folder/@name of the node, a descriptor; or -errno. */
int bpffs_open(const char *folder, const char *name);
/* There is one, and it has our folder; mounts it where nobody did. */
int bpffs_prepare(struct err *err);
/* Removes our folder if nothing is in it any more, and a mount of ours that nobody else uses. */
int bpffs_release(struct err *err);
/* Is there our folder, or a mount that is ours? */
bool bpffs_any(void);
/* Removes the pins in BPFFS_DIR/@name and the folder; none is what is wanted, too. */
int bpffs_folder_remove(const char *name, struct err *err);

#endif /* NETLANE_BASE_BPFFS_H */
