// SPDX-License-Identifier: GPL-2.0
/* Sets of CPU numbers and their two kernel texts; see cpumask.h. */
#include "base/cpumask.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP_BITS 32 /* the kernel's bitmap_parse() and %*pb group size */
#define GROUPS (CPUMASK_BITS / GROUP_BITS)

void cpumask_clear(struct cpumask *mask)
{
	memset(mask, 0, sizeof(*mask));
}

void cpumask_add(struct cpumask *mask, unsigned int cpu)
{
	if (cpu < CPUMASK_BITS)
		mask->word[cpu / 64] |= 1ULL << (cpu % 64);
}

void cpumask_del(struct cpumask *mask, unsigned int cpu)
{
	if (cpu < CPUMASK_BITS)
		mask->word[cpu / 64] &= ~(1ULL << (cpu % 64));
}

bool cpumask_has(const struct cpumask *mask, unsigned int cpu)
{
	return cpu < CPUMASK_BITS && (mask->word[cpu / 64] >> (cpu % 64) & 1);
}

bool cpumask_empty(const struct cpumask *mask)
{
	return cpumask_next(mask, 0) == CPUMASK_BITS;
}

bool cpumask_equal(const struct cpumask *a, const struct cpumask *b)
{
	return !memcmp(a, b, sizeof(*a));
}

unsigned int cpumask_count(const struct cpumask *mask)
{
	unsigned int i, n = 0;

	for (i = 0; i < CPUMASK_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(mask->word[i]);
	return n;
}

unsigned int cpumask_next(const struct cpumask *mask, unsigned int from)
{
	unsigned int i = from / 64;
	uint64_t word;

	if (from >= CPUMASK_BITS)
		return CPUMASK_BITS;
	word = mask->word[i] & ~0ULL << (from % 64);
	while (!word) {
		if (++i == CPUMASK_WORDS)
			return CPUMASK_BITS;
		word = mask->word[i];
	}
	return i * 64 + (unsigned int)__builtin_ctzll(word);
}

void cpumask_and(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	unsigned int i;

	for (i = 0; i < CPUMASK_WORDS; i++)
		dst->word[i] = a->word[i] & b->word[i];
}

void cpumask_or(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	unsigned int i;

	for (i = 0; i < CPUMASK_WORDS; i++)
		dst->word[i] = a->word[i] | b->word[i];
}

void cpumask_andnot(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	unsigned int i;

	for (i = 0; i < CPUMASK_WORDS; i++)
		dst->word[i] = a->word[i] & ~b->word[i];
}

/* Reads one decimal number at *@text and moves on. */
static int number_parse(const char **text, unsigned int *out)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	errno = 0;
	value = strtoul(*text, &end, 10);
	if (errno || value >= CPUMASK_BITS)
		return -EOVERFLOW;
	*text = end;
	*out = (unsigned int)value;
	return 0;
}

static const char *blanks_skip(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

int cpumask_parse_list(const char *text, struct cpumask *mask)
{
	unsigned int first, last;
	int ret;

	cpumask_clear(mask);
	text = blanks_skip(text);
	while (*text) {
		ret = number_parse(&text, &first);
		if (ret)
			return ret;
		last = first;
		if (*text == '-') {
			text++;
			ret = number_parse(&text, &last);
			if (ret)
				return ret;
		}
		if (last < first)
			return -EINVAL;
		for (; first <= last; first++)
			cpumask_add(mask, first);
		text = blanks_skip(text);
		if (!*text)
			return 0;
		if (*text != ',')
			return -EINVAL;
		text = blanks_skip(text + 1);
		if (!*text)
			return -EINVAL;
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * From the right: digits fill a group of 32 bits, a comma starts the next
 * group even where fewer than eight digits were written, as in the kernel.
 */
int cpumask_parse_hex(const char *text, struct cpumask *mask)
{
	unsigned int group = 0, digit = 0;
	const char *p;

	cpumask_clear(mask);
	text = blanks_skip(text);
	p = text + strlen(text);
	while (p > text && isspace((unsigned char)p[-1]))
		p--;
	if (p == text || p[-1] == ',' || *text == ',')
		return -EINVAL;
	while (p-- > text) {
		unsigned int bit = group * GROUP_BITS + digit * 4;
		int value;

		if (*p == ',') {
			if (!digit)
				return -EINVAL;
			group++;
			digit = 0;
			continue;
		}
		value = hex_digit(*p);
		if (value < 0)
			return -EINVAL;
		if (digit == GROUP_BITS / 4) {
			/* a run of more than eight digits goes on in the next group */
			group++;
			digit = 0;
			bit = group * GROUP_BITS;
		}
		digit++;
		if (bit + 3 >= CPUMASK_BITS) {
			if (value)
				return -EOVERFLOW;
			continue;
		}
		mask->word[bit / 64] |= (uint64_t)value << (bit % 64);
	}
	return 0;
}

/* A text that is built from left to right and cut at its end like snprintf. */
struct cursor {
	char *buf;
	size_t len;
	size_t at;
};

static void add(struct cursor *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct cursor *c, const char *fmt, ...)
{
	bool room = c->at < c->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room ? c->buf + c->at : NULL, room ? c->len - c->at : 0, fmt, ap);
	va_end(ap);
	c->at += (size_t)n;
}

size_t cpumask_format_list(const struct cpumask *mask, char *buf, size_t len)
{
	struct cursor c = { buf, len, 0 };
	unsigned int first, last;

	if (len)
		buf[0] = 0;
	for (first = cpumask_next(mask, 0); first < CPUMASK_BITS;
	     first = cpumask_next(mask, last + 1)) {
		last = first;
		while (cpumask_has(mask, last + 1))
			last++;
		add(&c, "%s%u", c.at ? "," : "", first);
		if (last > first)
			add(&c, "-%u", last);
	}
	return c.at;
}

size_t cpumask_format_hex(const struct cpumask *mask, char *buf, size_t len)
{
	struct cursor c = { buf, len, 0 };
	unsigned int group = GROUPS;

	while (group--) {
		unsigned int bit = group * GROUP_BITS;
		unsigned int value = (unsigned int)(mask->word[bit / 64] >> (bit % 64));

		if (c.at)
			add(&c, ",%08x", value);
		else if (value || !group)
			add(&c, "%x", value);
	}
	return c.at;
}
