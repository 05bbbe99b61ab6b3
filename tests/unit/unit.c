// SPDX-License-Identifier: GPL-2.0
/*
 * Names, selection and listing for the unit tests.
 *
 * cmocka can do none of the three from outside. Its runner is wrapped by the
 * linker (tests/tests.mk), so that a test file needs to know nothing of it.
 *
 * The rule: the same words as in tests/lib.sh. A double underscore in a test
 * function's name is a dot in the test's: plan__two_nics__differ is
 * plan.two_nics.differ. NETLANE_TESTS holds patterns, any of which selects;
 * NETLANE_LIST=1 names what would run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fnmatch.h>

#include <cmocka.h>

int __real__cmocka_run_group_tests(const char *group, const struct CMUnitTest *tests, size_t nr,
				   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *group, const struct CMUnitTest *tests, size_t nr,
				   CMFixtureFunction setup, CMFixtureFunction teardown);

static char *dotted(const char *function)
{
	char *name = strdup(function);
	char *at;

	if (!name)
		abort();
	while ((at = strstr(name, "__"))) {
		*at = '.';
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
	return name;
}

/* "plan.x" selects plan.x and plan.x.*; shell patterns select what they match. */
static int selected(const char *name)
{
	const char *env = getenv("NETLANE_TESTS");
	char *copy, *rest, *one, below[512];
	int found = 0;

	if (!env || !*env)
		return 1;
	rest = copy = strdup(env);
	if (!copy)
		abort();
	while ((one = strsep(&rest, " \n"))) {
		if (!*one)
			continue;
		(void)snprintf(below, sizeof(below), "%s.*", one);
		found |= !fnmatch(one, name, 0) || !fnmatch(below, name, 0);
	}
	free(copy);
	return found;
}

int __wrap__cmocka_run_group_tests(const char *group, const struct CMUnitTest *tests, size_t nr,
				   CMFixtureFunction setup, CMFixtureFunction teardown)
{
	struct CMUnitTest *chosen = calloc(nr + 1, sizeof(*chosen));
	size_t i, nr_chosen = 0;
	int failed = 0;

	if (!chosen)
		abort();
	for (i = 0; i < nr; i++) {
		char *name = dotted(tests[i].name);

		if (!selected(name)) {
			free(name);
			continue;
		}
		chosen[nr_chosen] = tests[i];
		chosen[nr_chosen++].name = name;
	}
	if (getenv("NETLANE_LIST"))
		for (i = 0; i < nr_chosen; i++)
			puts(chosen[i].name);
	else if (!nr_chosen)
		puts("1..0");
	else
		failed = __real__cmocka_run_group_tests(group, chosen, nr_chosen, setup, teardown);
	for (i = 0; i < nr_chosen; i++)
		free((void *)(uintptr_t)chosen[i].name);
	free(chosen);
	return failed;
}
