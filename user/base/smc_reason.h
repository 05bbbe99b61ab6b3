/* SPDX-License-Identifier: GPL-2.0 */
/* Why a connection is TCP though SMC was asked for: the kernel's codes as words. Pure. */
#ifndef NETLANE_BASE_SMC_REASON_H
#define NETLANE_BASE_SMC_REASON_H

#include <stddef.h>
#include <stdint.h>

struct smc_reason {
	uint32_t code; /* as in net/smc/smc_clc.h, and on the wire */
	const char *word; /* kebab-case, for scripts */
	const char *text; /* what happened */
	const char *todo; /* what would help, "" where nothing does here */
};

/* NULL: a code that is unknown to us. */
const struct smc_reason *smc_reason_find(uint32_t code);
/* "no-smc-device", or "unknown" with a code that is none of the table's. */
const char *smc_reason_word(uint32_t code);
/* "0x03030000 (no SMC device ...)", "0x12345678 (unknown)", "0xffffff9b (an error: ...)". */
void smc_reason_text(uint32_t code, char *buf, size_t len);
/* All of them, ending with one without a word: for tests and the manual. */
extern const struct smc_reason smc_reasons[];

#endif /* NETLANE_BASE_SMC_REASON_H */
