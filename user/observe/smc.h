/* SPDX-License-Identifier: GPL-2.0 */
/* The connections that use SMC, or were to, as the kernel tells them. Loads no module. */
#ifndef NETLANE_OBSERVE_SMC_H
#define NETLANE_OBSERVE_SMC_H

#include "base/err.h"
#include "base/smc.h"

/*
 * Of this network namespace, with whose they are as far as we may look; none where SMC is
 * not loaded. 0 or -errno. The end is smc_view_free() in any case.
 */
int smc_take(struct smc_view *view, struct err *err);

#endif /* NETLANE_OBSERVE_SMC_H */
