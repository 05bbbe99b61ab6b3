// SPDX-License-Identifier: GPL-2.0
/* What every command says and how it ends; see cmd.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

int fail(const char *fmt, ...)
{
	va_list ap;

	(void)fflush(stdout); /* keeps the order where both go to one file */
	fputs("netlane: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CODE_FAILED;
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
static int output_done(void)
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
		fputs(text->s, stdout);
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
