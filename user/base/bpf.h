/* SPDX-License-Identifier: GPL-2.0 */
/* What every part that loads BPF programs, or reads what they keep, has in common. */
#ifndef NETLANE_BASE_BPF_H
#define NETLANE_BASE_BPF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* What libbpf would print belongs into the sentence, and there is none for it to print to. */
void bpf_quiet(void);
/*
 * Puts a failed load into words: -EPERM without root, else -EOPNOTSUPP. @missing:
 * what is not there without it, "packets are not counted by lane".
 */
int bpf_load_failed(int ret, const char *missing, struct err *err);

/* A map of a program that nobody pinned, told by its name and the size of its values. */
struct bpf_part {
	const char *name;
	unsigned int value_size;
};

/* Where it was found: a descriptor, -1: nowhere. */
struct bpf_found {
	int fd;
	unsigned int nr; /* its max_entries */
};

/*
 * Opens those of program @id's maps that @part names, if the program is called @program:
 * @found[i] is @part[i]'s, closed by bpf_parts_close() in any case. 0, -ESTALE: it is ours
 * and not all of them are there (another version's), -ENOENT: it is another one's, or gone.
 */
int bpf_parts_open(unsigned int id, const char *program, const struct bpf_part *part,
		   struct bpf_found *found, unsigned int nr);
void bpf_parts_close(struct bpf_found *found, unsigned int nr);

/* Sums the @nr counters that entry @key of a per-CPU map consists of over all CPUs. 0 or -errno. */
int bpf_sum(int map, unsigned int key, uint64_t *sum, unsigned int nr);

#endif /* NETLANE_BASE_BPF_H */
