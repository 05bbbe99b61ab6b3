/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sentence that goes with a failure. Functions return 0 or -errno and
 * write the text where the detail is known; only cmd/ prints it. The first
 * cause wins: a caller may add context with err_prefix(), never replace it.
 */
#ifndef NETLANE_BASE_ERR_H
#define NETLANE_BASE_ERR_H

#define ERR_TEXT_LEN 640

struct err {
	char text[ERR_TEXT_LEN];
};

/* Writes the sentence unless one is there; returns @ret, for `return err_set(...)`. */
int err_set(struct err *err, int ret, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts context before the sentence: "eth0: ". */
void err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif /* NETLANE_BASE_ERR_H */
