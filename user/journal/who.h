/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who asked: "alice on pts/3 by bash (pid 812)", as far as /proc and
 * /etc/passwd tell. The rule: no name service is asked, since it may hang just
 * when the network does.
 */
#ifndef NETLANE_JOURNAL_WHO_H
#define NETLANE_JOURNAL_WHO_H

#include <stddef.h>

void who_get(char *buf, size_t len);

#endif /* NETLANE_JOURNAL_WHO_H */
