/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands: the only place where stages meet and where anything is
 * printed. One command a file; main.c has the table.
 */
#ifndef NETLANE_CMD_CMD_H
#define NETLANE_CMD_CMD_H

#include <stdbool.h>

#include <json-c/json_object.h>

#include "base/err.h"
#include "base/text.h"
#include "cmd/options.h"

#define NETLANE_VERSION "0.1.0"

/* Exit codes, the same for every command. */
enum code {
	CODE_DONE = 0,
	CODE_FAILED = 1, /* with a sentence on standard error */
	CODE_USAGE = 2,
	CODE_FINDINGS = 3, /* --check: drift or findings */
	CODE_CANNOT = 4, /* not possible on this kernel or device */
};

extern const struct command cmd_facts;
extern const struct command cmd_plan;
extern const struct command cmd_up;
extern const struct command cmd_down;
extern const struct command cmd_status;
extern const struct command cmd_log;
extern const struct command cmd_stat;
extern const struct command cmd_top;
extern const struct command cmd_ports;
extern const struct command cmd_tcp;
extern const struct command cmd_steer;
extern const struct command cmd_drain;
extern const struct command cmd_smc;
extern const struct command cmd_run;
/* The first screen: netlane without a command. */
extern const struct command cmd_first;

/* "netlane: SENTENCE" on standard error; returns CODE_FAILED. */
int fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* printf() for what may carry names from outside. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * From here on what say(), fail() and print_text() print goes to @to instead;
 * NULL ends it. For a command that the service carries out for somebody else.
 */
typedef void (*print_sink)(void *arg, bool error, const char *text);
void print_to(print_sink to, void *arg);
/* CODE_DONE, or CODE_FAILED when what was printed did not all go out. */
int output_done(void);
/* The same for @ret and its sentence: CODE_CANNOT for -EOPNOTSUPP, else CODE_FAILED. */
int fail_err(int ret, const struct err *err);
/* Prints and frees; CODE_DONE, or CODE_FAILED when memory or the output ran out. */
int print_text(struct text *text);
int print_json(struct json_object *json);

#endif /* NETLANE_CMD_CMD_H */
