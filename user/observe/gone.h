/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for programs to leave the kernel. One that hooks a function is freed
 * only when every CPU has been elsewhere, which is a moment after its last
 * holder let go: who says that a node is given back says it after that.
 */
#ifndef NETLANE_OBSERVE_GONE_H
#define NETLANE_OBSERVE_GONE_H

#include <stdint.h>

#define GONE_MAX 128

/* The programs of one or more folders of pins, by the kernel's ids. */
struct gone {
	uint32_t id[GONE_MAX];
	unsigned int nr;
};

/* Adds the programs that are pinned, or hold a pinned link, below the folder @dir. */
void gone_note(struct gone *gone, const char *dir);
/*
 * Waits until the kernel has none of them any more, @ms at most: somebody who
 * reads may hold one, and then it goes with him.
 */
void gone_wait(const struct gone *gone, unsigned int ms);

#endif /* NETLANE_OBSERVE_GONE_H */
