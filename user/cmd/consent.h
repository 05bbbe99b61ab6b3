/* SPDX-License-Identifier: GPL-2.0 */
/* May the service change this node, although the configuration says hold? */
#ifndef NETLANE_CMD_CONSENT_H
#define NETLANE_CMD_CONSENT_H

#include "base/err.h"
#include "journal/journal.h"

/* Boots that began to hold and did not get ready; see boots.h. */
#define BOOTS_PATH JOURNAL_DIR "/boots"
#define WHY_DOWN "netlane down was the last word: hands off until netlane up"

/* Why not, in words; NULL: it may. This boot is counted as one that begins to hold. */
const char *consent_withheld(struct err *err);

#endif /* NETLANE_CMD_CONSENT_H */
