/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BPF filters of tc on the NICs' clsact qdiscs: how agents attached before
 * there were links (Cilium and Terway on 5.10 and 6.1).
 */
#ifndef NETLANE_FACTS_TCFILTER_H
#define NETLANE_FACTS_TCFILTER_H

#include "facts/gather.h"

/* Adds them to @facts->foreign; -ENOMEM. */
int tcfilter_gather(const struct gather *g, struct facts *facts);

/* foreign.c: one program on @hook at @where, unless it is there already. -ENOMEM. */
int foreign_add(struct facts *facts, const char *hook, const char *where, unsigned int prog);

#endif /* NETLANE_FACTS_TCFILTER_H */
