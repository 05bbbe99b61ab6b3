/* SPDX-License-Identifier: GPL-2.0 */
/* Growing text, and making text from outside safe to show. */
#ifndef NETLANE_BASE_TEXT_H
#define NETLANE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A text that grows. All-zero is empty; @failed says that memory ran out once. */
struct text {
	char *s; /* NUL-terminated, or NULL when nothing was added */
	size_t len;
	size_t room;
	bool failed;
};

void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *t);
/* Hands the string over (never NULL unless memory ran out); @t is empty again. */
char *text_take(struct text *t);

/*
 * Copies @src into @dst with control bytes and invalid UTF-8 written as \xNN:
 * names from outside (comm, cgroup, interface, unit) must not steer a terminal.
 */
void text_escape(char *dst, size_t len, const char *src);
/* Adds @src with the same written so, but newlines, tabs and backslashes as they are. */
void text_add_safe(struct text *t, const char *src);
/* Makes each byte that is not part of valid UTF-8 a '?', in place: JSON must be UTF-8. */
void text_utf8(char *s);
/* Cuts blanks at both ends, in place. */
char *text_trim(char *s);
/* Copies what fits; returns false if it was cut. @dst is always terminated. */
bool text_copy(char *dst, size_t len, const char *src);
/* Decimal only, whole string, no sign: 0, -EINVAL or -ERANGE outside min..max. */
int text_uint(const char *s, unsigned long min, unsigned long max, unsigned long *out);
/* "90", "90s", "10m", "2h", "1d" -> seconds. 0, -EINVAL, -ERANGE outside 1 s .. 7 days. */
int text_seconds(const char *s, unsigned int *out);

#endif /* NETLANE_BASE_TEXT_H */
