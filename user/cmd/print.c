// SPDX-License-Identifier: GPL-2.0
/* What every command says and how it ends; see cmd.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static print_sink sink;
static void *sink_arg;

void print_to(print_sink to, void *arg)
{
	sink = to;
	sink_arg = arg;
}

/* Whatever names it carries, a line must not steer the terminal. */
static void put_safe(FILE *to, const char *s)
{
	struct text safe = { 0 };

	text_add_safe(&safe, s);
	if (safe.s && !safe.failed && sink)
		sink(sink_arg, to == stderr, safe.s);
	else if (safe.s && !safe.failed)
		fputs(safe.s, to);
	text_free(&safe);
}

int fail(const char *fmt, ...)
{
	char line[2048]; /* a cut sentence still helps */
	va_list ap;

	(void)fflush(stdout); /* keeps the order where both go to one file */
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	put_safe(stderr, "netlane: ");
	put_safe(stderr, line);
	put_safe(stderr, "\n");
	return CODE_FAILED;
}

void say(const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	put_safe(stdout, line);
}

int fail_err(int ret, const struct err *err)
{
	if (err->text[0])
		(void)fail("%s", err->text);
	else
		(void)fail("%s", strerror(-ret));
	return ret == -EOPNOTSUPP ? CODE_CANNOT : CODE_FAILED;
}

/* A full disk or a closed pipe must not look like success. */
int output_done(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return CODE_DONE;
	return errno == EPIPE ? CODE_FAILED :
				fail("the output cannot be written: %s", strerror(errno));
}

int print_text(struct text *text)
{
	int code;

	if (text->failed) {
		text_free(text);
		return fail("out of memory");
	}
	if (text->s)
		put_safe(stdout, text->s);
	code = output_done();
	text_free(text);
	return code;
}

int print_json(struct json_object *json)
{
	int code;

	if (!json)
		return fail("out of memory");
	puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
							  JSON_C_TO_STRING_SPACED |
							  JSON_C_TO_STRING_NOSLASHESCAPE));
	code = output_done();
	json_object_put(json);
	return code;
}
