/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns as text for people. Nothing is printed here: each function adds to
 * a text. Names from outside are escaped, masks are shown as CPU lists, lines
 * fit @width columns where words allow it.
 */
#ifndef NETLANE_VIEW_VIEW_H
#define NETLANE_VIEW_VIEW_H

#include "base/text.h"
#include "types.h"

#define VIEW_WIDTH 80 /* columns, where the terminal does not say */

/* Words of @s from column @at on, broken at @width, later lines indented by @indent. */
void view_wrap(struct text *out, const char *s, unsigned int at, unsigned int indent,
	       unsigned int width);
/* The same behind @label, in the 8 columns that it has. */
void view_labelled(struct text *out, const char *label, const char *s, unsigned int width);
/* A knob's value for people: masks as CPU lists, interrupt numbers as ranges. */
void view_value(enum knob_kind kind, const char *value, char *buf, size_t len);
/* The word that goes with @n of them. */
static inline const char *view_word(unsigned long long n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* "4 changes", "1 change". */
void view_count(struct text *out, unsigned int n, const char *one, const char *many);
/* "1h05m", "9m40s", "45s". */
void view_duration(char *buf, size_t len, uint64_t seconds);

/* Each step with what stands there, what will, risk and why; lanes, notes. */
void view_plan(struct text *out, const struct plan *plan, unsigned int width);
/* The lane map: which CPU, which interrupts, which masks, straight or not. */
void view_lanes(struct text *out, const struct facts *facts, const struct plan *plan);
void view_facts(struct text *out, const struct facts *facts);
/* What the journal holds; @now_boot_ms is CLOCK_BOOTTIME. */
void view_state(struct text *out, const struct journal_state *state, uint64_t now_boot_ms);

/* What the first screen needs to know beside facts and plan. */
struct first {
	const struct facts *facts;
	const struct plan *plan; /* NULL: could not be made; @plan_why says why */
	const char *plan_why;
	const char *now; /* the line of what the lanes carry, with its end */
	const struct journal_state *journal; /* NULL: none */
	const char *journal_why; /* "" or why it could not be read */
	enum mode mode;
	bool daemon; /* netlane run is alive */
	bool hands_off; /* netlane down was the last word */
	uint64_t now_boot_ms;
};

void view_first(struct text *out, const struct first *first);

#endif /* NETLANE_VIEW_VIEW_H */
