// SPDX-License-Identifier: GPL-2.0
/* The sentence that goes with a failure; see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int ret, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->text[0])
		return ret;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap); /* a cut sentence still helps */
	va_end(ap);
	return ret;
}

void err_prefix(struct err *err, const char *fmt, ...)
{
	char rest[ERR_TEXT_LEN];
	va_list ap;
	int n;

	if (!err)
		return;
	memcpy(rest, err->text, sizeof(rest));
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		(void)snprintf(err->text + n, sizeof(err->text) - (size_t)n, "%s", rest);
}
