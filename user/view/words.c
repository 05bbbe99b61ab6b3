// SPDX-License-Identifier: GPL-2.0
/* Small pieces of text that every view uses; see view.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/view.h"

void view_wrap(struct text *out, const char *s, unsigned int at, unsigned int indent,
	       unsigned int width)
{
	bool first = true;

	while (*s) {
		size_t len;

		s += strspn(s, " ");
		len = strcspn(s, " ");
		if (!len)
			break;
		if (!first && at + 1 + len > width) {
			text_add(out, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		text_add(out, "%s%.*s", first ? "" : " ", (int)len, s);
		at += (unsigned int)len + !first;
		first = false;
		s += len;
	}
	text_add(out, "\n");
}

void view_labelled(struct text *out, const char *label, const char *s, unsigned int width)
{
	text_add(out, "%-8s", label);
	view_wrap(out, s, 8, 8, width);
}

/* "24 25 26 30" as "24-26,30": a cpumask is a set of small numbers. */
static bool numbers_shorten(const char *value, char *buf, size_t len)
{
	struct cpumask set = { 0 };
	unsigned long n;
	char *end;

	for (; *value; value = end) {
		n = strtoul(value, &end, 10);
		if (end == value || n >= CPUMASK_BITS)
			return false;
		cpumask_add(&set, (unsigned int)n);
		end += strspn(end, " ");
	}
	(void)cpumask_format_list(&set, buf, len); /* cut is fine for people */
	return true;
}

void view_value(enum knob_kind kind, const char *value, char *buf, size_t len)
{
	struct cpumask mask;
	const char *shown = value;

	buf[0] = 0;
	if (!strcmp(value, KNOB_ABSENT)) {
		shown = "absent";
	} else {
		switch (kind) {
		case KNOB_IRQ_IN:
		case KNOB_IRQ_OUT:
		case KNOB_XPS:
		case KNOB_XPS_RXQS:
		case KNOB_RPS:
			if (!cpumask_parse_hex(value, &mask))
				(void)cpumask_format_list(&mask, buf, len);
			shown = "none";
			break;
		case KNOB_IRQBALANCE:
			if (!numbers_shorten(value, buf, len))
				break;
			shown = "none";
			break;
		default:
			break;
		}
	}
	if (!buf[0])
		(void)snprintf(buf, len, "%s", shown);
	if (strlen(buf) == len - 1 && len > 4) /* cut: say so */
		memcpy(buf + len - 4, "...", 4);
}

void view_count(struct text *out, unsigned int n, const char *one, const char *many)
{
	text_add(out, "%u %s", n, view_word(n, one, many));
}

void view_duration(char *buf, size_t len, uint64_t seconds)
{
	unsigned long long s = seconds;

	if (s >= 3600)
		(void)snprintf(buf, len, "%lluh%02llum", s / 3600, s % 3600 / 60);
	else if (s >= 60)
		(void)snprintf(buf, len, "%llum%02llus", s / 60, s % 60);
	else
		(void)snprintf(buf, len, "%llus", s);
}
