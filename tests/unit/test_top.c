// SPDX-License-Identifier: GPL-2.0
/*
 * The screens of netlane top, from samples that are made here.
 *
 * The rule: they are claimed by what stands in a line and by never being wider or
 * higher than the terminal.
 */
#include "tests/unit/sampled.h"

#include <stdlib.h>
#include <string.h>

#include "view/load.h"
#include "view/top.h"

/* Columns of a line: a byte each, but for the blocks of a sparkline. */
static unsigned int width_of(const char *line, size_t len)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += (line[i] & 0xc0) != 0x80;
	return n;
}

/* Draws, and claims that it fits; the caller frees. */
static char *draw(struct top *top, const struct load *load)
{
	struct text text = { 0 };
	unsigned int lines = 0;
	const char *s;

	top_draw(&text, top, load, "netlane top", "1 pps in", "accepts none");
	for (s = text.s; *s; lines++) {
		size_t len = strcspn(s, "\n");

		CLAIM(width_of(s, len) <= top->width, "line %u is %u wide: %.*s", lines,
		      width_of(s, len), (int)len, s);
		s += len + (s[len] == '\n');
	}
	CLAIM(lines <= top->height, "%u lines in %u", lines, top->height);
	return text_take(&text);
}

static void top__any_terminal__is_never_left(void **state)
{
	static const unsigned int sizes[][2] = { { 80, 24 }, { 200, 50 }, { 200, 24 }, { 40, 10 },
						 { 20, 5 },  { 80, 7 },	  { 300, 90 }, { 1, 1 } };
	static const unsigned int cpus[] = { 2, 16, 256 };
	struct top top = { .seconds = 1, .utf8 = true };
	unsigned int i, j, by, help;
	struct load load;
	struct sampled sc;

	for (j = 0; j < 3; j++) {
		sampled_make(&sc, cpus[j], cpus[j] < 64 ? cpus[j] : 64, cpus[j] > 16 ? 4 : 1);
		for (i = 0; i < cpus[j] && i < 64; i++)
			sampled_received(&sc.now, i, i, 1000 * i, 40);
		for (by = LOAD_BY_LANE; by <= LOAD_BY_NIC; by++) {
			sampled_load(&sc, false, (enum load_by)by, &load);
			top.by = (enum load_by)by;
			top_remember(&top, &load);
			for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
				for (help = 0; help < 2; help++) {
					top.width = sizes[i][0];
					top.height = sizes[i][1];
					top.help = help;
					free(draw(&top, &load));
				}
			}
			load_free(&load);
		}
		sampled_free(&sc);
	}
	top_free(&top);
}

static void top__many_lanes__show_nodes_and_outliers_first(void **state)
{
	struct top top = { .seconds = 1, .width = 80, .height = 24 };
	const char *odd, *node;
	struct load load;
	struct sampled sc;
	unsigned int i;
	char *text;

	sampled_make(&sc, 64, 64, 2);
	for (i = 0; i < 64; i++)
		sampled_received(&sc.now, i, i, i == 41 ? 90000 : 1000, 1);
	sampled_load(&sc, false, LOAD_BY_LANE, &load);
	text = draw(&top, &load);
	node = strstr(text, "node 0: ");
	odd = strstr(text, "eth0        41");
	CLAIM(node && odd && node < odd, "%s", text);
	CLAIM(!strstr(text, "eth0        63"), "all rows in 24 lines:\n%s", text);
	free(text);

	top.first = 1000; /* scrolled past the end: the last rows */
	free(draw(&top, &load));
	assert_in_range(top.first, 1, 63);

	top.first = 0;
	top.sort = columns; /* rx_pps */
	top.reverse = true;
	text = draw(&top, &load);
	CLAIM(!strstr(text, "eth0        41"), "the busiest is not last:\n%s", text);
	free(text);
	load_free(&load);
	sampled_free(&sc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(top__any_terminal__is_never_left),
		cmocka_unit_test(top__many_lanes__show_nodes_and_outliers_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
