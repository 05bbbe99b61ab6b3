// SPDX-License-Identifier: GPL-2.0
/* Growing text, and making text from outside safe to show; see text.h. */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool text_reserve(struct text *t, size_t more)
{
	size_t room = t->room ? t->room : 128;
	char *s;

	if (t->failed)
		return false;
	while (room < t->len + more + 1)
		room *= 2;
	if (room == t->room)
		return true;
	s = realloc(t->s, room);
	if (!s) {
		t->failed = true;
		return false;
	}
	t->s = s;
	t->room = room;
	return true;
}

void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !text_reserve(t, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(t->s + t->len, t->room - t->len, fmt, ap); /* measured above */
	va_end(ap);
	t->len += (size_t)n;
}

void text_free(struct text *t)
{
	free(t->s);
	memset(t, 0, sizeof(*t));
}

char *text_take(struct text *t)
{
	char *s;

	if (!t->s && !t->failed && text_reserve(t, 0))
		t->s[0] = 0;
	s = t->failed ? NULL : t->s;
	if (t->failed)
		free(t->s);
	memset(t, 0, sizeof(*t));
	return s;
}

/* Length of the valid UTF-8 sequence at @s, 0 if it is none (overlong, a surrogate, cut). */
static size_t utf8_len(const unsigned char *s)
{
	size_t i, n;

	if (*s < 0x80)
		return 1;
	n = *s >= 0xc2 && *s <= 0xdf ? 2 :
	    (*s & 0xf0) == 0xe0	     ? 3 :
	    *s >= 0xf0 && *s <= 0xf4 ? 4 :
				       0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

void text_utf8(char *s)
{
	size_t n;

	for (; *s; s += n) {
		n = utf8_len((const unsigned char *)s);
		if (!n)
			*s = '?';
		n = n ? n : 1;
	}
}

void text_escape(char *dst, size_t len, const char *src)
{
	const unsigned char *s = (const unsigned char *)src;
	size_t at = 0;

	if (!len)
		return;
	while (*s) {
		bool plain = *s >= 0x20 && *s != 0x7f && *s != '\\';
		/* U+0080..U+009F are control characters too */
		size_t n = plain && !(s[0] == 0xc2 && s[1] < 0xa0) ? utf8_len(s) : 0;

		if (n && at + n < len) {
			memcpy(dst + at, s, n);
			at += n;
			s += n;
		} else if (!n && at + 4 < len) {
			at += (size_t)snprintf(dst + at, len - at, "\\x%02x", *s);
			s++;
		} else {
			break;
		}
	}
	dst[at] = 0;
}

void text_add_safe(struct text *t, const char *src)
{
	const unsigned char *s = (const unsigned char *)src;

	while (*s) {
		size_t run = 0, n;

		for (;;) {
			bool plain = (s[run] >= 0x20 && s[run] != 0x7f) || s[run] == '\n' ||
				     s[run] == '\t';

			n = plain && !(s[run] == 0xc2 && s[run + 1] < 0xa0) ? utf8_len(s + run) : 0;
			if (!n)
				break;
			run += n;
		}
		text_add(t, "%.*s", (int)run, (const char *)s);
		s += run;
		if (*s)
			text_add(t, "\\x%02x", *s++);
	}
}

char *text_trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = 0;
	return s;
}

bool text_copy(char *dst, size_t len, const char *src)
{
	int n = snprintf(dst, len, "%s", src);

	return n >= 0 && (size_t)n < len;
}

int text_uint(const char *s, unsigned long min, unsigned long max, unsigned long *out)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	value = strtoul(s, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno || value < min || value > max)
		return -ERANGE;
	*out = value;
	return 0;
}

int text_seconds(const char *s, unsigned int *out)
{
	static const unsigned long week_s = 7 * 24 * 3600;
	unsigned long value, unit = 1;
	char digits[16];
	size_t n = strlen(s);

	if (!n || n >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, s, n + 1);
	switch (digits[n - 1]) {
	case 'd':
		unit = 24 * 3600;
		break;
	case 'h':
		unit = 3600;
		break;
	case 'm':
		unit = 60;
		break;
	}
	if (!isdigit((unsigned char)digits[n - 1])) {
		if (unit == 1 && digits[n - 1] != 's')
			return -EINVAL;
		digits[n - 1] = 0;
	}
	if (text_uint(digits, 1, week_s, &value))
		return isdigit((unsigned char)digits[0]) ? -ERANGE : -EINVAL;
	if (value * unit > week_s)
		return -ERANGE;
	*out = (unsigned int)(value * unit);
	return 0;
}
