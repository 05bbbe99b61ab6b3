// SPDX-License-Identifier: GPL-2.0
/* Options of a command as a table; see options.h. */
#include "cmd/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/cmd.h"

static void help_print(const struct command *command)
{
	const struct option_desc *o;
	char left[48];

	printf("Usage: netlane %s%s%s%s\n\n%s\n", command->name,
	       command->options->type == OPTION_END ? "" : " [OPTION...]",
	       *command->words ? " " : "", command->words, command->help);
	printf("\nOptions:\n");
	for (o = command->options; o->type != OPTION_END; o++) {
		(void)snprintf(left, sizeof(left), "--%s%s%s", o->name, o->metavar ? " " : "",
			       o->metavar ? o->metavar : "");
		printf("  %-20s %s\n", left, o->help);
	}
	printf("  %-20s %s\n", "--help", "this text");
}

static int value_set(const struct command *command, const struct option_desc *o, void *opts,
		     const char *value)
{
	void *p = (char *)opts + o->offset;
	char shown[64];
	int ret;

	switch (o->type) {
	case OPTION_FLAG:
		*(bool *)p = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)p = value;
		return 0;
	case OPTION_SECONDS:
		ret = text_seconds(value, p);
		if (!ret)
			return 0;
		text_escape(shown, sizeof(shown), value);
		fprintf(stderr,
			"netlane %s: --%s '%s': allowed is a time from 1 second to 7 days, such "
			"as 90, 90s, 10m, 2h or 1d\n",
			command->name, o->name, shown);
		return -EINVAL;
	case OPTION_END:
		break;
	}
	return -EINVAL;
}

/* One "--name", "--name value" or "--name=value" at argv[*i]. */
static int option_take(const struct command *command, void *opts, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *equal = strchr(name, '=');
	size_t len = equal ? (size_t)(equal - name) : strlen(name);
	const struct option_desc *o;
	char shown[64];

	for (o = command->options; o->type != OPTION_END; o++)
		if (strlen(o->name) == len && !strncmp(o->name, name, len))
			break;
	text_escape(shown, sizeof(shown), argv[*i]);
	if (o->type == OPTION_END) {
		fprintf(stderr, "netlane %s: unknown option '%s'; see netlane %s --help\n",
			command->name, shown, command->name);
		return -EINVAL;
	}
	if (o->type == OPTION_FLAG && equal) {
		fprintf(stderr, "netlane %s: --%s takes no value\n", command->name, o->name);
		return -EINVAL;
	}
	if (o->type == OPTION_FLAG)
		return value_set(command, o, opts, NULL);
	if (!equal && *i + 1 == argc) {
		fprintf(stderr, "netlane %s: --%s needs a value: --%s %s\n", command->name, o->name,
			o->name, o->metavar);
		return -EINVAL;
	}
	return value_set(command, o, opts, equal ? equal + 1 : argv[++*i]);
}

int command_run(const struct command *command, int argc, char **argv)
{
	void *opts = calloc(1, command->size ? command->size : 1);
	unsigned int nr_words = 0;
	bool only_words = false;
	char shown[64];
	int i, code;

	if (!opts)
		return fail("out of memory");
	for (i = 1; i < argc; i++) {
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
		} else if (!only_words && (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))) {
			help_print(command);
			free(opts);
			return CODE_DONE;
		} else if (!only_words && !strncmp(argv[i], "--", 2)) {
			if (option_take(command, opts, argc, argv, &i))
				goto usage;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
			text_escape(shown, sizeof(shown), argv[i]);
			fprintf(stderr, "netlane %s: unknown option '%s'; see netlane %s --help\n",
				command->name, shown, command->name);
			goto usage;
		} else {
			argv[nr_words++] = argv[i];
		}
	}
	if (nr_words && !*command->words) {
		text_escape(shown, sizeof(shown), argv[0]);
		fprintf(stderr, "netlane %s: takes no argument, but got '%s'\n", command->name,
			shown);
		goto usage;
	}
	code = command->run(opts, argv, nr_words);
	free(opts);
	return code;

usage:
	free(opts);
	return CODE_USAGE;
}
