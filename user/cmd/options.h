/* SPDX-License-Identifier: GPL-2.0 */
/* Options of a command as a table; one parser and one --help for all of them. */
#ifndef NETLANE_CMD_OPTIONS_H
#define NETLANE_CMD_OPTIONS_H

#include <stddef.h>

enum option_type {
	OPTION_END,
	OPTION_FLAG, /* bool */
	OPTION_TEXT, /* const char * */
	OPTION_SECONDS, /* unsigned int, "90", "10m", "2h" */
};

struct option_desc {
	const char *name; /* without the dashes */
	enum option_type type;
	size_t offset; /* in the command's own struct */
	const char *metavar; /* "FILE" */
	const char *help;
};

/* One command. The last words of the command line stay in argv. */
struct command {
	const char *name;
	const char *words; /* "[NIC...]", or "" when it takes none */
	const char *summary; /* one line, for the list */
	const char *help; /* what it does, a few lines */
	const struct option_desc *options;
	size_t size; /* of the struct that options fill */
	/* Returns the exit code. @opts is zeroed and filled; @words is what is left. */
	int (*run)(const void *opts, char **words, unsigned int nr_words);
};

/* Parses, answers --help, and runs. Returns the exit code. */
int command_run(const struct command *command, int argc, char **argv);

#endif /* NETLANE_CMD_OPTIONS_H */
