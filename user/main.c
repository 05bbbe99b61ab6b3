// SPDX-License-Identifier: GPL-2.0
/* netlane: the table of commands, and nothing else. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static const struct command *const commands[] = {
	&cmd_plan, &cmd_up,    &cmd_down,  &cmd_status, &cmd_stat, &cmd_top,   &cmd_ports,
	&cmd_tcp,  &cmd_steer, &cmd_drain, &cmd_smc,	&cmd_log,  &cmd_facts, &cmd_run,
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int usage_print(FILE *to, int code)
{
	unsigned int i;

	fprintf(to, "Usage: netlane [COMMAND] [OPTION...]\n\n"
		    "Gives every CPU its own path through the NIC: receive queue, interrupt and\n"
		    "transmit queue. Without a command: this node at a glance.\n\nCommands:\n");
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(to,
		"\nnetlane COMMAND --help says more. Exit status: 0 done, 1 failed, 2 wrong usage,\n"
		"3 findings (--check), 4 not possible on this kernel or device.\n");
	return code;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	char shown[64];
	unsigned int i;

	/* a reader that goes away early must not kill a change half-way */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* nor a limit on file sizes: EFBIG says it */
	if (!name)
		return command_run(&cmd_first, 1, argv);
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
		return usage_print(stdout, CODE_DONE);
	if (!strcmp(name, "--version")) {
		puts("netlane " NETLANE_VERSION);
		return CODE_DONE;
	}
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return command_run(commands[i], argc - 1, argv + 1);
	text_escape(shown, sizeof(shown), name);
	fprintf(stderr, "netlane: %s '%s'; see netlane --help\n",
		*name == '-' ? "unknown option" : "there is no command", shown);
	return CODE_USAGE;
}
