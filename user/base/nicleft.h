/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a NIC is about to lose, on disk until it is put back, for the case that
 * netlane is killed in between. The rule: one file a NIC in /run/netlane, which
 * ends with the boot as addresses do; one that is not whole is not believed.
 */
#ifndef NETLANE_BASE_NICLEFT_H
#define NETLANE_BASE_NICLEFT_H

#include "base/err.h"
#include "base/nicsave.h"

#define NICLEFT_MAX (16U << 20) /* bytes of messages; a NIC with as many has other worries */

/* Writes it, before the NIC is touched. 0 or -errno, with a sentence; -EFBIG: more than that. */
int nicleft_write(const struct nicsave *save, struct err *err);
/* It is put back, or was never taken. */
void nicleft_remove(const struct nicsave *save);

/* Told of each NIC that got something back: 0, or -errno with its sentence. */
typedef void (*nicleft_told)(const char *ifname, int ret, const char *why);
/* Puts back what a killed netlane left, and removes the files. @told may be NULL. */
void nicleft_settle(nicleft_told told);

#endif /* NETLANE_BASE_NICLEFT_H */
