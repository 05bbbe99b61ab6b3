/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of CPU numbers (and, for xps_rxqs, of queue numbers), in the two texts
 * that the kernel uses: lists "0-3,5" and hex masks of 32-bit groups
 * "0000000f,ffffffff". A number is below CPUMASK_BITS; a larger one is
 * -EOVERFLOW, never cut off.
 */
#ifndef NETLANE_BASE_CPUMASK_H
#define NETLANE_BASE_CPUMASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPUMASK_BITS 2048
#define CPUMASK_WORDS (CPUMASK_BITS / 64)
/* Room for the longest text of either form and its NUL. */
#define CPUMASK_TEXT_LEN (CPUMASK_BITS * 5)

struct cpumask {
	uint64_t word[CPUMASK_WORDS];
};

/* Iterates over the members in ascending order. */
#define cpumask_for_each(cpu, mask)                                 \
	for ((cpu) = cpumask_next((mask), 0); (cpu) < CPUMASK_BITS; \
	     (cpu) = cpumask_next((mask), (cpu) + 1))

void cpumask_clear(struct cpumask *mask);
void cpumask_add(struct cpumask *mask, unsigned int cpu);
void cpumask_del(struct cpumask *mask, unsigned int cpu);
bool cpumask_has(const struct cpumask *mask, unsigned int cpu);
bool cpumask_empty(const struct cpumask *mask);
bool cpumask_equal(const struct cpumask *a, const struct cpumask *b);
unsigned int cpumask_count(const struct cpumask *mask);
/* Smallest member >= @from, or CPUMASK_BITS. */
unsigned int cpumask_next(const struct cpumask *mask, unsigned int from);
void cpumask_and(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b);
void cpumask_or(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b);
void cpumask_andnot(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b);

/* "0-3,5", "" and "\n" are fine. 0, -EINVAL or -EOVERFLOW. */
int cpumask_parse_list(const char *text, struct cpumask *mask);
/* "ff" or "0000000f,ffffffff"; blanks at the end are fine. 0, -EINVAL or -EOVERFLOW. */
int cpumask_parse_hex(const char *text, struct cpumask *mask);
/* Writes the list form; returns its length (cut at @len like snprintf). */
size_t cpumask_format_list(const struct cpumask *mask, char *buf, size_t len);
/*
 * Writes the shortest hex form that the kernel takes: no leading zeros, 32-bit
 * groups by commas, "0" for the empty set. Returns its length.
 */
size_t cpumask_format_hex(const struct cpumask *mask, char *buf, size_t len);

#endif /* NETLANE_BASE_CPUMASK_H */
