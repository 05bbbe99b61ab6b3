/* SPDX-License-Identifier: GPL-2.0 */
/* What every part that loads BPF programs says, and that libbpf says nothing itself. */
#ifndef NETLANE_BASE_BPF_H
#define NETLANE_BASE_BPF_H

#include "base/err.h"

/* What libbpf would print belongs into the sentence, and there is none for it to print to. */
void bpf_quiet(void);
/*
 * Puts a failed load into words: -EPERM without root, else -EOPNOTSUPP. @missing:
 * what is not there without it, "packets are not counted by lane".
 */
int bpf_load_failed(int ret, const char *missing, struct err *err);

#endif /* NETLANE_BASE_BPF_H */
